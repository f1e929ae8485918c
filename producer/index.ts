/** Data in: feeds of trades, and the way from them into Kinesis. */
import type { Feed, FeedSpec } from "./feed.ts";
import { openReplay } from "./replay.ts";
import { openSynthetic } from "./synthetic.ts";

export { deaggregate } from "./aggregate.ts";
export type { Feed, FeedSpec, Outgoing, ReplaySpec, SyntheticSpec } from "./feed.ts";
export { type ProduceResult, type Progress, type PublishOptions, publish } from "./publish.ts";

/**
 * The feed that a specification describes. Of a replay the whole file has been read once and found in order by then.
 * @throws what stands in the way of it, before anything is sent: a file or a column that is not there, bad rows, times
 * that go back further than the lateness, an option's impossible value
 */
export async function openFeed(spec: FeedSpec): Promise<Feed> {
	return spec.kind === "replay" ? openReplay(spec) : openSynthetic(spec);
}
