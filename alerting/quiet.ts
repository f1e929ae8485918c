/** What the schedule sees: symbols without trades, and a pipeline without results, in market hours only. */

import type { Observation } from "./engine/types.ts";
import { calendarOf, dayOpen, isOpen, sessionAt } from "./hours/hours.ts";
import type { RuleSet } from "./rules/load.ts";

/** A symbol's last trade, epoch ms, and its price. */
export interface LastTrade {
	symbol: string;
	time: number;
	price: number;
}

const MINUTE = 60_000;

/**
 * One observation a symbol whose exchange is in its regular session, and one of the pipeline while any is.
 *
 * @param since when the watching began, epoch ms: where nothing ever came, silence counts from there
 */
export function observeQuiet(
	trades: readonly LastTrade[],
	now: number,
	since: number,
	{ exchanges }: Pick<RuleSet, "exchanges">,
): { symbols: Observation[]; pipeline: Observation[] } {
	const time = Math.floor(now / MINUTE) * MINUTE;
	const key = new Date(time).toISOString();
	const symbols: Observation[] = [];
	let opened = Number.POSITIVE_INFINITY;
	for (const { symbol, time: traded, price } of trades) {
		const open = openedAt(calendarOf(symbol, exchanges), time);
		if (open === undefined) continue;
		opened = Math.min(opened, open);
		symbols.push({
			on: "quiet",
			symbol,
			series: "quiet",
			key,
			time,
			fields: {
				symbol,
				quiet_minutes: minutes(time - Math.max(traded, open)),
				minutes_since_trade: minutes(time - traded),
				price,
				last_trade: new Date(traded).toISOString(),
			},
		});
	}
	if (trades.length === 0) opened = openedAt(calendarOf("", exchanges), time) ?? opened;
	if (opened === Number.POSITIVE_INFINITY) return { symbols, pipeline: [] };
	const newest = trades.reduce((latest, trade) => Math.max(latest, trade.time), trades.length === 0 ? since : 0);
	return {
		symbols,
		pipeline: [
			{
				on: "pipeline",
				symbol: "pipeline",
				series: "pipeline",
				key,
				time,
				fields: {
					symbol: "pipeline",
					lag_minutes: minutes(time - Math.max(newest, opened)),
					minutes_since_trade: minutes(time - newest),
					symbols: trades.length,
					last_trade: new Date(newest).toISOString(),
				},
			},
		],
	};
}

/** When the (half) session that holds this moment opened. */
function openedAt(calendar: string, time: number): number | undefined {
	if (!isOpen(calendar, "regular", time)) return undefined;
	return sessionAt(calendar, time)?.open ?? dayOpen(calendar, time);
}

function minutes(ms: number): number {
	return Math.max(0, ms / MINUTE);
}
