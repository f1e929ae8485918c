import { describe, expect, test } from "vitest";
import { textAsOf } from "../../../local/athena/as-of.ts";
import { oneQuery } from "../../../local/athena/statement.ts";
import { parse, tablesIn } from "../../../local/athena/tree.ts";
import { namedQueries } from "../../../sql/athena/named.ts";
import { memoryLake } from "../../sql/athena/lake.ts";

describe("one query", () => {
	test("is the text without the semicolon behind it", () => {
		expect(oneQuery("SELECT ';' -- ; \n ; -- the end\n", "a.sql")).toBe("SELECT ';' -- ; \n ");
		expect(oneQuery("-- a\nWITH a AS (SELECT 1) SELECT * FROM a", "a.sql")).toMatch(/FROM a$/);
		expect(oneQuery("(SELECT 1)", "a.sql")).toBe("(SELECT 1)");
	});

	test.each([
		["", "a.sql is empty"],
		[" -- SELECT 1\n", "a.sql is empty"],
		["DELETE FROM trades", "a.sql begins with DELETE: only queries run here"],
		["SELECT 1; DROP TABLE trades", "a.sql goes on with DROP after a semicolon"],
	])("is refused where it is something else: %j", (text, message) => {
		expect(() => oneQuery(text, "a.sql")).toThrow(message);
	});
});

describe("the tables of a query", () => {
	const tables = async (sql: string) => tablesIn(await parse((await memoryLake()).connection, sql));

	test("are all that it reads, wherever it does", async () => {
		expect(await tables("SELECT 1")).toEqual([]);
		expect(await tables("SELECT * FROM Trades AS t JOIN bars ON true, (SELECT * FROM hits) AS h")).toEqual([
			"bars",
			"hits",
			"trades",
		]);
		expect(await tables("SELECT 1 FROM trades WHERE price > (SELECT MAX(high) FROM bars)")).toEqual(["bars", "trades"]);
		expect(await tables("SELECT 1 FROM counts UNION ALL SELECT 2 FROM rejects")).toEqual(["counts", "rejects"]);
	});

	test("are not its own CTEs, nor what only sounds like one", async () => {
		expect(await tables("WITH a AS (SELECT * FROM trades), b AS (SELECT * FROM a) SELECT 'bars' AS x FROM b")).toEqual([
			"trades",
		]);
	});

	test("are known of every named query", async () => {
		const found = await Promise.all(
			namedQueries().map(async ({ name, text }) => [name, await tables(oneQuery(text, name))]),
		);
		expect(Object.fromEntries(found)).toMatchObject({
			highest_per_hour: ["trades"],
			daily_ohlc: ["bars"],
			rejects_by_hour: ["rejects"],
			data_quality: ["bars", "counts", "hits", "rejects", "trades"],
		});
	});

	test("stand without their database", async () => {
		await expect(tables("SELECT * FROM tidemark.trades")).rejects.toThrow("The query names tidemark.trades");
	});

	test("of a broken text are none: the place is told", async () => {
		await expect(tables("SELECT *\nFRM trades WHERE")).rejects.toThrow(/syntax error .*in line 2, column \d+/s);
	});
});

describe("a text as of a time, for Athena", () => {
	const instant = new Date("2020-05-14T13:30:00.250Z");
	const time = "FOR TIMESTAMP AS OF TIMESTAMP '2020-05-14 13:30:00.250 UTC'";

	test("has CTEs of the tables' names before all others", () => {
		expect(textAsOf("SELECT * FROM trades", ["trades"], instant)).toBe(
			`WITH "trades" AS (SELECT * FROM "trades" ${time})\nSELECT * FROM trades`,
		);
		expect(textAsOf("-- a WITH\nwith a AS (SELECT 1) SELECT 2", ["bars", "hits"], instant)).toBe(
			`-- a WITH\nwith "bars" AS (SELECT * FROM "bars" ${time}), "hits" AS (SELECT * FROM "hits" ${time}), a AS (SELECT 1) SELECT 2`,
		);
	});

	test("that reads no table stays as it is", () => {
		expect(textAsOf("SELECT 1", [], instant)).toBe("SELECT 1");
	});

	test("that is recursive is refused", () => {
		expect(() => textAsOf("WITH RECURSIVE a AS (SELECT 1) SELECT 2", ["bars"], instant)).toThrow("WITH RECURSIVE");
	});
});
