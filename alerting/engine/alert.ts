/** What is said of an episode. */

import { formatDuration } from "../duration.ts";
import type { RuleSet } from "../rules/load.ts";
import type { Rule, Variant } from "../rules/rule.ts";
import type { Template } from "../rules/template.ts";
import type { Alert, Fields, Observation, Severity } from "./types.ts";

/** Names an episode: the same one for each repetition, the resolved message too. */
export function alertIdOf(rule: Rule, { symbol, series }: Observation, since: number): string {
	return [rule.name, symbol, series, iso(since)].join("|");
}

/** The notification of an episode that fires. */
export function firingAlert(
	observation: Observation,
	rule: Rule,
	variant: Variant,
	severity: Severity,
	since: number,
	rules: RuleSet,
): Alert {
	const names = namesFor(observation, rule, variant, severity, since);
	const { subject, message } = rule.texts;
	return {
		...factsOf(observation, rule, severity, since),
		state: "firing",
		subject: subjectFrom(subject, names),
		text: message.render(names).trim(),
		link: rules.link?.render(names) ?? null,
	};
}

/** The notification of its end, with the severity that it was told with: who heard of the one hears of the other. */
export function resolvedAlert(
	observation: Observation,
	rule: Rule,
	variant: Variant,
	severity: Severity,
	since: number,
): Alert {
	const names = namesFor(observation, rule, variant, severity, since);
	const lasted = `It was so for ${formatDuration(observation.time - since)}, since ${iso(since)}.`;
	const { resolvedSubject, resolvedMessage } = rule.texts;
	return {
		...factsOf(observation, rule, severity, since),
		state: "resolved",
		subject: resolvedSubject
			? subjectFrom(resolvedSubject, names)
			: asSubject(`${names.symbol} ${rule.name}, after ${formatDuration(observation.time - since)}`),
		text: resolvedMessage ? resolvedMessage.render(names).trim() : lasted,
		link: null,
	};
}

function factsOf(observation: Observation, rule: Rule, severity: Severity, since: number) {
	const { symbol, series, time, fields } = observation;
	const direction = rule.direction ?? fields.direction;
	return {
		alert_id: alertIdOf(rule, observation, since),
		rule: rule.name,
		symbol,
		series,
		severity,
		direction: direction === "up" || direction === "down" ? direction : null,
		since: iso(since),
		event_time: iso(time),
		price: numberOf(fields.price ?? fields.close),
		move_pct: numberOf(fields.move_pct),
		record: fields,
	} as const;
}

function namesFor(observation: Observation, rule: Rule, variant: Variant, severity: Severity, since: number): Fields {
	const { fields, time } = observation;
	return { ...variant.values, ...fields, rule: rule.name, severity, since: iso(since), time: iso(time) };
}

/** SNS takes fewer than 100 ASCII characters that begin with a letter, a digit or a mark, and no line breaks. */
const LONGEST_SUBJECT = 99;

function subjectFrom(template: Template, names: Fields): string {
	const line = template.render(names).replace(/\s+/g, " ").replaceAll("–", "-");
	return asSubject(line);
}

/** A line that SNS takes as a subject. */
export function asSubject(line: string): string {
	return (
		line
			.replace(/[^ -~]/g, "?")
			.trim()
			.slice(0, LONGEST_SUBJECT)
			.trim() || "Tidemark"
	);
}

function numberOf(value: string | number | null | undefined): number | null {
	return typeof value === "number" ? value : null;
}

function iso(ms: number): string {
	return new Date(ms).toISOString();
}
