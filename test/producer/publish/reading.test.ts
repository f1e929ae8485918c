import { describe, expect, test, vi } from "vitest";
import type { Feed, Item, Outgoing } from "../../../producer/feed.ts";
import { Backlog } from "../../../producer/publish/backlog.ts";
import { feedOf, readInto } from "../../../producer/publish/reading.ts";
import { accepted, flat, outgoing, records } from "../support.ts";

const live = (batches: Feed["batches"]): Feed => ({ name: "live", total: undefined, live: true, batches });
const turn = () => new Promise((resolve) => setImmediate(resolve));

function reading(feed: Feed) {
	const [backlog, stop] = [new Backlog(), new AbortController()];
	const [onRead, onRejected] = [vi.fn(), vi.fn()];
	const done = readInto(backlog, feed, { signal: stop.signal, onRead, onRejected });
	return { backlog, stop, onRead, onRejected, done };
}

describe("reading a feed", () => {
	test("puts all of it into the backlog, and says when it is over", async () => {
		async function* batches(): AsyncGenerator<Outgoing[]> {
			yield [outgoing("a", 1), outgoing("b", 2)];
			yield [outgoing("c", 3)];
		}
		const { backlog, onRead, done } = reading(live(batches));
		await done;
		expect([...backlog].map(({ key }) => key)).toEqual(["a", "b", "c"]);
		expect(backlog.ended).toBe(true);
		expect(onRead.mock.calls).toEqual([[2], [1]]);
	});

	test("leaves out what Kinesis would not take, to the byte", async () => {
		const record = (bytes: number): Outgoing => ({ key: "key", time: 0, data: Buffer.alloc(bytes - 3) });
		async function* batches(): AsyncGenerator<Outgoing[]> {
			yield [record(1 << 20), record((1 << 20) + 1)];
		}
		const { backlog, onRejected, done } = reading(live(batches));
		await done;
		expect(backlog.length).toBe(1);
		expect(onRejected.mock.calls).toEqual([
			[expect.objectContaining({ rejected: expect.stringContaining(`a record of key has ${(1 << 20) + 1} bytes`) })],
		]);
	});

	test("stops at once when it is told to, whatever the feed waits for, and tells the feed", async () => {
		let signalOfFeed: AbortSignal | undefined;
		async function* batches(signal: AbortSignal): AsyncGenerator<Outgoing[]> {
			signalOfFeed = signal;
			yield [outgoing("a", 1)];
			await new Promise(() => {});
		}
		const { backlog, stop, done } = reading(live(batches));
		await turn();
		stop.abort();
		await done;
		expect(backlog.length).toBe(1);
		expect(backlog.ended).toBe(true);
		expect(signalOfFeed?.aborted).toBe(true);
	});

	test("lets the feed tidy up when it is stopped between two batches", async () => {
		const tidy = vi.fn();
		async function* batches(): AsyncGenerator<Outgoing[]> {
			try {
				for (let at = 0; ; at++) {
					yield [outgoing("a", at)];
					await turn();
				}
			} finally {
				tidy();
			}
		}
		const { stop, done } = reading(live(batches));
		await turn();
		stop.abort();
		await done;
		await vi.waitFor(() => expect(tidy).toHaveBeenCalledOnce());
	});

	test("passes on the feed's failure, and ends the backlog", async () => {
		// biome-ignore lint/correctness/useYield: it fails before it gives anything
		async function* batches(): AsyncGenerator<Outgoing[]> {
			throw new Error("torn");
		}
		const { backlog, done } = reading(live(batches));
		await expect(done).rejects.toThrow("torn");
		expect(backlog.ended).toBe(true);
	});

	test("leaves no listener behind for each batch", async () => {
		async function* batches(): AsyncGenerator<Outgoing[]> {
			for (let at = 0; at < 50; at++) yield [outgoing("a", at)];
		}
		const stop = new AbortController();
		const add = vi.spyOn(stop.signal, "addEventListener");
		const remove = vi.spyOn(stop.signal, "removeEventListener");
		await readInto(new Backlog(), live(batches), { signal: stop.signal, onRead: () => {}, onRejected: () => {} });
		expect(add).toHaveBeenCalledTimes(51);
		expect(remove).toHaveBeenCalledTimes(51);
	});
});

test("trades of one's own become records under their symbol, with their time", async () => {
	const trade = {
		trade_id: "1",
		symbol: "SPY",
		event_time: "2013-10-07T13:30:00.250Z",
		price: 1,
		size: 2,
		source: "me",
	};
	async function* mine() {
		yield trade;
	}
	const feed = feedOf(mine());
	expect(feed).toMatchObject({ live: true, total: undefined });
	const [record] = await records(feed);
	expect(record).toMatchObject({ key: "SPY", time: Date.parse(trade.event_time) });
	expect(JSON.parse(String(record?.data))).toEqual(trade);
});

test("what one could not read oneself may come as rejected; what is neither is told by the contract", async () => {
	const trade = {
		trade_id: "1",
		symbol: "SPY",
		event_time: "2020-05-14T13:30:00.000Z",
		price: 1,
		size: 1,
		source: "x",
	};
	const unreadable = { rejected: "is not JSON", payload: "{broken" };
	// A trade may carry any field, also this one.
	const odd = { ...trade, rejected: "no" };
	async function* mine() {
		yield unreadable;
		yield odd;
		yield {} as typeof trade;
	}
	const [first, second, third] = (await flat(feedOf(mine()).batches(new AbortController().signal))) as Item[];
	expect(first).toEqual(unreadable);
	expect(JSON.parse(String(accepted(second as Item).data))).toEqual(odd);
	expect(third).toMatchObject({ rejected: expect.stringMatching(/^trade_id /), payload: "{}" });
});
