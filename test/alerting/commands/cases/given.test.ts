import { describe, expect, test } from "vitest";
import { type Given, givenOf } from "../../../../alerting/commands/cases/given.ts";
import { GivenRow } from "../../../../alerting/commands/cases/given-row.ts";
import { Bar, Hit } from "../../../../contracts.ts";

const usual = { date: "2013-10-07", symbol: "AAPL" };

function given(...rows: unknown[]): Given[] {
	return givenOf(
		rows.map((row, i) => ({ row: GivenRow.parse(row), place: `a.yaml:${i + 1}` })),
		usual,
	);
}
const bars = (...rows: unknown[]) => given(...rows).map((each) => (each as { bar: Bar }).bar);
const hits = (...rows: unknown[]) => given(...rows).map((each) => (each as { hit: Hit }).hit);

describe("bars", () => {
	test("follow one another: time, open and moves come of the bar before", () => {
		const [first, second, third] = bars(
			{ bar: { at: "13:30", open: 100, close: 101, volume: 500 } },
			{ bar: { close: 99.99 } },
			{ bar: { move_pct: 2 } },
		);
		expect(first).toEqual({
			symbol: "AAPL",
			interval: "1m",
			window_start: "2013-10-07T13:30:00.000Z",
			window_end: "2013-10-07T13:31:00.000Z",
			...{ open: 100, high: 101, low: 100, close: 101, volume: 500, trade_count: 5, vwap: 100.5 },
			...{ change: 1, change_pct: 1, move_pct: null, day_move_pct: null },
			emitted_at: "2013-10-07T13:31:00.000Z",
		});
		expect(second).toMatchObject({
			window_start: "2013-10-07T13:31:00.000Z",
			open: 101,
			high: 101,
			low: 99.99,
			move_pct: -1,
		});
		expect(third).toMatchObject({ window_start: "2013-10-07T13:32:00.000Z", close: 101.9898, move_pct: 2 });
	});

	test("of each symbol and interval have an order of their own", () => {
		const made = bars(
			{ bar: { at: "13:00", close: 100 } },
			{ bar: { at: "13:00", close: 200, interval: "1h" } },
			{ bar: { at: "13:00", close: 300, symbol: "IBM" } },
			{ bar: { close: 110 } },
			{ bar: { close: 210, interval: "1h" } },
			{ bar: { close: 330, symbol: "IBM" } },
		);
		expect(made.slice(3).map(({ window_end, move_pct }) => [window_end.slice(11, 16), move_pct])).toEqual([
			["13:02", 10],
			["15:00", 5],
			["13:02", 10],
		]);
	});

	test("many alike are so many rows, the first of them at the time", () => {
		const made = bars({ bars: { at: "19:59", count: 3, close: 5, volume: 0 } }, { bar: {} });
		expect(made.map(({ window_start }) => window_start.slice(11, 16))).toEqual(["19:59", "20:00", "20:01", "20:02"]);
		expect(made.every(({ close, open }) => close === 5 && open === 5)).toBe(true);
		expect(made[0]).toMatchObject({ vwap: null, trade_count: 1 });
	});

	test("take what is said of them, and know the close before by previous_close", () => {
		const [bar] = bars({
			bar: { window_start: "2013-10-04T13:30", open: 2, close: 3, high: 9, low: 1, previous_close: 4, change_pct: 7 },
		});
		expect(bar).toMatchObject({
			high: 9,
			low: 1,
			day_move_pct: -25,
			change_pct: 7,
			window_end: "2013-10-04T13:31:00.000Z",
		});
	});
});

describe("hits", () => {
	test("need a time alone; percents follow from prices, and prices from percents", () => {
		const [least, priced, moved] = hits(
			{ hit: { at: "14:00" } },
			{ hit: { at: "14:01:00.5", base_price: 486.5, price: 491.6 } },
			{ hit: { at: "14:02", move_pct: -2, base_price: 50, symbol: "IBM", lookback: "1m" } },
		);
		expect(least).toEqual({
			hit_id: "AAPL|5m|crossed|up|2013-10-07T14:00:00.000Z",
			symbol: "AAPL",
			event_time: "2013-10-07T14:00:00.000Z",
			...{ price: 101, base_price: 100, move_pct: 1, lookback: "5m", threshold_pct: 1, clear_pct: 0.5 },
			...{ direction: "up", state: "crossed", emitted_at: "2013-10-07T14:00:00.000Z" },
		});
		expect(priced).toMatchObject({ move_pct: 1.048304, event_time: "2013-10-07T14:01:00.500Z" });
		expect(moved).toMatchObject({
			price: 49,
			direction: "down",
			hit_id: "IBM|1m|crossed|down|2013-10-07T14:02:00.000Z",
		});
	});

	test("that clear have the direction of the move that they end", () => {
		const [, cleared] = hits({ hit: { at: "14:00", move_pct: -1.5 } }, { hit: { at: "14:05", state: "cleared" } });
		expect(cleared).toMatchObject({ direction: "down", move_pct: 0, price: 100 });
	});
});

test("all records are of their contracts", () => {
	for (const bar of bars({ bars: { at: "13:30", count: 5, close: 7 } })) expect(Bar.parse(bar)).toEqual(bar);
	for (const hit of hits({ hit: { at: "13:30", state: "cleared" } })) expect(Hit.parse(hit)).toEqual(hit);
});

test("what the schedule sees has the fields that it makes", () => {
	const [quiet, pipeline] = given(
		{ quiet: { at: "14:15", quiet_minutes: 15, minutes_since_trade: 40 } },
		{ pipeline: { at: "14:15", lag_minutes: 5 } },
	);
	const place = { key: "2013-10-07T14:15:00.000Z", time: Date.parse("2013-10-07T14:15:00.000Z") };
	expect(quiet).toEqual({
		kind: "observed",
		observation: {
			...{ on: "quiet", symbol: "AAPL", series: "quiet", ...place },
			fields: {
				symbol: "AAPL",
				quiet_minutes: 15,
				minutes_since_trade: 40,
				price: 100,
				last_trade: "2013-10-07T13:35:00.000Z",
			},
		},
	});
	expect(pipeline).toMatchObject({
		observation: {
			...{ on: "pipeline", symbol: "pipeline", series: "pipeline", ...place },
			fields: { symbol: "pipeline", lag_minutes: 5, minutes_since_trade: 5, symbols: 1 },
		},
	});
});

describe("what is no record is told with its place:", () => {
	test.each([
		[
			"a first bar without a time",
			{ bar: { close: 1 } },
			"the first bar of a series needs its beginning, such as at: 13:30",
		],
		["a hit without one", { hit: {} }, "a hit needs its time, such as at: 13:30"],
		["a time that is none", { hit: { at: "25:00" } }, '"25:00" is no time: write 14:00, 14:00:05.250'],
		[
			"prices that do not fit",
			{ bar: { at: "13:30", close: 5, high: 4 } },
			"open 5 and close 5 are not between low 5 and high 4",
		],
		["a price below 0", { bar: { at: "13:30", close: 5, move_pct: null, open: -1 } }, "open: Too small"],
	])("%s", (_, row, message) => {
		const run = () => givenOf([{ row: row as GivenRow, place: "a.yaml:7" }], usual);
		expect(run).toThrow(`a.yaml:7: `);
		expect(run).toThrow(message);
	});
});

test.each([
	{},
	{ hit: { at: "14:00" }, bar: {} },
	{ trade: {} },
	{ hit: { at: "14:00", prize: 4 } },
	{ bars: { close: 3 } },
])("a row is exactly one of the kinds, without unknown keys: %j is none", (row) =>
	expect(GivenRow.safeParse(row).success).toBe(false),
);
