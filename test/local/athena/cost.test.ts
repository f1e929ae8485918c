import { expect, test } from "vitest";
import { costOf, DOLLARS_PER_TB, sayBytes } from "../../../local/athena/cost.ts";

const TB = 2 ** 40;
const MB = 2 ** 20;

test("a TB costs the price, and so in proportion", () => {
	expect(costOf(TB)).toBe(DOLLARS_PER_TB);
	expect(costOf(TB / 2)).toBe(DOLLARS_PER_TB / 2);
	expect(costOf(TB, 6.75)).toBe(6.75);
});

test("a query costs 10 MB at least, and whole megabytes", () => {
	const ten = costOf(10 * MB);
	expect(ten).toBeCloseTo(0.0000477, 7);
	for (const bytes of [0, 1, 10 * MB - 1]) expect(costOf(bytes)).toBe(ten);
	expect(costOf(10 * MB + 1)).toBe(costOf(11 * MB));
	expect(costOf(11 * MB)).toBeGreaterThan(ten);
});

test("bytes are said as people read them", () => {
	expect([0, 1023, 1024, 1.5 * MB, 2 ** 30, TB, 5_000 * TB].map(sayBytes)).toEqual([
		"0 bytes",
		"1023 bytes",
		"1.0 KB",
		"1.5 MB",
		"1.0 GB",
		"1.0 TB",
		"5000.0 TB",
	]);
});
