/** Data in: feeds of trades, and the way from them into Kinesis. */
import type { Feed, FeedSpec } from "./feed.ts";
import { openNone } from "./none.ts";
import { openReplay } from "./replay/replay.ts";
import { openSynthetic } from "./synthetic/synthetic.ts";

export {
	type Feed,
	type FeedSpec,
	type FeedState,
	type Item,
	isRejected,
	type Outgoing,
	type Rejected,
	type ReplaySpec,
	type Stale,
	type SyntheticSpec,
	type YahooHistorySpec,
	type YahooSpec,
} from "./feed.ts";
export { outgoingOf } from "./outgoing.ts";
export { deaggregate } from "./publish/aggregate.ts";
export { type ProduceResult, type Progress, type PublishOptions, publish } from "./publish/publish.ts";

/**
 * The feed that a specification describes. Of a replay the whole file has been read once and found in order by then.
 * @throws what stands in the way of it, before anything is sent: a file or a column that is not there, bad rows, times
 * that go back further than the lateness, an option's impossible value
 */
export async function openFeed(spec: FeedSpec): Promise<Feed> {
	switch (spec.kind) {
		case "none":
			return openNone();
		case "replay":
			return openReplay(spec);
		case "synthetic":
			return openSynthetic(spec);
		// Loaded only when they are wanted: yahoo-finance2 is large.
		case "yahoo":
			return (await import("./yahoo/live.ts")).openYahoo(spec);
		case "yahoo-history":
			return (await import("./yahoo/history.ts")).yahooHistory(spec);
	}
}
