import { DuckDBInstance } from "@duckdb/node-api";
import { describe, expect, onTestFinished, test } from "vitest";
import type { Lake } from "../../local/lake.ts";
import type { Cell } from "../../local/rows.ts";
import { compareBars, tallyLake } from "../../local/tally.ts";

/** A lake of plain tables with the columns of the real ones. */
async function lakeOf(inserts: string): Promise<Lake> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	onTestFinished(() => {
		connection.closeSync();
		instance.closeSync();
	});
	await connection.run("SET TimeZone = 'UTC'");
	await connection.run(`
		CREATE TABLE trades (symbol VARCHAR, event_time TIMESTAMPTZ, trade_id VARCHAR);
		CREATE TABLE bars (symbol VARCHAR, "interval" VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ,
			"open" DOUBLE, high DOUBLE, low DOUBLE, "close" DOUBLE, volume BIGINT, trade_count BIGINT, vwap DOUBLE,
			"change" DOUBLE, change_pct DOUBLE, move_pct DOUBLE, day_move_pct DOUBLE, emitted_at TIMESTAMPTZ);
		CREATE TABLE hits (hit_id VARCHAR, state VARCHAR);
		CREATE TABLE moves (symbol VARCHAR, event_time TIMESTAMPTZ, lookback VARCHAR);
		CREATE TABLE raw_trades (stream VARCHAR, shard_id VARCHAR, sequence_number VARCHAR, sub_sequence_number BIGINT);
		CREATE TABLE rejects (reason VARCHAR, shard_id VARCHAR, sequence_number VARCHAR, sub_sequence_number BIGINT);
		CREATE TABLE counts (symbol VARCHAR, window_start TIMESTAMPTZ, trades BIGINT, duplicates BIGINT);
		${inserts}`);
	return { connection, tables: [], locations: new Map(), refresh: async () => {}, close: () => {} };
}

const bar = (interval: string, start: string, trades: number) =>
	`INSERT INTO bars VALUES ('SPY', '${interval}', '${start}', TIMESTAMPTZ '${start}' + INTERVAL 1 MINUTE,
		1.5, 2, 1, 1.75, 100, ${trades}, 1.6, 0.25, 16.666667, NULL, NULL, '2026-01-01 00:00:00Z');`;

describe("what is in the lake", () => {
	test("is counted where it is", async () => {
		const lake = await lakeOf(`
			${bar("1m", "2013-10-07 13:30:00Z", 7)} ${bar("1m", "2013-10-07 13:31:00Z", 3)} ${bar("5m", "2013-10-07 13:30:00Z", 10)}
			INSERT INTO counts VALUES ('SPY', '2013-10-07 13:30:00Z', 7, 2), ('SPY', '2013-10-07 13:31:00Z', 3, 0);
			INSERT INTO rejects VALUES ('late', 's0', '1', 0), ('late', 's0', '1', 1), ('malformed', 's1', '1', 0);
			INSERT INTO hits VALUES ('SPY|5m|crossed', 'crossed'), ('SPY|5m|cleared', 'cleared');`);
		const tally = await tallyLake(lake);
		expect(tally).toMatchObject({
			rejects: { malformed: 1, invalid: 0, late: 2 },
			duplicates: 2,
			counted: 10,
			trades: 10,
			bars: { "1m": 2, "5m": 1, "1h": 0, "1d": 0 },
			hits: 2,
			doubled: { trades: 0, bars: 0, hits: 0, moves: 0, raw_trades: 0, rejects: 0, counts: 0 },
		});
		expect(tally.barRows.get("SPY 1m 2013-10-07T13:30:00.000Z")).toEqual([
			Date.parse("2013-10-07T13:31:00Z"),
			...[1.5, 2, 1, 1.75, 100, 7, 1.6, 0.25, 16.666667, null, null],
		]);
	});

	test("is nothing in a lake without rows", async () => {
		expect(await tallyLake(await lakeOf(""))).toMatchObject({ trades: 0, duplicates: 0, counted: 0, hits: 0 });
	});

	test("that is there twice is found by its key", async () => {
		const twice = bar("1m", "2013-10-07 13:30:00Z", 7);
		const lake = await lakeOf(`${twice} ${twice}
			INSERT INTO trades VALUES ('SPY', '2013-10-07 13:30:00Z', '1'), ('SPY', '2013-10-07 13:30:00Z', '1'),
				('SPY', '2013-10-07 13:30:01Z', '1'), ('IBM', '2013-10-07 13:30:00Z', '1');
			INSERT INTO moves VALUES ('SPY', '2013-10-07 13:30:00Z', '5m'), ('SPY', '2013-10-07 13:30:00Z', '5m'),
				('SPY', '2013-10-07 13:30:00Z', '1h');
			INSERT INTO raw_trades VALUES ('t', 's0', '1', 0), ('t', 's0', '1', 0), ('t', 's0', '1', 0), ('t', 's0', '1', 1);`);
		expect((await tallyLake(lake)).doubled).toMatchObject({ bars: 1, trades: 1, hits: 0, moves: 1, raw_trades: 2 });
	});
});

describe("two stores' bars", () => {
	const row: Cell[] = [60_000, 1.5, 2, 1, 1.75, 100, 7, 1.6, 0.25, 16.666667, null, null];
	const changed = (i: number, value: Cell) => row.map((cell, j) => (i === j ? value : cell));
	const bars = (...rows: [string, Cell[]][]) => new Map(rows);

	test("agree where they hold the same numbers, up to how they are printed", () => {
		expect(compareBars(bars(["a", row]), bars(["a", changed(7, 1.6 + 1e-12)]))).toEqual([]);
	});

	test.each<[number, Cell, string]>([
		[4, 1.76, "bar a has close 1.75 in the lake and 1.76 in the store"],
		[5, 101, "bar a has volume 100 in the lake and 101 in the store"],
		[6, 8, "bar a has trade_count 7 in the lake and 8 in the store"],
		[10, 0, "bar a has move_pct null in the lake and 0 in the store"],
		[0, 61_000, "bar a has window_end_ms 60000 in the lake and 61000 in the store"],
	])("differ in column %i", (i, value, problem) => {
		expect(compareBars(bars(["a", row]), bars(["a", changed(i, value)]))).toEqual([problem]);
	});

	test("differ where one has a bar that the other has not", () => {
		expect(compareBars(bars(["a", row], ["b", row]), bars(["b", row], ["c", row]))).toEqual([
			"bar a is in the lake but not in the store",
			"bar c is in the store but not in the lake",
		]);
	});

	test("that differ everywhere are not listed to the end", () => {
		const many = new Map(Array.from({ length: 100 }, (_, i) => [`bar ${i}`, row]));
		const problems = compareBars(many, new Map());
		expect(problems).toHaveLength(6);
		expect(problems[5]).toBe("95 more bars differ");
	});
});
