import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { isRejected, type Outgoing } from "../../producer/feed.ts";
import { course, Pacer, paced, rebaseBy } from "../../producer/pace.ts";
import { accepted, flat, outgoing } from "./support.ts";

const START = Date.parse("2026-01-01T00:00:00.000Z");

describe("rebasing", () => {
	test("puts the last event now at full speed, and the first one now at real time or slower", () => {
		expect(rebaseBy(1000, 5000, "max", START)).toBe(START - 5000);
		expect(rebaseBy(1000, 5000, 1, START)).toBe(START - 1000);
		expect(rebaseBy(1000, 5000, 0.5, START)).toBe(START - 1000);
	});

	test("in between puts the last event at the moment the replay ends", () => {
		// 4 s at double speed take 2 s.
		expect(5000 + rebaseBy(1000, 5000, 2, START)).toBe(START + 2000);
	});

	test("never lets an event be ahead of the moment at which it is sent", () => {
		const speeds = fc.oneof(fc.double({ min: 0.01, max: 1000, noNaN: true }), fc.constantFrom(1, 2, 60));
		fc.assert(
			fc.property(
				fc.nat(1e12),
				fc.nat(1e8),
				speeds,
				fc.double({ min: 0, max: 1, noNaN: true }),
				(first, span, speed, at) => {
					const shift = rebaseBy(first, first + span, speed, START);
					const time = first + Math.floor(span * at) + shift;
					const due = course(first + shift, START, speed).dueAt(time);
					// A millisecond is how finely times are written.
					expect(time).toBeLessThanOrEqual(due + 1);
				},
			),
		);
	});
});

test("a course is due at speed, and knows its time at any moment", () => {
	const at = course(1000, START, 4);
	expect(at.dueAt(1000)).toBe(START);
	expect(at.dueAt(5000)).toBe(START + 1000);
	expect(at.timeAt(START + 1000)).toBe(5000);
	expect(at.timeAt(at.dueAt(12_345))).toBe(12_345);
});

describe("a pacer", () => {
	beforeEach(() => {
		vi.useFakeTimers({ now: START, toFake: ["Date", "setTimeout", "clearTimeout"] });
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	/** What a pacer gives out, with the moment, in seconds since the start, and its horizon before the next is taken. */
	function watch(batches: readonly (readonly Outgoing[])[], speed: number, stop = new AbortController()) {
		const pacer = new Pacer(course(START, START, speed));
		const seen: { at: number; keys: string }[] = [];
		const done = (async () => {
			for await (const batch of pacer.batches(source(batches), stop.signal)) {
				seen.push({ at: (Date.now() - START) / 1000, keys: batch.map(({ key }) => key).join("") });
			}
		})();
		return { pacer, seen, done };
	}
	async function* source(batches: readonly (readonly Outgoing[])[]): AsyncGenerator<readonly Outgoing[]> {
		yield* batches;
	}
	const soon = (ms: number) => START + ms;

	test("gives what is overdue at once, in its batches", async () => {
		const { seen, done } = watch([[outgoing("a", START - 5000), outgoing("b", START)], [outgoing("c", START - 1)]], 1);
		await done;
		expect(seen.map(({ keys }) => keys)).toEqual(["ab", "c"]);
	});

	test("passes on what has no time with what is before it", async () => {
		const timeless = { key: "x", time: undefined, data: Buffer.from("x") };
		const { seen, done } = watch([[outgoing("a", START), timeless]], 1);
		await done;
		expect(seen.map(({ keys }) => keys)).toEqual(["ax"]);
	});

	test("its horizon is what is due, but not past the record that it holds back", async () => {
		const stop = new AbortController();
		const { pacer, seen, done } = watch([[outgoing("a", START), outgoing("b", soon(3_600_000))]], 1, stop);
		expect(pacer.horizon(START)).toBeUndefined();
		await new Promise((resolve) => setImmediate(resolve));
		expect(seen.map(({ keys }) => keys)).toEqual(["a"]);
		expect(pacer.horizon(soon(1234))).toBe(soon(1234));
		expect(pacer.horizon(soon(9_999_999))).toBe(soon(3_600_000));
		stop.abort();
		await done;
		expect(seen.map(({ keys }) => keys)).toEqual(["a"]);
	});
});

describe("in real time", () => {
	test("records come when they are due, at the speed", async () => {
		const now = Date.now();
		const records = [0, 400, 800, 1200].map((ms) => outgoing(`k${ms}`, START + ms));
		const feed = paced(
			{
				name: "four",
				total: 4,
				firstAt: () => START,
				async *records() {
					yield records;
				},
			},
			8,
		);
		expect(feed).toMatchObject({ name: "four", total: 4, live: true });
		const seen: { key: string; after: number; horizon: number | undefined }[] = [];
		for await (const batch of feed.batches(new AbortController().signal)) {
			for (const { key } of batch.map(accepted))
				seen.push({ key, after: Date.now() - now, horizon: feed.horizon?.(Date.now()) });
		}
		expect(seen.map(({ key }) => key)).toEqual(["k0", "k400", "k800", "k1200"]);
		for (const [at, { after, horizon }] of seen.entries()) {
			expect(after).toBeGreaterThanOrEqual(at * 50 - 2);
			// While a record is being handed over, the horizon is not past it.
			if (horizon !== undefined) expect(horizon).toBeLessThanOrEqual(START + at * 400);
		}
	});

	test("without an end nothing is ahead of now, at any speed; rejected items come in their place", async () => {
		for (const speed of [1e6, "max"] as const) {
			const now = Date.now();
			const rejected = { rejected: "no trade", payload: "x" };
			const feed = paced(
				{
					name: "endless",
					total: undefined,
					firstAt: () => now - 60_000,
					async *records() {
						yield [outgoing("old", now - 60_000), outgoing("now", now), rejected, outgoing("soon", now + 60)];
						yield [outgoing("later", now + 120)];
					},
				},
				speed,
			);
			expect(feed).toMatchObject({ live: true, total: undefined });
			const seen: string[] = [];
			for await (const batch of feed.batches(new AbortController().signal)) {
				for (const item of batch) {
					if (isRejected(item)) seen.push(item.rejected);
					else {
						seen.push(item.key);
						// A millisecond for the timer.
						expect(item.time).toBeLessThanOrEqual(Date.now() + 1);
						expect(feed.horizon?.(Date.now()) ?? 0).toBeLessThanOrEqual(Date.now());
					}
				}
			}
			expect(seen).toEqual(["old", "now", "no trade", "soon", "later"]);
		}
	});

	test("at max there is no waiting, and no horizon", async () => {
		const feed = paced({
			name: "one",
			total: 1,
			firstAt: () => 0,
			async *records(now) {
				yield [outgoing("a", now + 3_600_000)];
			},
		});
		expect(feed.live).toBe(false);
		expect(feed.horizon).toBeUndefined();
		expect(await flat(feed.batches(new AbortController().signal))).toHaveLength(1);
	});
});
