import fc from "fast-check";
import { expect, test } from "vitest";
import { Floor } from "../../../producer/synthetic/floor.ts";
import { ALWAYS } from "../../../producer/synthetic/hours.ts";
import { listing } from "../../../producer/synthetic/listings.ts";
import { Path } from "../../../producer/synthetic/market.ts";
import { seededRandom } from "../../../producer/synthetic/random.ts";

const START = Date.parse("2026-03-02T15:00:00.000Z");

function floorOf(weights: readonly number[]): Floor {
	const paths = weights.map((weight, at) => new Path({ ...listing(`S${at}`), weight }, START, seededRandom(at)));
	const floor = new Floor(paths, ALWAYS);
	floor.weigh(START);
	return floor;
}

test("a floor chooses as one would by adding up the weights", () => {
	const weights = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 600 });
	fc.assert(
		fc.property(weights, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (all, share) => {
			const floor = floorOf(all);
			expect(floor.total).toBe(all.reduce((sum, each) => sum + each, 0));
			let left = share * floor.total;
			const expected = all.findIndex((each) => {
				left -= each;
				return left < 0;
			});
			expect(floor.at(share * floor.total)).toBe(floor.paths[expected]);
		}),
	);
});

test("the end of all weights is the last symbol's", () => {
	const floor = floorOf([1, 2, 3]);
	expect(floor.at(floor.total)).toBe(floor.paths[2]);
});

test("news count at once, as long as they last", () => {
	const floor = floorOf([1, 2, 3]);
	const path = floor.paths[1] as Path;
	floor.news(path, START);
	expect(floor.total).toBe(1 + 12 + 3);
	expect(floor.at(12.9)).toBe(path);
	floor.news(floor.paths[0] as Path, START + 1000);
	expect(floor.total).toBe(6 + 12 + 3);
	const ends = floor.paths.map(({ newsUntil }) => newsUntil);
	floor.weigh(Math.min(ends[0] as number, ends[1] as number));
	expect([9 + 6, 12 + 4]).toContain(floor.total);
	floor.weigh(Math.max(...ends));
	expect(floor.total).toBe(6);
});
