import type { Feed } from "../producer/index.ts";
import type { Part } from "./page/messages.ts";

/**
 * What the page shows of the producer: what its feed gives at this moment, and of which symbols it has nothing current; and how
 * many records it has `sent`.
 */
export function producerPart(feed: Feed, state: Part["state"], now: number, sent?: number): Part {
	const { giving, stale = [] } = feed.state?.(now) ?? {};
	// The feed's own name says more than what it gives, as long as it gives itself.
	const itself = giving === undefined || feed.name.toLowerCase().startsWith(giving);
	return {
		part: "producer",
		state,
		feed: itself ? feed.name : giving,
		...(sent === undefined ? {} : { sent }),
		...(stale.length === 0
			? {}
			: {
					stale: stale.map(({ symbol, since, why }) => ({
						symbol,
						since: since === undefined ? null : new Date(since).toISOString(),
						why,
					})),
				}),
	};
}
