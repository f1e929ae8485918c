/**
 * The same text, the same rows: the named queries in DuckDB and in a real Trino 476 that reads the same Iceberg tables
 * through the emulator's Glue and S3. `npm run test:trino`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { textAsOf, viewsAsOf } from "../../local/athena/as-of.ts";
import { speakAthena } from "../../local/athena/session.ts";
import { oneQuery } from "../../local/athena/statement.ts";
import { parse, tablesIn } from "../../local/athena/tree.ts";
import { asJson } from "../../local/format.ts";
import { type Lake, openLake } from "../../local/lake.ts";
import { runSql } from "../../local/query.ts";
import { isDeployed } from "../../local/stack.ts";
import { withEmulator } from "../../local/wake.ts";
import { namedQueries } from "../../sql/athena/named.ts";
import { withValues } from "../../sql/athena/parameters.ts";
import { resultOf, succeed, temporaryState } from "../e2e/cli.ts";
import { currentRun } from "../e2e/kill.ts";
import { spoil, tradesBetween } from "../e2e/market.ts";
import { expectSameRows } from "../sql/athena/comparing.ts";
import { ask, objectsOf } from "./client.ts";
import { differences, remaining } from "./differences.ts";
import { findTrino } from "./install.ts";
import { startTrino } from "./server.ts";

const SCHEMA = "tidemark";
const state = temporaryState();
let trino: string;
let lake: Lake;
let finish = () => {};
let ended: Promise<unknown> = Promise.resolve();

/** A quarter of an hour with broken records, duplicates and traders goes through everything once. */
beforeAll(async () => {
	const found = await findTrino();
	if (!found) throw new Error("npm run test:trino says what is missing");
	const { text } = spoil(await tradesBetween("13:30", "13:45"), { malformed: 20, invalid: 10, seed: 3 });
	const file = join(state.dir, "spoilt.jsonl");
	writeFileSync(file, text);
	const run = ["up", "--replay", file, "--raw", "--speed", "max", "--once", "--no-page"];
	expect(resultOf(await succeed(state.dir, run)).rejects).toEqual({ malformed: 20, invalid: 10, late: 0 });
	const stack = currentRun(state.dir);
	if (!stack || !isDeployed(stack)) throw new Error("the run is not there");
	await new Promise<void>((ready, failed) => {
		ended = withEmulator(stack, async (awake) => {
			lake = await openLake(awake);
			await speakAthena(lake.connection);
			const server = await startTrino(found.installed, found.java, state.dir, awake.endpoints.aws);
			trino = server.url;
			ready();
			await new Promise<void>((done) => {
				finish = done;
			});
			lake.close();
			await server.stop();
		});
		ended.catch(failed);
	});
}, 600_000);

afterAll(async () => {
	finish();
	await ended;
	state.remove();
}, 60_000);

/** What `tidemark athena --format json` gives. */
const here = async (sql: string) => JSON.parse(asJson(await runSql(lake, sql))) as object[];
const there = async (sql: string) => objectsOf(await ask(trino, SCHEMA, sql));

describe("the named queries", () => {
	test.each(namedQueries().map(({ name, text }) => [name, text] as const))("%s", async (name, text) => {
		const query = oneQuery(text, name);
		const rows = await here(query);
		expect(rows.length > 0 || name === "gaps").toBe(true);
		expectSameRows(await there(query), rows, name);
	});

	test("with other values for their parameters", async () => {
		const values: [name: string, values: Record<string, string>][] = [
			["highest_per_hour", { time_zone: "Asia/Kolkata", symbols: "S%", from_day: "2013-10-07", to_day: "2013-10-07" }],
			["daily_ohlc", { session_start: "09:40" }],
			["top_movers", { bar_interval: "1m", places: "1" }],
			["volatility", { bar_interval: "5m" }],
			["positions", { traders: "T3" }],
			["rejects_by_hour", { time_zone: "America/New_York", reasons: "mal%" }],
			["vwap", { to_day: "2013-10-06" }],
		];
		for (const [name, given] of values) {
			const { text } = namedQueries().find((each) => each.name === name) ?? { text: "" };
			const query = withValues(oneQuery(text, name), given);
			expectSameRows(await there(query), await here(query), name);
		}
	});

	test("a day given as a parameter leaves the other partitions unread", async () => {
		const { text } = namedQueries().find(({ name }) => name === "vwap") ?? { text: "" };
		const query = withValues(oneQuery(text, "vwap"), { from_day: "2013-10-07", to_day: "2013-10-07" });
		const plan = (await ask(trino, SCHEMA, `EXPLAIN ${query}`)).rows.flat().join("\n");
		expect(plan).toMatch(/trades\$data@\d+ constraint on \[day\]/);
		expect(plan).toContain(":: [[2013-10-07]]");
	});
});

describe("as of a time", () => {
	const sql = "SELECT COUNT(*) AS n FROM trades";

	test("each snapshot has the same rows in both", async () => {
		const snapshots = await there('SELECT committed_at FROM "trades$snapshots" ORDER BY committed_at');
		const times = snapshots.map(({ committed_at }) => new Date(String(committed_at)));
		expect(times.length).toBeGreaterThan(1);
		const counts: unknown[] = [];
		for (const instant of times) {
			const names = tablesIn(await parse(lake.connection, sql));
			await viewsAsOf(lake, names, instant);
			const rows = await here(sql);
			expect(await there(textAsOf(sql, names, instant))).toEqual(rows);
			counts.push(...rows);
		}
		expect(counts.at(-1)).toEqual((await there(sql))[0]);
		expect(new Set(counts.map((row) => JSON.stringify(row))).size).toBeGreaterThan(1);
		await lake.refresh();
	});

	test("a query with CTEs and parameters too", async () => {
		const query = oneQuery(namedQueries().find(({ name }) => name === "data_quality")?.text ?? "", "data_quality");
		const now = new Date();
		const names = tablesIn(await parse(lake.connection, query));
		expect(names).toEqual(["bars", "counts", "hits", "rejects", "trades"]);
		await sleep(5);
		expectSameRows(await there(textAsOf(query, names, now)), await here(query), "data_quality as of now");
	});

	test("before the first snapshot both refuse", async () => {
		const names = ["trades"];
		const instant = new Date("2013-10-07");
		await expect(viewsAsOf(lake, names, instant)).rejects.toThrow("had no snapshot yet");
		await expect(there(textAsOf(sql, names, instant))).rejects.toThrow(/No version history table|snapshot/i);
	});
});

describe("what the engines read differently", () => {
	test.each(differences.map((each) => [each.what, each] as const))("%s", async (_, { sql, answer }) => {
		expect(String((await ask(trino, SCHEMA, sql)).rows[0]?.[0])).toBe(answer);
	});

	test.each(remaining.map((each) => [each.what, each] as const))("stays different: %s", async (_, each) => {
		expect(String((await ask(trino, SCHEMA, each.sql)).rows[0]?.[0])).toBe(each.trino);
	});

	test("the list of Trino's functions is what Trino lists", async () => {
		const listed = await ask(trino, SCHEMA, "SHOW FUNCTIONS");
		const names = [...new Set(listed.rows.map(([name]) => String(name).toLowerCase()))].sort();
		const kept = readFileSync(join(import.meta.dirname, "../../local/athena/trino/functions.txt"), "utf8");
		expect(kept).toBe(`${names.join("\n")}\n`);
	});

	test.each([
		["a name of the same SELECT", "SELECT price AS p, p * 2 AS q FROM trades"],
		["GROUP BY that name", "SELECT symbol AS s, COUNT(*) AS n FROM trades GROUP BY s"],
	])("Trino refuses %s, as the linter does", async (_, sql) => {
		await expect(there(sql)).rejects.toThrow(/COLUMN_NOT_FOUND/);
		await expect(here(sql)).resolves.toBeDefined();
	});
});
