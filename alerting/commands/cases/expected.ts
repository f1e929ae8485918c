/** What a case expects, and what it found, in the same words: `notify move AAPL firing at 14:00`. */
import { z } from "zod";
import { UserError } from "../../../local/errors.ts";
import type { Outcome } from "../../engine/types.ts";
import { Severity } from "../../rules/schema.ts";
import { instantOf, shortTime } from "./times.ts";

const also = {
	severity: Severity.optional(),
	subject: z.string().optional(),
	direction: z.enum(["up", "down"]).optional(),
	/** When the condition began to hold. */
	since: z.string().optional(),
	late: z.boolean().optional(),
};
/** `notify: move AAPL firing at 14:00`, or `suppress: move AAPL at 14:05 by cooldown`, and what else is to be compared. */
export const Expectation = z.union(
	[z.strictObject({ notify: z.string(), ...also }), z.strictObject({ suppress: z.string(), ...also })],
	"is { notify: RULE SYMBOL firing|resolved at TIME } or { suppress: RULE SYMBOL at TIME by REASON }, and severity, subject, direction, since or late",
);

const REASONS = ["hours", "mute", "silence", "cooldown", "max_age", "pipeline"];
const NOTIFY = /^([a-z][a-z0-9-]*) (\S+) (firing|resolved) at (\S+)$/;
const SUPPRESS = /^([a-z][a-z0-9-]*) (\S+) at (\S+) by (\w+)$/;

/** One line of a result, and details that are compared where both have them. */
export interface Line {
	text: string;
	details: Record<string, string>;
}

/** An expected line, with the place where it stands. */
export interface Expected extends Line {
	place: string;
}

/** Reads what a case expects. Throws {@link UserError} with its place. */
export function readExpectation(row: z.infer<typeof Expectation>, place: string, date: string): Expected {
	const { severity, subject, direction, since, late } = row;
	const details = {
		...(severity === undefined ? {} : { severity }),
		...(subject === undefined ? {} : { subject }),
		...(direction === undefined ? {} : { direction }),
		...(since === undefined ? {} : { since: timeAt(since, date, place) }),
		...(late === undefined ? {} : { late: String(late) }),
	};
	if ("notify" in row) {
		const [, rule, symbol, state, time = ""] =
			NOTIFY.exec(row.notify) ?? wrong(row.notify, "RULE SYMBOL firing|resolved at TIME", place);
		return { place, text: `notify ${rule} ${symbol} ${state} at ${timeAt(time, date, place)}`, details };
	}
	const [, rule, symbol, time = "", reason = ""] =
		SUPPRESS.exec(row.suppress) ?? wrong(row.suppress, "RULE SYMBOL at TIME by REASON", place);
	if (!REASONS.includes(reason))
		throw new UserError(`${place}: ${reason} is no reason: there are ${REASONS.join(", ")}`);
	return { place, text: `suppress ${rule} ${symbol} at ${timeAt(time, date, place)} by ${reason}`, details };
}

/** What came of a record, as a line; nothing where it is neither told nor suppressed. */
export function lineOf(outcome: Outcome, date: string): Line[] {
	if (outcome.kind !== "notify" && outcome.kind !== "suppress") return [];
	const { rule, symbol, state, event_time, severity, subject, direction, since, late } = outcome.alert;
	const at = shortTime(event_time, date);
	const text =
		outcome.kind === "notify"
			? `notify ${rule} ${symbol} ${state} at ${at}`
			: `suppress ${rule} ${symbol} at ${at} by ${outcome.reason}`;
	const details = {
		severity,
		subject,
		direction: String(direction),
		since: shortTime(since, date),
		late: String(late ?? false),
	};
	return [{ text, details }];
}

function timeAt(text: string, date: string, place: string): string {
	try {
		return shortTime(instantOf(text, date), date);
	} catch (cause) {
		throw new UserError(`${place}: ${(cause as Error).message}`, { cause });
	}
}

function wrong(text: string, form: string, place: string): never {
	throw new UserError(`${place}: ${JSON.stringify(text)} is not in the form ${form}`);
}
