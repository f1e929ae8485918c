/** Folds records into the state of a symbol's series. Pure: the same records in the same order give the same. */
import type { RuleSet } from "../rules/load.ts";
import { forgetBefore, newEpisode, step, stepLate } from "./episode.ts";
import type { Incoming } from "./observe.ts";
import type { Episode, Observation, Outcome, SeriesState, Surroundings } from "./types.ts";

/** Records whose keys are kept, so that a copy, or one that comes late, is known. */
const SEEN = 32;
const ISO_LENGTH = "2013-10-07T13:30:00.000Z".length;

export const newSeries: SeriesState = { seen: [], episodes: {} };

/** What one record came to. */
export interface Evaluated {
	/** `duplicate` and `too old` do nothing. */
	as: "in turn" | "late" | "duplicate" | "too old";
	/** The same object where nothing is to be kept. */
	state: SeriesState;
	outcomes: Outcome[];
	/** Rules that were evaluated. */
	rules: number;
}

/**
 * Evaluates all rules of a record's kind. The record is told from its copies by its key, and from those that come late by
 * the order of keys.
 */
export function evaluate(state: SeriesState, record: Incoming, rules: RuleSet, around: Surroundings): Evaluated {
	const { seen } = state;
	const newest = seen.at(-1);
	if (newest === undefined || record.key > newest) {
		const { observation, context } = record.inTurn(state.context);
		const after = [...seen.slice(1 - SEEN), record.key];
		const done = evaluateRules(state.episodes, observation, rules, around, step, horizonOf(after));
		return {
			as: "in turn",
			state: { seen: after, ...(context ? { context } : {}), episodes: done.episodes },
			outcomes: done.outcomes,
			rules: done.rules,
		};
	}
	if (seen.includes(record.key)) return { as: "duplicate", state, outcomes: [], rules: 0 };
	if (seen.length === SEEN && record.key < (seen[0] ?? "")) return { as: "too old", state, outcomes: [], rules: 0 };
	const after = [...seen, record.key].sort().slice(-SEEN);
	const done = evaluateRules(state.episodes, record.late(), rules, around, stepLate, horizonOf(after));
	return {
		as: "late",
		state: { ...state, seen: after, episodes: done.episodes },
		outcomes: done.outcomes,
		rules: done.rules,
	};
}

/** Before this time, epoch ms, every record is too old. Each key begins with a time that is not after its record's own. */
function horizonOf(seen: readonly string[]): number {
	return seen.length === SEEN ? Date.parse((seen[0] ?? "").slice(0, ISO_LENGTH)) : Number.NEGATIVE_INFINITY;
}

function evaluateRules(
	before: Record<string, Episode>,
	observation: Observation,
	rules: RuleSet,
	around: Surroundings,
	take: typeof step,
	horizon: number,
): { episodes: Record<string, Episode>; outcomes: Outcome[]; rules: number } {
	const episodes: Record<string, Episode> = {};
	const outcomes: Outcome[] = [];
	let count = 0;
	for (const rule of rules.on(observation.on)) {
		const variant = rule.for(observation.symbol);
		if (!variant) continue;
		count++;
		const known = before[rule.name];
		// An edited rule begins anew; the others go on.
		const episode = known?.rule === rule.fingerprint ? known : newEpisode(rule);
		const done = take(episode, { observation, rule, variant, rules, around });
		const after = forgetBefore(horizon, done.episode, variant);
		// What says no more than a new one is not kept.
		if (after.status !== "normal" || after.lastTold !== undefined || after.past.length > 0) episodes[rule.name] = after;
		outcomes.push(...done.outcomes);
	}
	return { episodes, outcomes, rules: count };
}
