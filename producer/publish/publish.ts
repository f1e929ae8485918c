import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Trade } from "../../contracts.ts";
import { kinesisClient } from "../client.ts";
import type { Feed, Rejected } from "../feed.ts";
import type { ProduceResult, PublishOptions } from "./options.ts";
import { Publisher } from "./publisher.ts";
import { feedOf } from "./reading.ts";
import { Spool } from "./spool.ts";

export type { ProduceResult, Progress, PublishOptions } from "./options.ts";

/**
 * Sends all that a feed gives, in its order, and says how it went. Trades of your own come as an async iterable of Trade:
 * each is checked against the contract, and sent as it arrives; what is no trade may come as Rejected.
 * @throws if the feed fails, after what it gave was sent; if the stream cannot be found; if the spool cannot be kept
 */
export async function publish(
	source: Feed | AsyncIterable<Trade | Rejected>,
	options: PublishOptions,
): Promise<ProduceResult> {
	const feed = "batches" in source ? source : feedOf(source);
	const spool = options.spool && new Spool(options.spool);
	const own = options.client === undefined ? kinesisClient(options.kinesis) : undefined;
	try {
		return await new Publisher(feed, options, options.client ?? (own as KinesisClient), spool).run();
	} finally {
		own?.destroy();
		spool?.close();
	}
}
