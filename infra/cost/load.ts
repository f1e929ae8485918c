import { type Config, storesOf as configuredStores, type Store } from "../config.ts";
import { ALERTS_A_SYMBOL_DAY, HITS_A_SYMBOL_DAY, LARGER_BARS_AN_HOUR, MONTH_HOURS } from "./sizes.ts";

/** What is asked: a rate while there is trade, and how long there is. */
export type Demand = {
	/** Trades in each second of the trading hours, all symbols together. */
	tradesPerSecond: number;
	symbols: number;
	/** Hours of a trading day; 24 if left out. */
	hoursPerDay?: number;
	/** Trading days of a month; all of them (730 / 24) if left out. */
	daysPerMonth?: number;
	config: Config;
	/** Whether AWS has given RocksDB small write buffers for the application. */
	tuned?: boolean;
	/** Where bars land; the configuration's stores if left out. */
	stores?: readonly Store[];
};

/** Records of a month, and what comes at a time. */
export type Load = {
	/** Hours of a month in which there are trades. */
	hours: number;
	trades: number;
	bars: number;
	ticks: number;
	hits: number;
	alerts: number;
	/** Trades, and ticks, in a second of trading. */
	tradesPerSecond: number;
	ticksPerSecond: number;
	/** Bars that come together at the end of a minute. */
	barsPerMinute: number;
};

/**
 * The records of a month. A symbol with r trades a second has a tick in 1 − e^−r of the seconds and a bar in 1 − e^−60r of
 * the minutes (trades that come independently of one another, which is more than real trades make: those come in bursts).
 */
export function loadOf(demand: Demand): Load {
	const { tradesPerSecond, symbols, hoursPerDay = 24, daysPerMonth = MONTH_HOURS / 24 } = demand;
	const hours = hoursPerDay * daysPerMonth;
	const seconds = hours * 3600;
	const each = symbols === 0 ? 0 : tradesPerSecond / symbols;
	const active = (within: number) => symbols * -Math.expm1(-each * within);
	const [ticksPerSecond, minuteBars] = [active(1), active(60)];
	const barsPerMinute = minuteBars * (1 + LARGER_BARS_AN_HOUR / 60);
	return {
		hours,
		trades: tradesPerSecond * seconds,
		bars: barsPerMinute * hours * 60,
		ticks: ticksPerSecond * seconds,
		hits: (minuteBars * HITS_A_SYMBOL_DAY * hours) / 24,
		alerts: (minuteBars * ALERTS_A_SYMBOL_DAY * hours) / 24,
		tradesPerSecond,
		ticksPerSecond,
		barsPerMinute,
	};
}

/** The stores that are priced. */
export function storesOf({ stores, config }: Demand): readonly Store[] {
	return stores ?? configuredStores(config);
}
