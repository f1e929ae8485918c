/** Which records alerting can keep a state of: what no table holds, or what would spoil a series, is a dead letter. */
import type { Incoming } from "./engine/observe.ts";

/** Longer ones make no key of a table. */
const LONGEST_SYMBOL = 256;
const LONGEST_SERIES = 40;
/** Of a field's text; it goes into the alert, and an item of the table has 400 KB. */
const LONGEST_TEXT = 2_000;
/** A record from further ahead would make each later one of its series come late, and keep storms from being seen. */
const FURTHEST_AHEAD = 86_400_000;

/** Why a record cannot have a state, if it cannot: a good one by its contract that no table could hold. */
export function unusable({ symbol, series, time, late }: Incoming): string | undefined {
	if (Buffer.byteLength(symbol) > LONGEST_SYMBOL)
		return `symbol has ${Buffer.byteLength(symbol)} bytes; ${LONGEST_SYMBOL} are the most that alerting keeps a state for`;
	if (Buffer.byteLength(series) > LONGEST_SERIES)
		return `${series.startsWith("hit ") ? "lookback" : "interval"} has ${Buffer.byteLength(series)} bytes; ${LONGEST_SERIES} are the most`;
	if (!symbol.isWellFormed() || !series.isWellFormed()) return "symbol or lookback is no text: it has half a character";
	if (time > Date.now() + FURTHEST_AHEAD)
		return `${new Date(time).toISOString()} is more than a day ahead of the clock`;
	const long = Object.entries(late().fields).find(
		([, value]) => typeof value === "string" && value.length > LONGEST_TEXT,
	);
	return long && `${long[0]} has ${String(long[1]).length} characters; ${LONGEST_TEXT} are the most`;
}
