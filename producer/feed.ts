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

/** A file of trades, replayed. */
export interface ReplaySpec {
	readonly kind: "replay";
	/** CSV or JSONL, also with `.gz`. */
	readonly file: string;
	/** Field of a trade to column of the file. */
	readonly map?: Readonly<Record<string, string>> | undefined;
	/** Times real time; default `max`: as fast as it can be sent. */
	readonly speed?: number | "max" | undefined;
	/** Moves event times to the present, keeping their spacing; none is ever ahead of now. */
	readonly rebase?: "now" | undefined;
	/** Sorts the file first. */
	readonly order?: "event-time" | undefined;
	/** Sends each line's bytes as they are, checking nothing. */
	readonly raw?: boolean | undefined;
	/** Of interval data: `1s`, `1m`, …; default: the smallest step in the file. */
	readonly interval?: string | undefined;
	/** Only these symbols. */
	readonly symbols?: readonly string[] | undefined;
	/** Gives rows that are no trades as rejected and goes on, instead of refusing the file. */
	readonly rejects?: boolean | undefined;
	/** How far back a file may go; default 2,000. */
	readonly latenessMs?: number | undefined;
}

/** Invented trades that look like a market's, without end. */
export interface SyntheticSpec {
	readonly kind: "synthetic";
	/** The same seed gives the same trades, relative to the start. Default 1. */
	readonly seed?: number | undefined;
	/** Default: a dozen well-known ones. */
	readonly symbols?: readonly string[] | undefined;
	/** Trades a second, all symbols together; default 50. */
	readonly rate?: number | undefined;
	/** Minutes of the past, at a tenth of the rate, sent at once before it goes on live; default 120. */
	readonly historyMinutes?: number | undefined;
	/** Epoch milliseconds where live begins; default: now. */
	readonly start?: number | undefined;
}

/** Quotes of Yahoo Finance, asked for at an interval, without end. */
export interface YahooSpec {
	readonly kind: "yahoo";
	readonly symbols: readonly string[];
	/** Time between two rounds of questions, in milliseconds; default 30,000. */
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

export type FeedSpec = ReplaySpec | SyntheticSpec | YahooSpec | YahooHistorySpec;

export const DEFAULT_LATENESS_MS = 2000;
