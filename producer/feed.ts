/** One record on its way into the stream. */
export interface Outgoing {
	/** The partition key: the symbol. */
	readonly key: string;
	/** The event time in epoch milliseconds; undefined where there is none to believe, which then moves no watermark. */
	readonly time: number | undefined;
	/** What the record holds: JSON, or with `--raw` the bytes of a line. */
	readonly data: Buffer;
}

/** Something that the feed read and that is no trade: it is not sent, but reported, counted, and kept with `--rejects`. */
export interface Rejected {
	/** Why, for people, with the value and the place: `trades.csv, line 7, column price: "-1" is not a price`. */
	readonly rejected: string;
	/** What was read, as it came. */
	readonly payload: string;
}

/** What a feed gives. */
export type Item = Outgoing | Rejected;

export function isRejected(item: Item): item is Rejected {
	return "rejected" in item;
}

/** A symbol of which the feed has nothing current. */
export interface Stale {
	readonly symbol: string;
	/** Since when, epoch milliseconds: the last time that it was known to be current; undefined if it never was. */
	readonly since: number | undefined;
	/** For people. */
	readonly why: string;
}

/** What a feed knows of itself while it runs. */
export interface FeedState {
	/** What it gives at present, where that can change, such as `synthetic (Yahoo does not answer)`. */
	readonly giving?: string;
	readonly stale: readonly Stale[];
}

/** A source of records in the order in which they are to be sent. */
export interface Feed {
	/** What it is, for people. */
	readonly name: string;
	/** How many records it will give; undefined for a feed without end. */
	readonly total: number | undefined;
	/** Whether records come as time passes; else they come as fast as they are taken. */
	readonly live: boolean;
	/**
	 * All records in batches, once. Ends early, without an error, when `signal` is aborted. Not read on while what it gave
	 * cannot be sent. `tell` takes lines for people: what failed, what is done about it.
	 */
	batches(signal: AbortSignal, tell?: (line: string) => void): AsyncIterable<readonly Item[]>;
	/**
	 * The event time up to which this feed has given everything, at the moment `now`: what a clock record may say.
	 * Undefined where it cannot tell; without it, a live feed's clocks go on from its newest record.
	 */
	horizon?(now: number): number | undefined;
	/** Told each time that everything up to this event time is acknowledged, epoch milliseconds. */
	acknowledged?(time: number): void;
	/** Asked for with each report of progress. */
	state?(now: number): FeedState;
}

/** Files of trades, replayed. */
export interface ReplaySpec {
	readonly kind: "replay";
	/** CSV or JSONL, also with `.gz`; a folder stands for those in it. In whatever order: they are sent by event time. */
	readonly files: readonly string[];
	/** Field of a trade to column; in files that have that column. `date+time` are two columns that tell a time together. */
	readonly map?: Readonly<Record<string, string>> | undefined;
	/** IANA name of the time zone of times without an offset, such as `America/New_York`. */
	readonly timeZone?: string | undefined;
	/** How times are written, in luxon's tokens, such as `MM/dd/yyyy HH:mm:ss`; default: ISO 8601, or a number. */
	readonly timeFormat?: string | undefined;
	/** Of times that are numbers since 1970; default: told by their size. */
	readonly timeUnit?: "s" | "ms" | "us" | "ns" | undefined;
	/** Only trades from this instant on: ISO 8601; without an offset, or a day alone, by `timeZone`, else UTC. */
	readonly from?: string | undefined;
	/** Only trades before this instant. */
	readonly to?: string | undefined;
	/** Times real time; default `max`: as fast as it can be sent. */
	readonly speed?: number | "max" | undefined;
	/** Moves event times to the present, keeping their spacing; none is ever ahead of now. */
	readonly rebase?: "now" | undefined;
	/** Begins anew at the end, without end; times and ids go on. What has come to the present goes on in real time. */
	readonly loop?: boolean | undefined;
	/** Sorts the files first. */
	readonly order?: "event-time" | undefined;
	/** Sends each line's bytes as they are, checking nothing, one file after the other. */
	readonly raw?: boolean | undefined;
	/** Of interval data: `1s`, `1m`, …; default: the smallest step in the files. */
	readonly interval?: string | undefined;
	/** Only these symbols. */
	readonly symbols?: readonly string[] | undefined;
	/** Gives rows that are no trades as rejected and goes on, instead of refusing the file. */
	readonly rejects?: boolean | undefined;
	/** How far back a file may go; default 2,000. */
	readonly latenessMs?: number | undefined;
}

/** Invented trades that look like a market's, without end unless `count` is given. */
export interface SyntheticSpec {
	readonly kind: "synthetic";
	/** The same seed gives the same trades, relative to the start. Default 1. */
	readonly seed?: number | undefined;
	/** Names, where needed with their exchange: `AAPL`, `0700.HK`, `LSE:ABC`. Default: a dozen well-known ones. */
	readonly symbols?: readonly string[] | undefined;
	/** Instead of symbols: all that are known of these places, `US`, `HK`, … */
	readonly markets?: readonly string[] | undefined;
	/** Instead of symbols: all that are known of these exchanges, `NYSE`, `HKEX`, … */
	readonly exchanges?: readonly string[] | undefined;
	/** `market`: each symbol trades in the regular hours of its exchange only. Default `always`. */
	readonly hours?: "always" | "market" | undefined;
	/** Trades a second, all symbols together; in market hours on average, while all exchanges are open. Default 50. */
	readonly rate?: number | undefined;
	/**
	 * Minutes of the past, at a tenth of the rate, sent at once before it goes on live; default 120, with `faults` or
	 * `truth` 0: where the stream has trades already, a history comes too late, and the truth would not be true.
	 */
	readonly historyMinutes?: number | undefined;
	/** Epoch milliseconds where live begins; default: now. */
	readonly start?: number | undefined;
	/** Ends after so many trades, history included; what the faults add comes on top. */
	readonly count?: number | undefined;
	readonly faults?: SyntheticFaults | undefined;
	/** A file that gets each fault as a line of JSON, and the counts of all that was given as the last one. */
	readonly truth?: string | undefined;
	/** How late a trade may be, as the stream's reader has it: faults keep to their side of it. Default 2,000. */
	readonly latenessMs?: number | undefined;
}

/** What a synthetic feed does wrong, on purpose and counted. Shares are of the trades, 0 to 1. */
export interface SyntheticFaults {
	/** Share of trades that come once more. */
	readonly duplicates?: number | undefined;
	/** By how much trades are out of order at most; kept under half the lateness. */
	readonly disorderMs?: number | undefined;
	/** Trades of their own that come after their minute was closed. */
	readonly late?: number | undefined;
	/** Records of their own that are no trades. */
	readonly malformed?: number | undefined;
	/** So many times the rate for one second, every so many milliseconds of the clock (whole seconds). */
	readonly burst?: { readonly times: number; readonly everyMs: number } | undefined;
}

/** Quotes of Yahoo Finance, asked for at an interval, without end. */
export interface YahooSpec {
	readonly kind: "yahoo";
	readonly symbols: readonly string[];
	/** Time between two rounds of questions, in milliseconds; default 30,000, at least 15,000. */
	readonly intervalMs?: number | undefined;
	/** URL of an HTTP proxy. */
	readonly proxy?: string | undefined;
	/** What to go on with while Yahoo does not answer. */
	readonly fallback?: SyntheticSpec | ReplaySpec | undefined;
}

/** Yahoo's bars of the past as interval data, all symbols merged by time. */
export interface YahooHistorySpec {
	readonly kind: "yahoo-history";
	readonly symbols: readonly string[];
	/** A day, `2020-05-14`, or its first instant. */
	readonly from: string;
	/** The last day or instant; default: the end of the first day. */
	readonly to?: string | undefined;
	/** `1m` (default), `5m`, `1h`, … */
	readonly interval?: string | undefined;
	readonly proxy?: string | undefined;
}

/** Nothing, without end: others send. */
export interface NoSpec {
	readonly kind: "none";
}

export type FeedSpec = NoSpec | ReplaySpec | SyntheticSpec | YahooSpec | YahooHistorySpec;

export const DEFAULT_LATENESS_MS = 2000;
