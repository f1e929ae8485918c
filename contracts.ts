/**
 * The records that Tidemark's parts exchange: one JSON object a record, times as ISO 8601 in UTC with milliseconds,
 * prices as numbers in the symbol's currency, sizes and volumes in shares, percents in percent (1.5 is 1.5 %).
 * A test holds these schemas against the SQL DDL, and docs/contracts.md is checked against both.
 */
import { z } from "zod";

/** An instant: ISO 8601 in UTC with milliseconds, such as `2013-10-07T13:30:00.000Z`. */
export const Instant = z.iso.datetime({ precision: 3 });

const Price = z.number().positive();
const Shares = z.int().nonnegative();
const Percent = z.number();

/** One trade, or one bar of interval data. Partition key: `symbol`. A duplicate has the same symbol, event_time and trade_id. */
export const Trade = z.looseObject({
	trade_id: z.string().min(1),
	symbol: z.string().trim().min(1),
	event_time: Instant,
	price: Price,
	size: Shares,
	source: z.string().min(1),
	/** The feed's own order within a symbol; settles ties in event_time. */
	sequence: z.int().optional(),
	previous_close: Price.optional(),
	quote_time: Instant.optional(),
	day_open: Price.optional(),
	day_high: Price.optional(),
	day_low: Price.optional(),
	exchange: z.string().optional(),
	currency: z.string().optional(),
	side: z.enum(["buy", "sell"]).optional(),
	trader: z.string().optional(),
	/** Interval data only: `event_time` is the interval's start and `price` its close. */
	open: Price.optional(),
	high: Price.optional(),
	low: Price.optional(),
});
export type Trade = z.infer<typeof Trade>;

/** Moves the watermark of the shard it is sent to; counted nowhere. */
export const Clock = z.strictObject({ event_time: Instant, source: z.literal("clock") });
export type Clock = z.infer<typeof Clock>;

/** The intervals that Tidemark comes with. */
export const Interval = z.enum(["1m", "5m", "1h", "1d"]);
export type Interval = z.infer<typeof Interval>;

/** One closed window of one symbol. Key: symbol, interval, window_start. */
export const Bar = z.object({
	symbol: z.string().min(1),
	/** `1m`, `5m`, `1h`, `1d`, or what the SQL adds: a whole number of seconds, minutes, hours or days. */
	interval: z.string().regex(/^[1-9]\d*[smhd]$/, "must be a number and s, m, h or d, such as 15m"),
	window_start: Instant,
	window_end: Instant,
	open: Price,
	high: Price,
	low: Price,
	close: Price,
	volume: Shares,
	trade_count: z.int().positive(),
	/** Null at volume 0. */
	vwap: z.number().nullable(),
	/** close − open */
	change: z.number(),
	/** close against open */
	change_pct: Percent,
	/** close against the previous bar's close; null for the first bar */
	move_pct: Percent.nullable(),
	/** close against the latest known previous_close; null where unknown */
	day_move_pct: Percent.nullable(),
	emitted_at: Instant,
});
export type Bar = z.infer<typeof Bar>;

/** One second of one symbol, with the trading day's values so far. Key: symbol, event_time. */
export const Tick = z.object({
	symbol: z.string().min(1),
	/** The second's start. */
	event_time: Instant,
	open: Price,
	high: Price,
	low: Price,
	close: Price,
	volume: Shares,
	trade_count: z.int().positive(),
	day_open: Price,
	day_high: Price,
	day_low: Price,
	day_volume: Shares,
	previous_close: Price.nullable(),
	/** close against the latest known previous_close; null where unknown */
	day_move_pct: Percent.nullable(),
	emitted_at: Instant,
});
export type Tick = z.infer<typeof Tick>;

/** A rolling move that crossed its threshold, or cleared it again. Key: hit_id. */
export const Hit = z.object({
	/** symbol|lookback|state|direction|event_time */
	hit_id: z.string().min(1),
	symbol: z.string().min(1),
	event_time: Instant,
	price: Price,
	base_price: Price,
	move_pct: Percent,
	lookback: z.string().min(1),
	threshold_pct: Percent,
	clear_pct: Percent,
	direction: z.enum(["up", "down"]),
	state: z.enum(["crossed", "cleared"]),
	emitted_at: Instant,
});
export type Hit = z.infer<typeof Hit>;

/** A rolling move of a symbol's price at an event time, whether it makes a hit or not. Key: symbol, event_time, lookback. */
export const Move = Hit.pick({
	symbol: true,
	event_time: true,
	price: true,
	base_price: true,
	move_pct: true,
	lookback: true,
	threshold_pct: true,
	clear_pct: true,
}).extend({
	/** Null for a symbol's first price. */
	base_price: Price.nullable(),
	move_pct: Percent.nullable(),
});
export type Move = z.infer<typeof Move>;

/** A record that is in no bar, as it came. Key: shard_id, sequence_number, sub_sequence_number. */
export const Reject = z.object({
	reason: z.enum(["malformed", "invalid", "late"]),
	payload: z.string(),
	detail: z.string(),
	shard_id: z.string(),
	sequence_number: z.string(),
	sub_sequence_number: z.int(),
	arrived_at: Instant,
});
export type Reject = z.infer<typeof Reject>;
