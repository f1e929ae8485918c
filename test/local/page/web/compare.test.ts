import { describe, expect, test } from "vitest";
import type { Interval } from "../../../../contracts.ts";
import type { History, Quote } from "../../../../local/page/messages.ts";
import { ComparedLine, percentAt } from "../../../../local/page/web/compare.ts";
import { bar, tick } from "../records.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
const seconds = (time: string) => Date.parse(at(time)) / 1_000;
const quote = (time: string, last: number) => ({ symbol: "BBB", time: at(time), last }) as Quote;

function lineOf(interval: Interval, over: Partial<History>): ComparedLine {
	const line = new ComparedLine("BBB", interval);
	line.load(history(interval, over));
	return line;
}

function history(interval: Interval, over: Partial<History>): History {
	const none = { bars: [], minutes: [], ticks: [], hits: [], more: false, storeError: null };
	return { symbol: "BBB", zone: "UTC", interval, ...none, ...over };
}

describe("a line that is compared", () => {
	test("is the closes of the history and of the candle that forms", () => {
		const line = lineOf("1m", {
			bars: [bar("BBB", at("13:30:00"), 10), bar("BBB", at("13:31:00"), 11)],
			ticks: [tick("BBB", at("13:32:05"), 12)],
		});
		expect(line.points()).toEqual([
			{ time: seconds("13:30:00"), value: 10 },
			{ time: seconds("13:31:00"), value: 11 },
			{ time: seconds("13:32:00"), value: 12 },
		]);
	});

	test("moves with each price, and a minute's close wins over the prices in it", () => {
		const line = lineOf("1m", { bars: [bar("BBB", at("13:30:00"), 10)] });
		line.addQuote(quote("13:31:05", 11));
		line.addQuote(quote("13:31:40", 12));
		line.addQuote(quote("13:31:20", 99));
		expect(line.points().at(-1)).toEqual({ time: seconds("13:31:00"), value: 12 });
		line.addSpark({ symbol: "BBB", points: [[seconds("13:31:00"), 12.5]] });
		line.addQuote(quote("13:31:58", 13));
		expect(line.points().at(-1)).toEqual({ time: seconds("13:31:00"), value: 12.5 });
		line.addQuote(quote("13:32:00", 14));
		expect(line.points().map(({ value }) => value)).toEqual([10, 12.5, 14]);
	});

	test("of a larger interval takes the last minute of each window", () => {
		const line = lineOf("5m", {});
		line.addSpark({
			symbol: "BBB",
			points: [
				[seconds("13:31:00"), 2],
				[seconds("13:30:00"), 1],
				[seconds("13:35:00"), 3],
			],
		});
		expect(line.points()).toEqual([
			{ time: seconds("13:30:00"), value: 2 },
			{ time: seconds("13:35:00"), value: 3 },
		]);
	});

	test("is put right by the history that is read again after a break", () => {
		const line = lineOf("1m", {});
		line.addQuote(quote("13:30:05", 9));
		line.load(history("1m", { bars: [bar("BBB", at("13:30:00"), 10), bar("BBB", at("13:31:00"), 11)] }));
		expect(line.points().map(({ value }) => value)).toEqual([10, 11]);
	});

	test("is the same array while nothing changes", () => {
		const line = lineOf("1m", { bars: [bar("BBB", at("13:30:00"), 10)] });
		const before = line.points();
		line.addSpark({ symbol: "BBB", points: [[seconds("13:30:00"), 10]] });
		expect(line.points()).toBe(before);
		line.addQuote(quote("13:31:00", 11));
		expect(line.points()).not.toBe(before);
	});
});

describe("the percent of a line", () => {
	const points = [10, 11, 12, 9].map((value, i) => ({ time: 60 * i, value }));

	test.each([
		["its end", 0, 180, -10],
		["an instant between", 0, 125, 20],
		["another beginning", 60, 120, 100 / 11],
		["its beginning", 60, 60, 0],
	])("at %s is against its first value from the left edge on", (_, from, to, percent) => {
		expect(percentAt(points, from, to)).toBeCloseTo(percent, 10);
	});

	test("is not known where it has no value", () => {
		expect(percentAt([], 0, 60)).toBeNull();
		expect(percentAt(points, 500, 600)).toBeNull();
		expect(percentAt(points.slice(2), 0, 60)).toBeNull();
	});
});
