import type { Feed, Progress } from "../producer/index.ts";
import type { Part } from "./page/messages.ts";

/** How far its sending is, as publish() says it. */
type Sending = Pick<Progress, "sent" | "waitedMs">;

/**
 * What the page shows of the producer: what its feed gives at this moment, and of which symbols it has nothing current; how
 * many records it has sent, and how long others wait.
 */
export function producerPart(feed: Feed, state: Part["state"], now: number, sending?: Sending): Part {
	const { giving, stale = [] } = feed.state?.(now) ?? {};
	// The feed's own name says more than what it gives, as long as it gives itself.
	const itself = giving === undefined || feed.name.toLowerCase().startsWith(giving);
	return {
		part: "producer",
		state,
		feed: itself ? feed.name : giving,
		...(sending && { sent: sending.sent, waitedMs: sending.waitedMs }),
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
