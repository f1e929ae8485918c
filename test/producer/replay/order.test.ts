import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { inTimeOrder, type Part, sorted, type Taken } from "../../../producer/replay/order.ts";
import { flat } from "../support.ts";

/** Files of these times; `opened` tells which were, in which order, `open` how many are at a time. */
function files(...times: readonly (readonly number[])[]) {
	const opened: number[] = [];
	const now = { open: 0, most: 0 };
	const parts = times.map(
		(each, rank): Part => ({
			rank,
			span: { first: Math.min(...each), last: Math.max(...each) },
			async *read() {
				opened.push(rank);
				now.most = Math.max(now.most, ++now.open);
				try {
					for (let at = 0; at < each.length; at += 3)
						yield each.slice(at, at + 3).map((time, by) => taken(time, rank, at + by));
				} finally {
					now.open--;
				}
			},
		}),
	);
	return { parts, opened, now };
}
const taken = (time: number, rank: number, line: number): Taken => ({
	time,
	rank,
	row: { time, line, trade: trade(time) },
});
const trade = (time: number) => ({
	trade_id: "",
	symbol: "A",
	event_time: new Date(time).toISOString(),
	price: 1,
	size: 1,
	source: "x",
});
const places = (all: readonly Taken[]) => all.map(({ time, rank }) => [time, rank]);

describe("files in time order", () => {
	test("are read one after the other where they do not overlap, whatever their order", async () => {
		const { parts, opened, now } = files([7, 8, 9], [1, 2], [3, 4]);
		expect(places(await flat(inTimeOrder(parts)))).toEqual([
			...[1, 2].map((time) => [time, 1]),
			...[3, 4].map((time) => [time, 2]),
			...[7, 8, 9].map((time) => [time, 0]),
		]);
		expect(opened).toEqual([1, 2, 0]);
		expect(now).toEqual({ open: 0, most: 1 });
	});

	test("are merged where they overlap, only as many open as need be", async () => {
		const { parts, now } = files([1, 3, 5, 7, 9], [2, 4], [6, 8]);
		expect((await flat(inTimeOrder(parts))).map(({ time }) => time)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
		expect(now).toEqual({ open: 0, most: 2 });
	});

	test("keep the order of the arguments where times are equal, in whichever lane they are", async () => {
		const { parts } = files([5, 9], [1, 5], [5, 5], [0, 5, 9]);
		expect(places(await flat(inTimeOrder(parts))).filter(([time]) => time === 5)).toEqual([
			[5, 0],
			[5, 1],
			[5, 2],
			[5, 2],
			[5, 3],
		]);
		const touching = files([5, 6], [4, 5]);
		expect(places(await flat(inTimeOrder(touching.parts)))).toEqual([
			[4, 1],
			[5, 0],
			[5, 1],
			[6, 0],
		]);
	});

	const anyFiles = fc.array(fc.array(fc.nat(30), { minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 8 });
	const stable = (times: readonly (readonly number[])[]) =>
		times
			.flatMap((each, rank) => each.map((time, line) => taken(time, rank, line)))
			.sort((a, b) => a.time - b.time || a.rank - b.rank);

	test("are what sorting all of them gives, for any files that are in order", async () => {
		await fc.assert(
			fc.asyncProperty(anyFiles, fc.integer({ min: 1, max: 9 }), async (times, openAtOnce) => {
				const inOrder = times.map((each) => [...each].sort((a, b) => a - b));
				const { parts, now } = files(...inOrder);
				expect(await flat(inTimeOrder(parts, openAtOnce))).toEqual(stable(inOrder));
				expect(now.most).toBeLessThanOrEqual(openAtOnce);
				expect(now.open).toBe(0);
			}),
		);
	});

	test("go back no further together than each does by itself, each in its own order", async () => {
		await fc.assert(
			fc.asyncProperty(anyFiles, async (times) => {
				const { parts } = files(...times);
				const all = await flat(inTimeOrder(parts));
				expect(furthestBack(all.map(({ time }) => time))).toBeLessThanOrEqual(Math.max(...times.map(furthestBack)));
				for (const [rank, each] of times.entries()) {
					expect(all.filter((one) => one.rank === rank).map(({ time }) => time)).toEqual(each);
				}
			}),
		);
	});

	test("sorted give the same for files in any order", async () => {
		await fc.assert(
			fc.asyncProperty(anyFiles, async (times) => {
				expect(await flat(sorted(files(...times).parts))).toEqual(stable(times));
			}),
			{ numRuns: 30 },
		);
	});

	test("are closed when they are left early", async () => {
		const { parts, now } = files([1, 3, 5, 7], [2, 4, 6, 8]);
		for await (const batch of inTimeOrder(parts)) {
			expect(batch.length).toBeGreaterThan(0);
			break;
		}
		expect(now).toEqual({ open: 0, most: 2 });
	});

	test("keep a rejected row in its place, sorted too", async () => {
		const rejected = { time: 2, rank: 0, row: { rejected: "a.csv, line 3: no", payload: "x\n" } };
		const part: Part = {
			rank: 0,
			span: { first: 2, last: 4 },
			async *read() {
				yield [taken(2, 0, 1), rejected, taken(4, 0, 3)];
			},
		};
		const other = { ...files([1, 3]).parts[0], rank: 1 } as Part;
		for (const each of [inTimeOrder([part, other]), sorted([part, other])]) {
			const all = await flat(each);
			expect(all.map(({ time }) => time)).toEqual([1, 2, 2, 3, 4]);
			expect(all[2]).toEqual(rejected);
		}
	});
});

function furthestBack(times: readonly number[]): number {
	let [newest, most] = [Number.NEGATIVE_INFINITY, 0];
	for (const time of times) {
		most = Math.max(most, newest - time);
		newest = Math.max(newest, time);
	}
	return most;
}
