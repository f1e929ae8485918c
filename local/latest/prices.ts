import { tickSeries } from "../../landing/dynamodb/history.ts";
import { type Fields, historyOf, latestPrices } from "../../landing/dynamodb/read.ts";
import { UserError } from "../errors.ts";
import type { Cell, Rows } from "../rows.ts";
import type { Tables } from "./tables.ts";

/** What was found, and a line for each thing that was asked for and is unknown. */
export interface Found {
	rows: Rows;
	unknown: string[];
}

const LATEST = [
	"symbol",
	"price",
	"event_time",
	"day_open",
	"day_high",
	"day_low",
	"day_volume",
	"previous_close",
	"day_move_pct",
	"emitted_at",
];
const OHLC = ["open", "high", "low", "close", "volume", "trade_count"];
const BARS = ["symbol", "interval", "window_start", ...OHLC, "vwap", "change_pct", "move_pct", "day_move_pct"];
const TICKS = ["symbol", "event_time", ...OHLC, "day_open", "day_high", "day_low", "day_volume", "day_move_pct"];

/** Each symbol's latest price with its day's values so far. */
export async function latestRows({ client, latest }: Tables, symbols: readonly string[]): Promise<Found> {
	const prices = await latestPrices(client, latest, symbols);
	return {
		rows: rowsOf(
			LATEST,
			prices.filter((price) => price !== undefined),
		),
		unknown: symbols.filter((_, index) => prices[index] === undefined).map(unpriced),
	};
}

export interface HistoryOptions {
	/** Milliseconds before the latest price. */
	length: number;
	/** `1m` or another interval of the bars; `tick` for the ticks. */
	interval: string;
}

/**
 * Each symbol's bars (or ticks) of the time up to its latest price, so that what was replayed of the past is found as well
 * as what happens now.
 *
 * @throws UserError where the stack keeps no histories
 */
export async function historyRows(
	{ client, latest, history }: Tables,
	symbols: readonly string[],
	{ length, interval }: HistoryOptions,
): Promise<Found> {
	if (history === undefined) {
		throw new UserError(
			"The stack keeps no history by symbol: start it with npm start -- --keep-history; on AWS add dynamodb to stores in infra/config.ts",
		);
	}
	const prices = await latestPrices(client, latest, symbols);
	const unknown: string[] = [];
	const items = await Promise.all(
		symbols.map(async (symbol, index): Promise<Fields[]> => {
			const to = prices[index]?.event_time;
			if (typeof to !== "string") {
				unknown.push(unpriced(symbol));
				return [];
			}
			const from = new Date(Date.parse(to) - length).toISOString();
			const found = await historyOf(client, history, { symbol, series: interval, from, to });
			if (found.length === 0) unknown.push(`${symbol} has no ${named(interval)} from ${from} to ${to}`);
			return found;
		}),
	);
	return { rows: rowsOf(interval === tickSeries ? TICKS : BARS, items.flat()), unknown };
}

function unpriced(symbol: string): string {
	return `There is no price of ${JSON.stringify(symbol)}: symbols are written as in the feed`;
}

function named(interval: string): string {
	return interval === tickSeries
		? "ticks (kept where historyTicks is set in infra/config.ts)"
		: `bars of ${interval} (the SQL makes 1m, 5m, 1h and 1d)`;
}

function rowsOf(columns: string[], items: Fields[]): Rows {
	return { columns, rows: items.map((item) => columns.map((name) => (item[name] ?? null) as Cell)) };
}
