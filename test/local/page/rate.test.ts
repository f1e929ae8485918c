import { describe, expect, test } from "vitest";
import { Rate } from "../../../local/page/rate.ts";

describe("a rate", () => {
	test("is not known from one look, nor from two that are close together", () => {
		const rate = new Rate();
		expect(rate.next(0, 100)).toBeNull();
		expect(rate.next(499, 200)).toBeNull();
		expect(rate.next(500, 300)).toBe(400);
	});

	test("is taken over the last ten seconds", () => {
		const rate = new Rate();
		rate.next(0, 0);
		for (let second = 1; second <= 10; second += 1) rate.next(1_000 * second, 1_000 * second);
		for (let second = 11; second <= 20; second += 1) rate.next(1_000 * second, 10_000);
		expect(rate.next(21_000, 10_000)).toBe(0);
	});

	test("begins anew where the count does", () => {
		const rate = new Rate();
		rate.next(0, 5_000);
		expect(rate.next(1_000, 6_000)).toBe(1_000);
		expect(rate.next(2_000, 10)).toBeNull();
		expect(rate.next(3_000, 30)).toBe(20);
	});
});
