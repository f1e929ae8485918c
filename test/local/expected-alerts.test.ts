import { DuckDBInstance } from "@duckdb/node-api";
import { expect, onTestFinished, test } from "vitest";
import { loadRules } from "../../alerting/rules/load.ts";
import type { Bar, Hit } from "../../contracts.ts";
import { expectedAlerts } from "../../local/expected-alerts.ts";
import type { Lake } from "../../local/lake.ts";
import { bar, hit } from "./page/records.ts";

const rules = loadRules(`
defaults: { cooldown: 10m }
rules:
  - name: move
    on: hit
    when: state == "crossed"
    clear: state == "cleared"
    resolved: true
    subject: "{{ symbol }}"
    message: "{{ symbol }}"
  - name: volume
    on: 1m
    when: volume_ratio > 2
    cooldown: 0
    subject: "{{ symbol }}"
    message: "{{ symbol }}"
`);

/** A lake of plain tables with the columns of the real ones. */
async function lakeOf(bars: Bar[], hits: Hit[]): Promise<Lake> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	onTestFinished(() => {
		connection.closeSync();
		instance.closeSync();
	});
	await connection.run("SET TimeZone = 'UTC'");
	await connection.run(`
		CREATE TABLE bars (symbol VARCHAR, "interval" VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ,
			"open" DOUBLE, high DOUBLE, low DOUBLE, "close" DOUBLE, volume BIGINT, trade_count BIGINT, vwap DOUBLE,
			"change" DOUBLE, change_pct DOUBLE, move_pct DOUBLE, day_move_pct DOUBLE, emitted_at TIMESTAMPTZ);
		CREATE TABLE hits (hit_id VARCHAR, symbol VARCHAR, event_time TIMESTAMPTZ, price DOUBLE, base_price DOUBLE,
			move_pct DOUBLE, lookback VARCHAR, threshold_pct DOUBLE, clear_pct DOUBLE, direction VARCHAR, state VARCHAR,
			emitted_at TIMESTAMPTZ);`);
	const values = (row: Bar | Hit) =>
		Object.values(row)
			.map((value) => (value === null ? "NULL" : typeof value === "number" ? value : `'${value}'`))
			.join(", ");
	for (const row of bars) await connection.run(`INSERT INTO bars VALUES (${values(row)})`);
	for (const row of hits) await connection.run(`INSERT INTO hits VALUES (${values(row)})`);
	return { connection, tables: [], locations: new Map(), refresh: async () => {}, close: () => {} };
}

const at = (time: string) => `2013-10-07T${time}.000Z`;

test("hits make alerts once an episode, each lookback and symbol by itself, in whatever order they lie", async () => {
	const hits = [
		hit("SPY", at("13:35:00"), 101, { state: "cleared" }),
		hit("SPY", at("13:30:00"), 102),
		hit("SPY", at("13:31:00"), 103),
		// Within the cooldown, and after it.
		hit("SPY", at("13:36:00"), 104),
		hit("SPY", at("13:38:00"), 101, { state: "cleared" }),
		hit("SPY", at("13:41:00"), 105, { direction: "down" }),
		hit("SPY", at("13:32:00"), 103, { lookback: "1m" }),
		hit("IBM", at("13:30:00"), 183),
	];
	const expected = [
		`move|SPY|hit 5m|${at("13:30:00")} firing`,
		`move|SPY|hit 5m|${at("13:30:00")} resolved`,
		`move|SPY|hit 5m|${at("13:41:00")} firing`,
		`move|SPY|hit 1m|${at("13:32:00")} firing`,
		`move|IBM|hit 5m|${at("13:30:00")} firing`,
	];
	expect(await expectedAlerts(await lakeOf([], hits), rules)).toEqual(new Set(expected));
});

test("bars are seen with what lies before them, and only those of intervals that a rule is on", async () => {
	const minutes = [...Array(8).keys()].map((i) =>
		bar("SPY", at(`13:3${i}:00`), 100 + i, { volume: i === 6 ? 3_000 : 1_000 }),
	);
	const five = bar("SPY", at("13:35:00"), 100, { interval: "5m", volume: 90_000 });
	const lake = await lakeOf([five, ...minutes.toReversed()], []);
	// By the end of the minute.
	expect(await expectedAlerts(lake, rules)).toEqual(new Set([`volume|SPY|1m|${at("13:37:00")} firing`]));
});

test("a row that is no record, or of which alerting can keep no state, is left out, and a lake without rows makes none", async () => {
	const hits = [
		hit("SPY", at("13:30:00"), 102, { lookback: "" }),
		hit("S".repeat(300), at("13:30:00"), 102),
		hit("IBM", at("13:30:00"), 183),
	];
	const lake = await lakeOf([], hits);
	expect(await expectedAlerts(lake, rules)).toEqual(new Set([`move|IBM|hit 5m|${at("13:30:00")} firing`]));
	expect(await expectedAlerts(await lakeOf([], []), rules)).toEqual(new Set());
});
