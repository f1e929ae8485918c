/** What the server tells the browser: the shapes behind `/api/*` and the events of `/api/events`. Types only. */
import type { Bar, Hit, Interval, Tick } from "../../contracts.ts";

/** One line of the table of symbols. Prices in the symbol's currency, percents in percent, times ISO 8601 in UTC. */
export interface Quote {
	symbol: string;
	/** When the last price was traded (a second's start), or the last closed 1-minute bar ended. */
	time: string;
	last: number;
	/** Against the previous close where it is known, else against the day's open; null where neither is. */
	changePct: number | null;
	changeBase: "previous close" | "day open" | null;
	/** The last closed 1-minute bar against the one before it. */
	minuteMovePct: number | null;
	dayLow: number | null;
	dayHigh: number | null;
	dayVolume: number | null;
}

/** Closes of a symbol's last minutes, for the line of its last hour. */
export interface Spark {
	symbol: string;
	/** Epoch seconds of each minute's start, and its close; oldest first. */
	points: [time: number, close: number][];
}

/** An alert and what became of it. Times ISO 8601 in UTC. */
export interface AlertRow {
	/** The same for all that is told of it. */
	id: string;
	/** Event time of the record that made it fire. */
	time: string;
	rule: string;
	/** Null where it is about none: a storm, the pipeline as a whole. */
	symbol: string | null;
	severity: "info" | "warning" | "critical";
	direction: "up" | "down" | null;
	movePct: number | null;
	price: number | null;
	subject: string;
	/** The same with details. */
	text: string;
	/** `resolved`: it is over, and that is told or to be told. */
	state: "firing" | "resolved";
	/** `sent`: SNS took the message. Of what is resolved it is that message's. */
	status: "waiting" | "sending" | "sent" | "suppressed" | "refused";
	/** Why it was suppressed, or what SNS said against it. */
	reason: string | null;
	/** False where all that there is to say of it was suppressed or held back. */
	told: boolean;
	/** When its status changed last, by the wall clock. */
	changed: string;
}

/** One part of the local stack. */
export interface Part {
	part: "emulator" | "flink" | "questdb" | "producer" | "sql" | "rules";
	/** `ended`: a feed that is over, which is no trouble. */
	state: "up" | "starting" | "down" | "restarting" | "ended";
	detail?: string;
	/** What the producer sends, such as "synthetic feed, seed 1". */
	feed?: string;
	/** Symbols of which the producer has nothing current. */
	stale?: StaleSymbol[];
	/** Records that the producer has sent. */
	sent?: number;
	/** How long the oldest record has waited that it has read and Kinesis has not acknowledged; 0 where none waits. */
	waitedMs?: number;
}

export interface StaleSymbol {
	symbol: string;
	/** When it was current for the last time; null if it never was. */
	since: string | null;
	why: string;
}

/** Records that are in no bar, by reason. Counted in the lake. */
export interface LakeCounts {
	duplicates: number;
	malformed: number;
	invalid: number;
	late: number;
	/** Trades counted in minutes that have closed. */
	trades?: number | null;
	/** When the last of those minutes ended, ISO. */
	until?: string | null;
}

/** The strip above the chart. Null is "not known yet". */
export interface Figures {
	tradesIn: number | null;
	tradesPerSecond: number | null;
	/** Rows of the store, by interval. */
	bars: Record<Interval, number> | null;
	lake: LakeCounts | null;
	/** ISO time of the job's watermark. */
	eventTime: string | null;
	/** Now − watermark; null where the data are a replay of another day. */
	lagMs: number | null;
	/** How far the source is behind the end of the stream of trades. */
	behindMs: number | null;
	/** Records of bars, ticks and hits that this page could not read. */
	unreadable: number;
}

/** One arrow of the pipeline. Null is "not known". */
export interface Arrow {
	/** Records that went through since the page's server started, or as many as the end of the arrow holds. */
	total: number | null;
	perSecond: number | null;
	/** How far the end of the arrow is behind its beginning. */
	lagMs: number | null;
}

/** The arrows of the pipeline, in the order of the flow; docs/live-page.md says what each one's lag is. */
export interface Flow {
	/** Feed to the stream of trades. */
	trades: Arrow;
	/** That stream into the job. */
	job: Arrow;
	/** The job into the streams of results and the lake. */
	bars: Arrow;
	ticks: Arrow;
	hits: Arrow;
	lake: Arrow;
	/** Bars into the time-series store, ticks into the table of latest prices, hits and bars into alerts. */
	store: Arrow;
	latest: Arrow;
	alerts: Arrow;
}

export interface Status {
	parts: Part[];
	figures: Figures;
	flow: Flow;
}

/** `/api/bars`: closed bars, oldest first, and what the forming candle is made of. */
export interface History {
	symbol: string;
	interval: Interval;
	/** The time zone of the symbol's exchange, by its IANA name. */
	zone: string;
	bars: Bar[];
	/** Closed 1-minute bars inside the interval that is still open. */
	minutes: Bar[];
	/** The seconds after the last closed minute. */
	ticks: Tick[];
	hits: Hit[];
	/** True where older bars are left in the store. */
	more: boolean;
	/** Why the store could not be asked; the bars are then only those seen on the stream. */
	storeError: string | null;
}

/** The events of `/api/events`. Those that carry an id can be asked for again with Last-Event-ID. */
export interface Events {
	/** First on each connection. `resumed`: everything missed follows; else the browser fetches the history again. */
	hello: { resumed: boolean };
	status: Status;
	quotes: Quote[];
	/** The last hour of every symbol at first, then each minute that closes. */
	sparks: Spark[];
	/** All of them, the one that changed last at the end. */
	alerts: AlertRow[];
	/** A new one, or one that has changed. */
	alert: AlertRow;
	bar: Bar;
	tick: Tick;
	hit: Hit;
}
