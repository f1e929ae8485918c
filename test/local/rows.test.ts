import { DuckDBInstance } from "@duckdb/node-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Cell, readRows } from "../../local/rows.ts";

let instance: DuckDBInstance;
beforeAll(async () => {
	instance = await DuckDBInstance.create(":memory:");
});
afterAll(() => instance.closeSync());

async function run(sql: string) {
	const connection = await instance.connect();
	try {
		await connection.run("SET TimeZone = 'UTC'");
		return readRows(await connection.runAndReadAll(sql));
	} finally {
		connection.closeSync();
	}
}

async function value(expression: string): Promise<Cell | undefined> {
	return (await run(`SELECT ${expression}`)).rows[0]?.[0];
}

describe("numbers are numbers", () => {
	test.each<[string, Cell]>([
		["1::TINYINT", 1],
		["9007199254740991::BIGINT", 9_007_199_254_740_991],
		["9007199254740993::BIGINT", 9_007_199_254_740_993n],
		["(-9223372036854775808)::BIGINT", -9_223_372_036_854_775_808n],
		["18446744073709551615::UBIGINT", 18_446_744_073_709_551_615n],
		["sum(x) FROM (VALUES (1), (2)) t(x)", 3],
		["0.1::DOUBLE", 0.1],
		["167.41::DECIMAL(10, 2)", 167.41],
		["-0.5::DECIMAL(38, 6)", -0.5],
	])("%s", async (expression, expected) => expect(await value(expression)).toEqual(expected));

	test("that are not finite stay what they are", async () => {
		expect(await value("'inf'::DOUBLE")).toBe(Number.POSITIVE_INFINITY);
		expect(await value("'nan'::DOUBLE")).toBeNaN();
	});
});

describe("times are ISO 8601 in UTC with milliseconds", () => {
	test.each([
		["TIMESTAMP '2013-10-07 08:00:00.464'", "2013-10-07T08:00:00.464Z"],
		["TIMESTAMPTZ '2013-10-07 08:00:00.464-04:00'", "2013-10-07T12:00:00.464Z"],
		["TIMESTAMP_S '2013-10-07 08:00:00'", "2013-10-07T08:00:00.000Z"],
		["TIMESTAMP_MS '2013-10-07 08:00:00.001'", "2013-10-07T08:00:00.001Z"],
		["TIMESTAMP_NS '2013-10-07 08:00:00.001999999'", "2013-10-07T08:00:00.001Z"],
		["TIMESTAMP '1969-12-31 23:59:59.9995'", "1969-12-31T23:59:59.999Z"],
		["DATE '2013-10-07'", "2013-10-07"],
		["TIME '08:00:00.5'", "08:00:00.5"],
		["INTERVAL 90 MINUTE", "01:30:00"],
		["'infinity'::TIMESTAMP", "infinity"],
		["'-infinity'::TIMESTAMPTZ", "-infinity"],
	])("%s", async (expression, expected) => expect(await value(expression)).toBe(expected));
});

describe("other values", () => {
	test.each<[string, Cell]>([
		["NULL", null],
		["true", true],
		["'text'", "text"],
		["[1, NULL, 9007199254740993]", [1, null, 9_007_199_254_740_993n]],
		["{'a': TIMESTAMP '2020-01-01', 'b': [1.5]}", { a: "2020-01-01T00:00:00.000Z", b: [1.5] }],
		["MAP {'k': 1}", { k: 1 }],
	])("%s", async (expression, expected) => expect(await value(expression)).toEqual(expected));
});

test("columns of the same name can be told apart", async () => {
	const { columns, rows } = await run("SELECT 1 AS a, 2 AS a");
	expect(new Set(columns).size).toBe(2);
	expect(rows).toEqual([[1, 2]]);
});
