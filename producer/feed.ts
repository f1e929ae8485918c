/** One record on its way into the stream. */
export interface Outgoing {
	/** The partition key: the symbol. */
	readonly key: string;
	/** The event time in epoch milliseconds; undefined where there is none to believe, which then moves no watermark. */
	readonly time: number | undefined;
	/** What the record holds: JSON, or with `--raw` the bytes of a line. */
	readonly data: Buffer;
}

/** A source of records in the order in which they are to be sent. */
export interface Feed {
	/** What it is, for people. */
	readonly name: string;
	/** How many records it will give; undefined for a feed without end. */
	readonly total: number | undefined;
	/** Whether records come as time passes; else they come as fast as they are taken. */
	readonly live: boolean;
	/** All records in batches, once. Ends early, without an error, when `signal` is aborted. */
	batches(signal: AbortSignal): AsyncIterable<readonly Outgoing[]>;
	/**
	 * The event time up to which this feed has given everything, at the moment `now`: what a clock record may say.
	 * Undefined where it cannot tell; without it, a live feed's clocks go on from its newest record.
	 */
	horizon?(now: number): number | undefined;
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

export type FeedSpec = ReplaySpec | SyntheticSpec;

export const DEFAULT_LATENESS_MS = 2000;
