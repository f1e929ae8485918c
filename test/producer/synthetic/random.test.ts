import { describe, expect, test } from "vitest";
import { exponential, normal, seededRandom } from "../../../producer/synthetic/random.ts";

describe("random numbers", () => {
	test("are the same for a seed, others for another, and spread over 0 to 1", () => {
		const ten = (seed: number) => Array.from({ length: 10 }, seededRandom(seed));
		expect(ten(7)).toEqual(ten(7));
		expect(ten(7)).not.toEqual(ten(8));
		const many = Array.from({ length: 10_000 }, seededRandom(3));
		expect(Math.min(...many)).toBeGreaterThanOrEqual(0);
		expect(Math.max(...many)).toBeLessThan(1);
		for (let tenth = 0; tenth < 10; tenth++) {
			const inside = many.filter((value) => Math.floor(value * 10) === tenth).length;
			expect(inside).toBeGreaterThan(850);
			expect(inside).toBeLessThan(1150);
		}
	});

	test("of a distribution have its mean and spread", () => {
		const random = seededRandom(5);
		const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
		const normals = Array.from({ length: 20_000 }, () => normal(random));
		expect(mean(normals)).toBeCloseTo(0, 1);
		expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);
		const waits = Array.from({ length: 20_000 }, () => exponential(random, 4));
		expect(mean(waits)).toBeCloseTo(0.25, 2);
		expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
	});
});
