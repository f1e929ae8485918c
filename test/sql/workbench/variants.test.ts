import fc from "fast-check";
import { expect, test } from "vitest";
import type { Case } from "../../../sql/workbench/cases.ts";
import { arrivalOrder, variantsOf, worstOrder } from "../../../sql/workbench/variants.ts";

const times = fc.array(fc.option(fc.integer({ min: 0, max: 20_000 }), { freq: 5 }), { maxLength: 40 });

test("an arrival order has each row once, and none out of order by as much as the lateness", () => {
	fc.assert(
		fc.property(times, fc.integer({ min: 0, max: 5_000 }), fc.nat(), (rows, lateness, seed) => {
			// the order that is most out of order is held to the same
			const order = seed % 2 ? arrivalOrder(rows, lateness, seed) : worstOrder(rows, lateness);
			expect([...order].sort((a, b) => a - b)).toEqual([...rows.keys()]);
			let newest = Number.NEGATIVE_INFINITY;
			for (const time of order.map((row) => rows[row] ?? null)) {
				if (time === null) continue;
				if (lateness > 0) expect(time).toBeGreaterThan(newest - lateness);
				else expect(time).toBeGreaterThanOrEqual(newest);
				newest = Math.max(newest, time);
			}
		}),
	);
});

test("a row without an event time stays behind the one before it", () => {
	fc.assert(
		fc.property(times, fc.nat(), (rows, seed) => {
			const order = arrivalOrder(rows, 2_000, seed);
			for (const [row, time] of rows.entries()) {
				if (time === null && row > 0) expect(order.indexOf(row)).toBe(order.indexOf(row - 1) + 1);
			}
		}),
	);
});

test("the most out of order has the newest row first, as far as the lateness goes", () => {
	expect(worstOrder([0, 1_000, 1_999, 2_000], 2_000)).toEqual([2, 1, 0, 3]);
	expect(worstOrder([0, 1_000, null, 5_000, 5_000], 2_000)).toEqual([1, 2, 0, 4, 3]);
	expect(worstOrder([5_000, 1_000], 0)).toEqual([1, 0]);
	expect(worstOrder([null, 1_000, 1_001], 2_000)).toEqual([0, 2, 1]);
});

test("orders differ by their seed, and are the same for the same", () => {
	const rows = Array.from({ length: 20 }, (_, i) => i * 100);
	expect(arrivalOrder(rows, 2_000, 1)).toEqual(arrivalOrder(rows, 2_000, 1));
	expect(arrivalOrder(rows, 2_000, 1)).not.toEqual(arrivalOrder(rows, 2_000, 2));
	expect(arrivalOrder(rows, 0, 1)).toEqual([...rows.keys()]);
});

const given = (count: number) => {
	const row = { values: {}, shard: 0, key: "" };
	return { trades: { rows: Array(count).fill(row), times: Array(count).fill(0), places: Array(count).fill("") } };
};
const aCase = (more: Partial<Case> = {}) =>
	({ order: "any", batch: true, parallelism: true, lateness: 2, ...more }) as Case;

test("a case runs in all ways but those that it opts out of", () => {
	const names = (test: Case, count = 3) => variantsOf(test, given(count)).map(({ name }) => name);
	const orders = ["most out of order", ...[1, 2, 3, 4, 5].map((i) => `random order ${i} of 5`)];
	expect(names(aCase())).toEqual(["as given", ...orders, "batch mode", "parallelism 2"]);
	expect(names(aCase({ order: "given" }))).toEqual(["as given", "batch mode", "parallelism 2"]);
	expect(names(aCase({ batch: false, parallelism: false }))).toEqual(["as given", ...orders]);
	expect(names(aCase(), 1)).toEqual(["as given", "batch mode", "parallelism 2"]); // one row has one order
});
