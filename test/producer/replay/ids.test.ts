import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { idMaker, intervalMs, intervalName } from "../../../producer/replay/ids.ts";
import type { Read } from "../../../producer/replay/trade.ts";

const read = (symbol: string, time: number, price: number, size: number): Read => ({
	line: 1,
	time,
	trade: { trade_id: "", symbol, event_time: new Date(time).toISOString(), price, size, source: "replay" },
});

describe("an id", () => {
	test("says symbol, time, price, size and the ordinal among equal ones", () => {
		const id = idMaker(undefined, 2000);
		const ids = [
			read("SPY", 0, 1.5, 100),
			read("SPY", 0, 1.5, 100),
			read("SPY", 0, 1.5, 200),
			read("IBM", 0, 1.5, 100),
		];
		expect(ids.map(id)).toEqual([
			"SPY|1970-01-01T00:00:00.000Z|1.5|100|0",
			"SPY|1970-01-01T00:00:00.000Z|1.5|100|1",
			"SPY|1970-01-01T00:00:00.000Z|1.5|200|0",
			"IBM|1970-01-01T00:00:00.000Z|1.5|100|0",
		]);
	});

	test("of interval data says symbol, time and interval, so that a corrected one has the same", () => {
		const id = idMaker("1m", 2000);
		expect([read("SPY", 0, 1.5, 100), read("SPY", 0, 1.6, 120)].map(id)).toEqual([
			"SPY|1970-01-01T00:00:00.000Z|1m",
			"SPY|1970-01-01T00:00:00.000Z|1m",
		]);
	});

	test("remembers equal ones as far back as the file may go", () => {
		const id = idMaker(undefined, 2000);
		const times = [0, 2000, 0, 1000, 3000, 1000];
		expect(
			times.map((time) =>
				id(read("SPY", time, 1, 1))
					.split("|")
					.at(-1),
			),
		).toEqual(["0", "0", "1", "0", "0", "1"]);
	});

	test("is unique and the same each time, for any file within the disorder", () => {
		const trades = fc.array(
			fc.tuple(fc.constantFrom("A", "B"), fc.nat(2000), fc.constantFrom(1, 1.5, 2), fc.constantFrom(0, 100)),
			{ maxLength: 200 },
		);
		fc.assert(
			fc.property(trades, fc.nat(40), (rows, step) => {
				// Each lies at most 2,000 behind the newest.
				const reads = rows.map(([symbol, jitter, price, size], at) => read(symbol, at * step + jitter, price, size));
				const once = reads.map(idMaker(undefined, 2000));
				expect(new Set(once).size).toBe(once.length);
				expect(reads.map(idMaker(undefined, 2000))).toEqual(once);
			}),
		);
	});
});

test.each([
	[1000, "1s"],
	[5000, "5s"],
	[60_000, "1m"],
	[300_000, "5m"],
	[90_000, "90s"],
	[3_600_000, "1h"],
	[86_400_000, "1d"],
	[250, "250ms"],
])("a step of %i ms is the interval %s", (ms, name) => {
	expect(intervalName(ms)).toBe(name);
	expect(intervalMs(name)).toBe(ms);
});
