import { double, integer, assert as must, property } from "fast-check";
import { describe, expect, test } from "vitest";
import {
	decimalsOf,
	directionOf,
	formatCount,
	formatDuration,
	formatExact,
	formatPercent,
	formatPrice,
	formatTime,
	formatVolume,
} from "../../../../local/page/web/format.ts";

describe("numbers", () => {
	test.each([
		[43_250.1, "43,250.10"],
		[187.2, "187.20"],
		[1, "1.00"],
		[0.4312, "0.4312"],
		[0.000123, "0.000123"],
		[null, "–"],
	])("the price %s is %s", (price, text) => expect(formatPrice(price)).toBe(text));

	test("a price's decimals follow its size", () => {
		expect([250, 1, 0.5, 0.01, 0.001].map(decimalsOf)).toEqual([2, 2, 4, 4, 6]);
	});

	test.each([
		[1.5, "+1.50"],
		[-0.246, "−0.25"],
		[0, "0.00"],
		[0.004, "0.00"],
		[-0.004, "0.00"],
		[null, "–"],
	])("the percentage %s is %s", (percent, text) => expect(formatPercent(percent, "")).toBe(text));

	test("a percentage carries its unit unless told otherwise", () =>
		expect(formatPercent(12.345)).toBe("+12.35\u202f%"));

	test.each([
		[0, "0"],
		[9_999, "9,999"],
		[12_345, "12.3k"],
		[1_200_000, "1.20M"],
		[3_450_000_000, "3.45B"],
		[null, "–"],
	])("the volume %s is %s", (volume, text) => expect(formatVolume(volume)).toBe(text));

	test("counts are grouped", () => expect([formatCount(388_417), formatCount(null)]).toEqual(["388,417", "–"]));

	test("are grouped and rounded as the browser's own number format does it", () => {
		const own = (value: number, decimals: number) =>
			new Intl.NumberFormat("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals }).format(
				value,
			);
		const decimals = (price: number) => (price >= 1 ? 2 : price >= 0.01 ? 4 : 6);
		const price = double({ min: 1e-9, max: 1e9, noNaN: true });
		// Halves of the last digit among them, which no binary number is.
		const half = integer({ min: 0, max: 10 ** 9 }).map((n) => Number(`${n}5e-3`));
		for (const each of [price, half]) {
			must(
				property(each, (value) => void expect(formatPrice(value)).toBe(own(value, decimals(value)))),
				{ numRuns: 500 },
			);
		}
		must(
			property(
				integer({ min: 0, max: Number.MAX_SAFE_INTEGER }),
				(count) => void expect(formatCount(count)).toBe(own(count, 0)),
			),
		);
		expect(formatPrice(1.005)).toBe("1.01");
	});

	test.each([
		[0.02, "up"],
		[-0.02, "down"],
		[0.004, "flat"],
		[null, "flat"],
	])("a move of %s is %s", (move, direction) => expect(directionOf(move)).toBe(direction));
});

test.each([
	[167.97, "167.97"],
	[167.975, "167.9750"],
	[167.99501, "167.995010"],
	[43_250.1, "43,250.10"],
	[0.5, "0.5000"],
	[0.000123, "0.000123"],
	[0.1 + 0.2, "0.3000"],
])("the exact price %d is %s", (price, text) => expect(formatExact(price)).toBe(text));

describe("times", () => {
	const now = Date.parse("2026-11-22T15:00:00Z");

	test("the day is left out where it is today's, by the zone's clock", () => {
		expect(formatTime("2026-11-22T00:00:01.000Z", now, "UTC")).toBe("00:00:01");
		expect(formatTime("2026-11-21T23:59:59.000Z", now, "UTC")).toBe("2026-11-21 23:59:59");
		expect(formatTime("2026-11-22T00:00:01.000Z", now, "Asia/Tokyo")).toBe("2026-11-22 09:00:01");
		expect(formatTime("2026-11-22T15:00:01.000Z", now, "Asia/Tokyo")).toBe("00:00:01");
	});

	test.each([
		[850, "850 ms"],
		[2_340, "2.3 s"],
		[45_400, "45 s"],
		[200_000, "3 min 20 s"],
		[7_500_000, "2 h 5 min"],
	])("%s ms are %s", (ms, text) => expect(formatDuration(ms)).toBe(text));
});
