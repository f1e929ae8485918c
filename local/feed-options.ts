import type { FeedSpec } from "../producer/feed.ts";
import { type ReplayOptions, replayOnly, replaySpec } from "../producer/replay/options.ts";
import { UserError } from "./errors.ts";

/** The options of `tidemark up` that choose the feed. */
export interface FeedOptions extends ReplayOptions {
	readonly replay?: readonly string[];
	readonly seed?: number;
}

/**
 * The feed that the options choose: the files of `--replay`, otherwise the synthetic one; a stack that goes on where it
 * was gets no history once more. Throws {@link UserError} where options do not go together.
 */
export function feedSpecOf(options: FeedOptions, { goesOn }: { goesOn: boolean }): FeedSpec {
	const { replay, seed, symbols } = options;
	if (replay !== undefined) {
		if (seed !== undefined) throw new UserError("--seed is for the synthetic feed: leave out --seed or --replay");
		return replaySpec(replay, options);
	}
	const misplaced = replayOnly(options);
	if (misplaced.length > 0) {
		throw new UserError(
			`${misplaced.join(", ")} ${misplaced.length === 1 ? "is" : "are"} for a replay: give --replay FILE too`,
		);
	}
	return { kind: "synthetic", symbols, seed, ...(goesOn ? { historyMinutes: 0 } : {}) };
}
