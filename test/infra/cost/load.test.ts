import fc from "fast-check";
import { expect, test } from "vitest";
import { loadOf, storesOf } from "../../../infra/cost/load.ts";
import { demand } from "./demand.ts";

test("1,000 trades/s of 100 symbols, day and night", () => {
	const load = loadOf(demand());
	// 730 hours are 2,628,000 seconds and 43,800 minutes.
	expect(load.hours).toBeCloseTo(730, 9);
	expect(load.trades).toBeCloseTo(2_628_000_000, 0);
	// Ten trades a second each: a symbol is silent in e^-10 = 0.0000454 of the seconds, and in none of the minutes.
	expect(load.ticksPerSecond).toBeCloseTo(100 * (1 - 0.000045399929762), 9);
	expect(load.ticks).toBeCloseTo(99.9954600070238 * 2_628_000, 0);
	// 60 bars of 1m, 12 of 5m, one of 1h and a 24th of 1d an hour: 73.0416667.
	expect(load.bars).toBeCloseTo(100 * 73.0416666667 * 730, 0);
	expect(load.barsPerMinute).toBeCloseTo(121.736111, 5);
	// 33 hits and 6 notifications a day of four symbols.
	expect(load.hits).toBeCloseTo((33 / 4) * 100 * (730 / 24), 6);
	expect(load.alerts).toBeCloseTo((6 / 4) * 100 * (730 / 24), 6);
});

test("a market's hours: 6.5 on 21 days", () => {
	const load = loadOf(demand({ tradesPerSecond: 200, symbols: 4, hoursPerDay: 6.5, daysPerMonth: 21 }));
	expect(load.hours).toBe(136.5);
	expect(load.trades).toBe(200 * 136.5 * 3600);
});

test("quiet symbols have few ticks and bars: a trade a minute each", () => {
	const load = loadOf(demand({ tradesPerSecond: 2, symbols: 120 }));
	// 1/60 of a trade a second: 1 - e^(-1/60) = 0.0165285462 of the seconds, 1 - e^-1 = 0.6321205588 of the minutes.
	expect(load.ticksPerSecond).toBeCloseTo(120 * 0.0165285462, 6);
	expect(load.barsPerMinute / (1 + 13.0416666667 / 60)).toBeCloseTo(120 * 0.6321205588, 6);
});

test("no trades, no records", () => {
	expect(loadOf(demand({ tradesPerSecond: 0 }))).toMatchObject({ trades: 0, bars: 0, ticks: 0, hits: 0, alerts: 0 });
});

test("there are never more ticks than trades, nor more minute bars than symbols", () => {
	fc.assert(
		fc.property(fc.double({ min: 0, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 20_000 }), (rate, symbols) => {
			const load = loadOf(demand({ tradesPerSecond: rate, symbols }));
			expect(load.ticksPerSecond).toBeLessThanOrEqual(rate * (1 + 1e-9) + Number.MIN_VALUE * symbols);
			expect(load.ticksPerSecond).toBeLessThanOrEqual(symbols);
			expect(load.barsPerMinute).toBeLessThanOrEqual(symbols * 1.218);
		}),
	);
});

test("the stores are the given ones, else the configured ones", () => {
	expect(storesOf(demand({ stores: [] }))).toEqual([]);
	const { stores: _, ...configured } = demand({}, { stores: ["dynamodb"] });
	expect(storesOf(configured)).toEqual(["dynamodb"]);
});
