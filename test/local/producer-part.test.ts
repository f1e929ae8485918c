import { describe, expect, test } from "vitest";
import { producerPart } from "../../local/producer-part.ts";
import type { Feed, FeedState } from "../../producer/index.ts";

const NOW = Date.parse("2026-03-02T15:00:00Z");
const feed = (state?: FeedState): Feed => ({
	name: "Yahoo's quotes of AAPL, MSFT",
	total: undefined,
	live: true,
	async *batches() {},
	...(state === undefined ? {} : { state: (now) => (now === NOW ? state : { stale: [] }) }),
});

describe("the producer on the page", () => {
	test("is its feed's name, where the feed says no more", () => {
		expect(producerPart(feed(), "starting", NOW)).toEqual({
			part: "producer",
			state: "starting",
			feed: "Yahoo's quotes of AAPL, MSFT",
		});
		expect(producerPart(feed({ giving: "yahoo", stale: [] }), "up", NOW)).toEqual({
			part: "producer",
			state: "up",
			feed: "Yahoo's quotes of AAPL, MSFT",
		});
	});

	test("says how many records it has sent and how long others wait, also when its feed has ended", () => {
		const part = producerPart(feed(), "ended", NOW, { sent: 388_417, waitedMs: 0 });
		expect(part).toMatchObject({ state: "ended", sent: 388_417, waitedMs: 0 });
	});

	test("is what the feed gives instead, with the symbols that are stale and why", () => {
		const state: FeedState = {
			giving: "synthetic (Yahoo: 429 Too Many Requests)",
			stale: [
				{ symbol: "AAPL", since: NOW - 90_000, why: "Yahoo: 429 Too Many Requests" },
				{ symbol: "GONE", since: undefined, why: "unknown to Yahoo" },
			],
		};
		expect(producerPart(feed(state), "up", NOW)).toEqual({
			part: "producer",
			state: "up",
			feed: "synthetic (Yahoo: 429 Too Many Requests)",
			stale: [
				{ symbol: "AAPL", since: "2026-03-02T14:58:30.000Z", why: "Yahoo: 429 Too Many Requests" },
				{ symbol: "GONE", since: null, why: "unknown to Yahoo" },
			],
		});
	});
});
