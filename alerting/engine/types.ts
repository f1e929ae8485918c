/** What the engine takes and gives: plain values without a clock, a network or a random number. */
import type { Hours } from "../hours/hours.ts";

/** What a rule looks at: `hit`, the closed bars of an interval (`1m`, `5m`, …), a symbol's silence, or the whole pipeline's. */
export type On = "hit" | "quiet" | "pipeline" | (string & {});

/** A record's fields and those derived from the records before it; null where a value is not known. */
export type Fields = Record<string, string | number | null>;

/** One record as a rule sees it. */
export interface Observation {
	/** The name that a rule's `on` has. */
	on: On;
	symbol: string;
	/** What has one order and one state for each rule: `hit 5m` (by lookback), `1m`, `quiet`, `pipeline`. */
	series: string;
	/** Tells the series' records apart and orders them: the event time, then what settles a tie. */
	key: string;
	/** Event time in epoch ms: of a hit its own, of a bar its window's end. */
	time: number;
	fields: Fields;
}

/** Why an episode that fires is not told. */
export type Reason =
	| "hours"
	| "mute"
	| "silence"
	| "cooldown"
	| "max_age"
	| "pipeline"
	/** Given by the storm breaker, which the engine knows nothing of. */
	| "storm";

export type Severity = "info" | "warning" | "critical";

/** Where a rule stands for one symbol and series. */
export interface Episode {
	/** Of the rule as it was; a rule with another fingerprint begins anew. */
	rule: string;
	status: "normal" | "pending" | "firing";
	/** When it began to hold, epoch ms; 0 while normal. */
	since: number;
	/** Whether this episode's notification was given out. */
	told: boolean;
	/** The severity that it was given out with. */
	severity?: Severity;
	/** Why it was not. */
	reason?: Reason;
	/** Event time of the last firing notification of any episode, epoch ms. */
	lastTold?: number;
	/** The episodes before, the newest last: what covers a record that comes late. */
	past: Span[];
}

/** An episode's beginning and end, and when it was told, if it was; epoch ms. */
export type Span = [from: number, to: number, told?: number];

/** What is derived from a symbol's bars; see context.ts. */
export interface Context {
	volumes: number[];
	day: number;
	dayOpen: number | null;
	dayHigh: number | null;
	dayLow: number | null;
	dayBars: number;
	/** The regular session's opening, epoch ms; 0 before the first. */
	session: number;
	sessionBars: number;
	lastClose: number | null;
	/** The last close of the session before. */
	previousClose: number | null;
}

/** All that is kept of one symbol's series. */
export interface SeriesState {
	/** Keys of the last records that were folded in, the newest last. */
	seen: string[];
	context?: Context;
	/** By the rule's name. */
	episodes: Record<string, Episode>;
}

/** One notification to be: what happened, once for each `alert_id` and `state`. */
export interface Alert {
	/** rule|symbol|series|since */
	alert_id: string;
	rule: string;
	symbol: string;
	series: string;
	state: "firing" | "resolved";
	severity: Severity;
	direction: "up" | "down" | null;
	/** When the condition began to hold, ISO 8601 in UTC. */
	since: string;
	/** Event time of the record that made it fire or resolve, ISO 8601 in UTC. */
	event_time: string;
	price: number | null;
	move_pct: number | null;
	/** The point in under 100 characters of ASCII. */
	subject: string;
	/** The same with details, for people. */
	text: string;
	/** The panel or page of the symbol. */
	link: string | null;
	/** The record's fields. */
	record: Fields;
	/** Set where the record came after newer ones. */
	late?: true;
}

/** What became of one rule at one record, where anything did. */
export type Outcome =
	| { kind: "notify"; alert: Alert }
	/** The episode began or its reason changed: it fires and is not told. */
	| { kind: "suppress"; alert: Alert; reason: Reason }
	| { kind: "pending"; rule: string }
	/** It ended; `told` says whether it was notified, and so whether a resolved message is due (which is a `notify` of its own). */
	| { kind: "resolve"; rule: string; alert_id: string; told: boolean };

/** What the world says at the moment of evaluation, beside the records. */
export interface Surroundings {
	/** Now, epoch ms, for `max_age`; undefined where the records are of the past on purpose. */
	now?: number;
	/** Whether somebody silenced this symbol and rule. */
	silenced?: (symbol: string, rule: string) => boolean;
	/** The pipeline itself is silent, so that each symbol's silence says nothing. */
	pipelineDown?: boolean;
}

export type { Hours };
