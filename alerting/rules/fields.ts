/** The fields that a rule's expressions and templates may name, by what the rule is on. */
import { Bar, Hit } from "../../contracts.ts";
import type { On } from "../engine/types.ts";

export type FieldType = "number" | "text";

/** What a name in an expression stands for. */
export interface Field {
	type: FieldType;
	/** What it says, with its unit. */
	meaning: string;
}

const number = (meaning: string): Field => ({ type: "number", meaning });
const text = (meaning: string): Field => ({ type: "text", meaning });

const hit: Record<string, Field> = {
	hit_id: text("the hit's key"),
	symbol: text("the symbol"),
	event_time: text("when the trade happened, ISO 8601 in UTC"),
	price: number("the trade's price"),
	base_price: number("the price that the move is measured against"),
	move_pct: number("the rolling move, in percent"),
	lookback: text("the move's window, such as 5m"),
	threshold_pct: number("the level that counts as a hit, in percent"),
	clear_pct: number("the level below which it is over, in percent"),
	direction: text("up or down"),
	state: text("crossed or cleared"),
	emitted_at: text("when Flink sent it"),
};

const bar: Record<string, Field> = {
	symbol: text("the symbol"),
	interval: text("the bar's interval, such as 1m"),
	window_start: text("the bar's beginning, ISO 8601 in UTC"),
	window_end: text("the bar's end, ISO 8601 in UTC"),
	open: number("the first price"),
	high: number("the highest price"),
	low: number("the lowest price"),
	close: number("the last price"),
	volume: number("shares traded"),
	trade_count: number("number of trades"),
	vwap: number("volume-weighted average price; unknown at volume 0"),
	change: number("close − open"),
	change_pct: number("close against open, in percent"),
	move_pct: number("close against the previous bar's close, in percent; unknown for the first"),
	day_move_pct: number("close against the previous close that the feed names, in percent"),
	emitted_at: text("when Flink sent it"),
	direction: text("up or down, by move_pct, else by change"),
	avg_volume: number("mean volume of the 20 bars before this one; unknown with fewer than 5"),
	volume_ratio: number("volume / avg_volume"),
	day_open: number("the trading day's first price; unknown for its first bar"),
	day_high: number("the trading day's high before this bar"),
	day_low: number("the trading day's low before this bar"),
	day_bars: number("bars of the trading day before this one"),
	session_bars: number("bars of the regular session before this one; unknown outside of it"),
	previous_close: number("the feed's previous close, else the last close of the regular session before"),
	gap_pct: number("open against previous_close, in percent"),
};

const quiet: Record<string, Field> = {
	symbol: text("the symbol"),
	quiet_minutes: number("minutes of market time since its last trade"),
	minutes_since_trade: number("minutes since its last trade"),
	price: number("its last price"),
	last_trade: text("when it traded last, ISO 8601 in UTC"),
};

const pipeline: Record<string, Field> = {
	symbol: text("always pipeline"),
	lag_minutes: number("minutes of market time since any symbol's last trade"),
	minutes_since_trade: number("minutes since any symbol's last trade"),
	symbols: number("how many symbols there are"),
	last_trade: text("when any symbol traded last, ISO 8601 in UTC"),
};

/** The fields of records that a rule `on` this sees. */
export function fieldsOf(on: On): Readonly<Record<string, Field>> {
	return on === "hit" ? hit : on === "quiet" ? quiet : on === "pipeline" ? pipeline : bar;
}

/** The names of a contract that {@link fieldsOf} has to know; a test holds them together. */
export const CONTRACT_FIELDS = { hit: Object.keys(Hit.shape), bar: Object.keys(Bar.shape) };
