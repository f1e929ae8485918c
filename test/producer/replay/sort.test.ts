import { readdirSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type SortLimits, sortByTime, type Timed } from "../../../producer/replay/sort.ts";
import { flat, tempFolder } from "../support.ts";

async function* inBatchesOf(size: number, items: readonly Timed[]): AsyncGenerator<readonly Timed[]> {
	for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
const stable = (items: readonly Timed[]) =>
	items
		.map((item, at) => ({ item, at }))
		.sort((a, b) => a.item.time - b.item.time || a.at - b.at)
		.map(({ item }) => item);
const numbered = (times: readonly number[]): Timed[] => times.map((time, at) => ({ time, text: `item ${at}` }));

describe("sorting by time", () => {
	test("in memory writes no file", async () => {
		const folder = tempFolder();
		const items = numbered([3, 1, 2, 1]);
		let files = 0;
		const out: Timed[] = [];
		for await (const batch of sortByTime(inBatchesOf(2, items), { folder })) {
			files += readdirSync(folder).length;
			out.push(...batch);
		}
		expect(out.map(({ text }) => text)).toEqual(["item 1", "item 3", "item 2", "item 0"]);
		expect(files).toBe(0);
	});

	test("over temporary files is the same as in memory, for anything, and leaves none behind", async () => {
		const folder = tempFolder();
		const items = fc.array(fc.record({ time: fc.integer({ min: -5, max: 5 }), text: fc.string({ unit: "binary" }) }), {
			maxLength: 60,
		});
		const limits = fc.record({ runSize: fc.integer({ min: 1, max: 200 }), fanIn: fc.integer({ min: 2, max: 5 }) });
		await fc.assert(
			fc.asyncProperty(items, limits, fc.integer({ min: 1, max: 20 }), async (raw, limit, batch) => {
				// As the feeds do it: JSON, which holds no line feed.
				const each = raw.map(({ time, text }) => ({ time, text: JSON.stringify(text.toWellFormed()) }));
				const sorted = await flat(sortByTime(inBatchesOf(batch, each), { ...limit, folder }));
				expect(sorted).toEqual(stable(each));
			}),
			{ numRuns: 60 },
		);
		expect(readdirSync(folder)).toEqual([]);
	});

	test("many runs are merged in several passes, equal times in their order", async () => {
		const items = numbered(Array.from({ length: 3000 }, (_, at) => (at * 7919) % 13));
		const limits: SortLimits = { runSize: 200, fanIn: 3, folder: tempFolder() };
		expect(await flat(sortByTime(inBatchesOf(10, items), limits))).toEqual(stable(items));
	});

	test("nothing gives nothing", async () => {
		expect(await flat(sortByTime(inBatchesOf(1, [])))).toEqual([]);
	});

	test("keeps a bounded part of the input in memory", async () => {
		// What is read ahead of the first output may be all, but what is held at once may not: it is in files by then.
		const folder = tempFolder();
		const items = numbered(Array.from({ length: 5000 }, (_, at) => 5000 - at));
		let largest = 0;
		for await (const batch of sortByTime(inBatchesOf(100, items), { runSize: 5000, folder })) {
			largest = Math.max(largest, batch.length);
			const [dir] = readdirSync(folder);
			expect(readdirSync(`${folder}/${dir}`).length).toBeGreaterThan(5);
			break;
		}
		expect(largest).toBeLessThanOrEqual(512);
		expect(readdirSync(folder)).toEqual([]);
	});

	test("takes its files away when the source fails", async () => {
		const folder = tempFolder();
		async function* failing(): AsyncGenerator<readonly Timed[]> {
			yield numbered([2, 1, 3]);
			expect(readdirSync(folder)).toHaveLength(1);
			throw new Error("the file is torn");
		}
		await expect(flat(sortByTime(failing(), { runSize: 7, folder }))).rejects.toThrow("the file is torn");
		expect(readdirSync(folder)).toEqual([]);
	});
});
