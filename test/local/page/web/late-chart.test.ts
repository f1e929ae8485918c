import { beforeEach, describe, expect, test } from "vitest";
import type { ChartView } from "../../../../local/page/web/chart-view.ts";
import { LateChart } from "../../../../local/page/web/late-chart.ts";
import type { Candle } from "../../../../local/page/web/series.ts";

const candle = (time: number): Candle => ({
	...{ time, open: 1, high: 1, low: 1, close: 1, volume: 1, vwap: 1, forming: false },
});
const [first, second] = [candle(60), candle(120)];

let called: [name: string, ...given: unknown[]][];
let made: number;
let come: () => void;
let fail: () => void;
let late: LateChart;

beforeEach(() => {
	called = [];
	made = 0;
	const note = (name: string) => (given?: unknown) => {
		called.push(given === undefined ? [name] : [name, given]);
	};
	const chart = {
		...{ show: note("show"), mark: note("mark"), compare: note("compare"), showVwap: note("showVwap") },
		...{ setZone: note("setZone"), reset: note("reset"), goToNewest: note("goToNewest") },
	} satisfies ChartView;
	late = new LateChart(() => {
		made += 1;
		return new Promise((resolve) => {
			come = () => resolve(chart);
			fail = () => resolve(undefined);
		});
	});
});

describe("the chart", () => {
	test("is made with the first candles, once, whatever is said before", async () => {
		late.showVwap(true);
		late.reset("SPY", true);
		late.show([]);
		expect(made).toBe(0);
		late.show([first]);
		late.show([first, second]);
		expect(made).toBe(1);
		come();
		await expect.poll(() => called.length).toBe(3);
		late.show([first]);
		expect(made).toBe(1);
	});

	test("is told the last of each kind, in the order in which they came, and from then on everything", async () => {
		late.showVwap(true);
		late.reset("SPY", true);
		late.setZone("UTC");
		late.compare([]);
		late.goToNewest();
		late.show([first]);
		late.showVwap(false);
		late.show([first, second]);
		come();
		await expect
			.poll(() => called)
			.toEqual([
				["reset", "SPY"],
				["setZone", "UTC"],
				["compare", []],
				["goToNewest"],
				["showVwap", false],
				["show", [first, second]],
			]);
		called = [];
		late.show([second]);
		late.show([first]);
		expect(called).toEqual([
			["show", [second]],
			["show", [first]],
		]);
	});

	test("is not told of another symbol's candles", async () => {
		late.show([first]);
		late.reset("IBM", true);
		come();
		await expect.poll(() => called).toEqual([["reset", "IBM"]]);
	});

	test("whose code could not be fetched is asked for again with the next candles", async () => {
		late.show([first]);
		fail();
		await expect
			.poll(() => {
				late.show([second]);
				return made;
			})
			.toBe(2);
		come();
		await expect.poll(() => called).toEqual([["show", [second]]]);
	});
});
