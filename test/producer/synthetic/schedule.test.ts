import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Schedule } from "../../../producer/synthetic/schedule.ts";
import type { Due } from "../../../producer/synthetic/waiting.ts";

// The promises' timers are not among those that vitest fakes.
vi.mock("node:timers/promises", () => ({
	setImmediate: () => Promise.resolve(),
	setTimeout: (ms: number, _: undefined, { signal }: { signal: AbortSignal }) =>
		new Promise<void>((resolve, reject) => {
			const timer = globalThis.setTimeout(resolve, ms);
			signal.addEventListener("abort", () => {
				clearTimeout(timer);
				reject(signal.reason);
			});
		}),
}));

const START = Date.parse("2026-01-01T00:00:00.000Z");

describe("a schedule", () => {
	beforeEach(() => {
		vi.useFakeTimers({ now: START, toFake: ["Date", "setTimeout", "clearTimeout"] });
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	/** What it gives out, each batch with the moment in milliseconds since the start. */
	function watch(records: Iterable<Due>, disorderMs = 0) {
		const stop = new AbortController();
		let taken = 0;
		function* counted(): Generator<Due, void> {
			for (const each of records) {
				taken++;
				yield each;
			}
		}
		const schedule = new Schedule(counted(), disorderMs);
		const seen: { at: number; due: number[] }[] = [];
		const waits: number[] = [];
		const done = (async () => {
			for await (const batch of schedule.batches(stop.signal, (until) => waits.push(until - START))) {
				seen.push({ at: Date.now() - START, due: batch.map(({ due }) => due - START) });
			}
		})();
		return { schedule, seen, waits, done, stop, taken: () => taken };
	}
	const at = (...ms: number[]): Due[] => ms.map((each) => ({ due: START + each }));

	test("gives what is overdue at once, and the rest when it is due", async () => {
		const { seen, waits, done } = watch(at(-5000, -1, 0, 500, 503, 2000));
		await vi.advanceTimersByTimeAsync(3000);
		await done;
		expect(seen.flatMap(({ due }) => due)).toEqual([-5000, -1, 0, 500, 503, 2000]);
		expect(seen[0]).toEqual({ at: 0, due: [-5000, -1, 0] });
		for (const { at, due } of seen.slice(1)) {
			// Not before it is due, nor later than a timer is fine.
			expect(at).toBeGreaterThanOrEqual(Math.max(...due));
			expect(at).toBeLessThanOrEqual(Math.min(...due) + 11);
		}
		expect(waits).toContain(500);
		expect(waits).toContain(2000);
	});

	test("keeps up with 50,000 a second: batches of what is due, none too large, few of them", async () => {
		const { seen, done } = watch(Array.from({ length: 50_000 }, (_, each) => ({ due: START + each / 50 })));
		await vi.advanceTimersByTimeAsync(1100);
		await done;
		expect(seen.reduce((sum, { due }) => sum + due.length, 0)).toBe(50_000);
		expect(Math.max(...seen.map(({ due }) => due.length))).toBeLessThanOrEqual(512);
		expect(seen.length).toBeLessThan(300);
		for (const { at, due } of seen) expect(at - (due[0] as number)).toBeLessThan(25);
	});

	test("takes one ahead and no more, so that what depends on the moment is settled then", async () => {
		const { taken, done, stop } = watch(at(0, 1000, 2000, 3000));
		await vi.advanceTimersByTimeAsync(0);
		expect(taken()).toBe(2);
		await vi.advanceTimersByTimeAsync(1000);
		expect(taken()).toBe(3);
		stop.abort();
		await done;
		expect(taken()).toBe(3);
	});

	test("knows up to when everything was given: now, not past what is held back, less the disorder", async () => {
		const { schedule, done, stop } = watch(at(0, 10_000), 300);
		expect(schedule.horizon(START)).toBeUndefined();
		await vi.advanceTimersByTimeAsync(4000);
		expect(schedule.horizon(Date.now())).toBe(START + 4000 - 300);
		expect(schedule.horizon(START + 60_000)).toBe(START + 10_000 - 300);
		stop.abort();
		await done;
	});

	test("asks again where there is nothing yet, and gives what came before at once", async () => {
		let ready = false;
		function* source(): Generator<Due | undefined, void> {
			yield* at(0);
			while (!ready) yield undefined;
			yield* at(1);
		}
		const schedule = new Schedule(source(), 0);
		const seen: number[] = [];
		const done = (async () => {
			for await (const batch of schedule.batches(new AbortController().signal))
				seen.push(...batch.map(({ due }) => due - START));
		})();
		await vi.advanceTimersByTimeAsync(200);
		expect(seen).toEqual([0]);
		ready = true;
		await vi.advanceTimersByTimeAsync(20);
		await done;
		expect(seen).toEqual([0, 1]);
	});

	test("does not pass what is given until it was taken", async () => {
		const schedule = new Schedule(at(1000, 5000)[Symbol.iterator]() as Iterator<Due, void>, 0);
		const batches = schedule.batches(new AbortController().signal);
		const first = batches.next();
		await vi.advanceTimersByTimeAsync(1000);
		expect((await first).value).toEqual(at(1000));
		expect(schedule.horizon(START + 4000)).toBe(START + 1000);
		const second = batches.next();
		await vi.advanceTimersByTimeAsync(100);
		expect(schedule.horizon(START + 4000)).toBe(START + 4000);
		await vi.advanceTimersByTimeAsync(5000);
		expect((await second).value).toEqual(at(5000));
	});

	test("sleeps through a weekend and longer, and wakes when it is stopped", async () => {
		const month = 30 * 86_400_000;
		const { seen, done } = watch(at(month));
		await vi.advanceTimersByTimeAsync(month + 20);
		await done;
		expect(seen[0]?.due).toEqual([month]);
		const stopped = watch(at(2 * month));
		await vi.advanceTimersByTimeAsync(5);
		stopped.stop.abort();
		await stopped.done;
		expect(stopped.seen).toEqual([]);
	});
});
