/** The states of one rule for one symbol: normal → pending → firing → normal, each told at most once. */
import { calendarOf, isOpen } from "../hours/hours.ts";
import type { RuleSet } from "../rules/load.ts";
import type { Rule, Variant } from "../rules/rule.ts";
import { alertIdOf, firingAlert, resolvedAlert } from "./alert.ts";
import type { Episode, Observation, Outcome, Reason, Severity, Span, Surroundings } from "./types.ts";

/** A record, and the rule that looks at it. */
export interface Turn {
	observation: Observation;
	rule: Rule;
	/** The rule as it is for the record's symbol. */
	variant: Variant;
	rules: RuleSet;
	around: Surroundings;
}

/** The episode after a record, the same object where nothing changed, and what came of it. */
export interface After {
	episode: Episode;
	outcomes: Outcome[];
}

/** A rule that has seen nothing yet of a symbol. */
export function newEpisode(rule: Rule): Episode {
	return { rule: rule.fingerprint, status: "normal", since: 0, told: false, past: [] };
}

/** What a record does to an episode. Neither argument is changed. */
export function step(episode: Episode, turn: Turn): After {
	const { rule, variant } = turn;
	const { fields, time } = turn.observation;
	const holds = variant.when.holds(fields);
	if (episode.status === "firing") {
		if (holds) return episode.told ? { episode, outcomes: [] } : tell(episode, turn);
		const over = variant.clear ? variant.clear.holds(fields) : true;
		return over ? resolve(episode, turn) : { episode, outcomes: [] };
	}
	if (!holds) {
		return episode.status === "normal"
			? { episode, outcomes: [] }
			: { episode: { ...episode, status: "normal", since: 0 }, outcomes: [] };
	}
	const since = episode.status === "pending" ? episode.since : time;
	if (time - since < variant.for) {
		return episode.status === "pending"
			? { episode, outcomes: [] }
			: { episode: { ...episode, status: "pending", since }, outcomes: [{ kind: "pending", rule: rule.name }] };
	}
	const { reason: _, ...rest } = episode;
	return tell({ ...rest, status: "firing", since, told: false }, turn);
}

/** Tells an episode that fires and was not told yet, unless something is against it. */
function tell(episode: Episode, turn: Turn): After {
	const { observation, variant } = turn;
	const severity: Severity = variant.criticalWhen?.holds(observation.fields) ? "critical" : variant.severity;
	const reason = reasonAgainst(episode, severity, turn);
	if (reason !== undefined && reason === episode.reason) return { episode, outcomes: [] };
	const alert = firingAlert(observation, turn.rule, variant, severity, episode.since, turn.rules);
	if (reason !== undefined) return { episode: { ...episode, reason }, outcomes: [{ kind: "suppress", alert, reason }] };
	const { reason: _, ...rest } = episode;
	return {
		episode: { ...rest, told: true, severity, lastTold: Math.max(observation.time, episode.lastTold ?? 0) },
		outcomes: [{ kind: "notify", alert }],
	};
}

function resolve(episode: Episode, { observation, rule, variant }: Turn): After {
	const { since, told, lastTold } = episode;
	const { reason: _, severity = variant.severity, ...rest } = episode;
	const past = [...episode.past, span(since, observation.time, told ? lastTold : undefined)];
	const outcomes: Outcome[] = [
		{ kind: "resolve", rule: rule.name, alert_id: alertIdOf(rule, observation, since), told },
	];
	if (told && rule.resolved) {
		outcomes.push({ kind: "notify", alert: resolvedAlert(observation, rule, variant, severity, since) });
	}
	return { episode: { ...rest, status: "normal", since: 0, told: false, past }, outcomes };
}

/** Why an episode is not told at this record; the first reason that applies. */
function reasonAgainst(episode: Episode, severity: Severity, turn: Turn): Reason | undefined {
	const { rule, variant, rules } = turn;
	const { symbol, time, on } = turn.observation;
	const { now, silenced, pipelineDown } = turn.around;
	if (
		variant.hours !== "always" &&
		on !== "pipeline" &&
		!isOpen(calendarOf(symbol, rules.exchanges), variant.hours, inside(time, on))
	)
		return "hours";
	if (rules.mute.some((mute) => mute.covers({ rule: rule.name, symbol, severity, time }))) return "mute";
	if (silenced?.(symbol, rule.name)) return "silence";
	if (pipelineDown && on === "quiet") return "pipeline";
	if (now !== undefined && now - time > rule.maxAge) return "max_age";
	if (episode.lastTold !== undefined && time < episode.lastTold + variant.cooldown) return "cooldown";
	return undefined;
}

/** A bar belongs to the time before its end: the session's last one ends with the session. */
function inside(time: number, on: string): number {
	return on === "hit" || on === "quiet" ? time : time - 1;
}

/**
 * What a record says that came after newer ones: a rule for which it holds tells it as an episode of its own, unless a
 * known episode or its cooldown covers it. The rule's state stays; only that it was told is remembered.
 */
export function stepLate(episode: Episode, turn: Turn): After {
	const { variant } = turn;
	const { time, fields } = turn.observation;
	const unchanged = { episode, outcomes: [] };
	if (variant.for > 0 || !variant.when.holds(fields)) return unchanged;
	const current = episode.status === "normal" ? [] : [span(episode.since, Number.POSITIVE_INFINITY)];
	if ([...episode.past, ...current].some(([from, to]) => time >= from && time <= to)) return unchanged;
	const tellings = [episode.lastTold, ...episode.past.map(([, , told]) => told)];
	if (tellings.some((at) => at !== undefined && Math.abs(time - at) < variant.cooldown)) return unchanged;
	const alone = { ...episode, since: time, told: false };
	const { reason: _, lastTold: __, ...fresh } = alone;
	const { outcomes } = tell(fresh, turn);
	const told = outcomes.some(({ kind }) => kind === "notify");
	const past = [...episode.past, span(time, time, told ? time : undefined)].sort(([a], [b]) => a - b);
	return {
		episode: { ...episode, past, ...(told ? { lastTold: Math.max(time, episode.lastTold ?? 0) } : {}) },
		outcomes: outcomes.map((outcome) =>
			"alert" in outcome ? { ...outcome, alert: { ...outcome.alert, late: true as const } } : outcome,
		),
	};
}

/** An episode without those before it that cover no record that may still come, as none does from before `horizon`, epoch ms. */
export function forgetBefore(horizon: number, episode: Episode, { cooldown }: Variant): Episode {
	const past = episode.past.filter(([, to, told = to - cooldown]) => Math.max(to, told + cooldown) >= horizon);
	return past.length === episode.past.length ? episode : { ...episode, past };
}

function span(from: number, to: number, told?: number): Span {
	return told === undefined ? [from, to] : [from, to, told];
}
