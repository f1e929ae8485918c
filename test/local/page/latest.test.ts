import { array, integer, assert as must, property, tuple } from "fast-check";
import { beforeEach, describe, expect, test } from "vitest";
import { LatestMeter } from "../../../local/page/latest.ts";

const NOW = Date.parse("2026-03-02T15:00:00Z");
const at = (second: number) => new Date(NOW + 1_000 * second).toISOString();
const row = (symbol: string, second: number) => ({ symbol, event_time: at(second) });

let meter: LatestMeter;
beforeEach(() => {
	meter = new LatestMeter();
});

describe("into the latest prices", () => {
	test("nothing is known before there was a second, nor before the table had any", () => {
		meter.has([], NOW);
		expect([meter.total, meter.lagMs]).toEqual([null, null]);
		meter.saw(row("SPY", 0), NOW);
		meter.has([], NOW + 400);
		expect([meter.total, meter.lagMs]).toEqual([null, 400]);
	});

	test("those count that the table has, or has a newer one of their symbol for", () => {
		for (const second of [0, 1, 2]) meter.saw(row("SPY", second), NOW + second);
		meter.saw(row("IBM", 0), NOW + 10);
		meter.has([row("SPY", 1)], NOW + 1_000);
		expect(meter.total).toBe(2);
		// The third of SPY waits, and the one of IBM, of which there is no row yet.
		expect(meter.lagMs).toBe(998);
		meter.has([row("SPY", 2), row("IBM", 5)], NOW + 2_000);
		expect([meter.total, meter.lagMs]).toEqual([4, 0]);
	});

	test("one that came late, after a newer one, counts when the row is looked at again", () => {
		meter.saw(row("SPY", 9), NOW);
		meter.has([row("SPY", 9)], NOW);
		meter.saw(row("SPY", 3), NOW);
		expect(meter.next(10)).toEqual(["SPY"]);
		meter.has([row("SPY", 9)], NOW);
		expect([meter.total, meter.lagMs]).toEqual([2, 0]);
	});

	test("only symbols are looked at of which a second waits, the one that waited longest first", () => {
		meter.saw(row("AIG", 0), NOW + 30);
		meter.saw(row("BAC", 0), NOW + 10);
		meter.saw(row("IBM", 0), NOW + 20);
		meter.saw(row("BAC", 1), NOW + 40);
		expect(meter.next(2)).toEqual(["BAC", "IBM"]);
		meter.has([row("BAC", 0), row("IBM", 0)], NOW + 50);
		expect(meter.next(10)).toEqual(["AIG", "BAC"]);
	});

	test("a table that takes nothing for long is behind by all of that, and fills no memory", () => {
		for (let second = 0; second < 10_000; second += 1) meter.saw(row("SPY", second), NOW + 1_000 * second);
		meter.has([], NOW + 10_000_000);
		expect(meter.lagMs).toBe(1_200_000);
		meter.has([row("SPY", 9_999)], NOW + 10_000_000);
		expect([meter.total, meter.lagMs]).toEqual([1_200, 0]);
	});

	test("in the end all have gone through, once, in whatever order and however often it is looked", () => {
		const seconds = array(tuple(integer({ min: 0, max: 4 }), integer({ min: 0, max: 500 })), { maxLength: 200 });
		must(
			property(seconds, integer({ min: 1, max: 7 }), (given, most) => {
				const counted = new LatestMeter();
				const table = new Map<string, number>();
				const look = () => {
					const rows = counted.next(most).flatMap((symbol) => {
						const second = table.get(symbol);
						return second === undefined ? [] : [row(symbol, second)];
					});
					counted.has(rows, NOW);
				};
				for (const [symbol, second] of given) {
					counted.saw(row(String(symbol), second), NOW);
					table.set(String(symbol), Math.max(second, table.get(String(symbol)) ?? 0));
					if (second % 3 === 0) look();
				}
				for (let i = 0; i < 5; i += 1) look();
				expect(counted.total ?? 0).toBe(given.length);
				expect(counted.next(10)).toEqual([]);
			}),
		);
	});
});
