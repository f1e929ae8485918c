import type { FeedSpec } from "../producer/feed.ts";
import { type ReplayOptions, replayOnly, replaySpec } from "../producer/replay/options.ts";
import type { MarketOptions } from "../producer/synthetic/options.ts";
import { type YahooOptions, yahooSpec } from "../producer/yahoo/options.ts";
import { UserError } from "./errors.ts";

/** The options of `tidemark up` that choose the feed. */
export interface FeedOptions extends ReplayOptions, MarketOptions, YahooOptions {
	/** Yahoo's symbols. */
	readonly yahoo?: readonly string[];
	readonly replay?: readonly string[];
	readonly symbols?: readonly string[];
	/** False: none, trades come by `tidemark produce`. */
	readonly feed?: boolean;
}

/**
 * The feed that the options choose: Yahoo's quotes, the files of `--replay`, otherwise the synthetic one; a stack that
 * goes on where it was gets no history once more. Throws {@link UserError} where options do not go together.
 */
export function feedSpecOf(options: FeedOptions, { goesOn }: { goesOn: boolean }): FeedSpec {
	const { replay, symbols, yahoo, every, proxy, fallback } = options;
	const { seed, rate, hours, markets, exchanges, count, faults, truth } = options;
	const market = { seed, rate, hours, markets, exchanges, count, faults, truth };
	if (options.feed === false) {
		const others = [...given({ yahoo, every, proxy, fallback, replay, symbols, ...market }), ...replayOnly(options)];
		if (others.length > 0) throw new UserError(`${others.join(", ")} cannot be used with --no-feed`);
		return { kind: "none" };
	}
	if (yahoo !== undefined) {
		const others = [...given({ replay, symbols, ...market }), ...replayOnly(options)];
		if (others.length > 0) throw new UserError(`${others.join(", ")} cannot be used with --yahoo SYMBOLS`);
		return yahooSpec(yahoo, options);
	}
	const yahoos = given({ every, proxy, fallback });
	if (yahoos.length > 0) {
		const are = yahoos.length === 1 ? "is" : "are";
		throw new UserError(`${yahoos.join(", ")} ${are} for Yahoo's quotes: give --yahoo SYMBOLS too`);
	}
	if (replay !== undefined) {
		const [misplaced] = given(market);
		if (misplaced !== undefined) {
			throw new UserError(`${misplaced} is for the synthetic feed: leave out ${misplaced} or --replay`);
		}
		return replaySpec(replay, options);
	}
	const misplaced = replayOnly(options);
	if (misplaced.length > 0) {
		throw new UserError(
			`${misplaced.join(", ")} ${misplaced.length === 1 ? "is" : "are"} for a replay: give --replay FILE too`,
		);
	}
	return { kind: "synthetic", symbols, ...market, ...(goesOn || count !== undefined ? { historyMinutes: 0 } : {}) };
}

/**
 * Whether a feed's trades happen now, as far as anybody can know beforehand: not those of a replay, which are of another
 * day or pass faster than the day does.
 */
export function isOfThePresent({ kind }: FeedSpec): boolean {
	return kind !== "replay";
}

/** The options that are given, as they are written. */
function given(options: Record<string, unknown>): string[] {
	return Object.entries(options).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
}
