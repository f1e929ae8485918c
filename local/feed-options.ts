import type { FeedSpec } from "../producer/feed.ts";
import { UserError } from "./errors.ts";

/** The options of `tidemark up` that choose the feed. */
export interface FeedOptions {
	replay?: string;
	speed?: number | "max";
	rebase?: "now";
	map?: Record<string, string>;
	order?: "event-time";
	raw?: boolean;
	symbols?: string[];
	seed?: number;
}

/**
 * The feed that the options choose: the file of `--replay`, otherwise the synthetic one; a stack that goes on where it
 * was gets no history once more. Throws {@link UserError} where options do not go together.
 */
export function feedSpecOf(options: FeedOptions, { goesOn }: { goesOn: boolean }): FeedSpec {
	const { replay, speed, rebase, map, order, raw, symbols, seed } = options;
	if (replay !== undefined) {
		if (seed !== undefined) throw new UserError("--seed is for the synthetic feed: leave out --seed or --replay");
		return { kind: "replay", file: replay, speed, rebase, map, order, raw, symbols };
	}
	const misplaced = Object.entries({ speed, rebase, map, order, raw }).filter(([, value]) => value !== undefined);
	if (misplaced.length > 0) {
		const names = misplaced.map(([name]) => `--${name}`).join(", ");
		throw new UserError(`${names} ${misplaced.length === 1 ? "is" : "are"} for a replay: give --replay FILE too`);
	}
	return { kind: "synthetic", symbols, seed, ...(goesOn ? { historyMinutes: 0 } : {}) };
}
