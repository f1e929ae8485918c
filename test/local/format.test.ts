import { describe, expect, test } from "vitest";
import { asCsv, asJson, asTable, tableOf } from "../../local/format.ts";
import type { Rows } from "../../local/rows.ts";

const bars: Rows = {
	columns: ["symbol", "close", "move_pct", "at"],
	rows: [
		["SPY", 167.5, null, "2013-10-07T13:30:00.000Z"],
		["BAC", 13.8, -0.25, "2013-10-07T13:31:00.000Z"],
	],
};

describe("a table for people", () => {
	test("has numbers to the right, NULL spelled out, and the number of rows", () => {
		expect(asTable(bars)).toBe(
			[
				"symbol  close  move_pct  at",
				"──────  ─────  ────────  ────────────────────────",
				"SPY     167.5      NULL  2013-10-07T13:30:00.000Z",
				"BAC      13.8     -0.25  2013-10-07T13:31:00.000Z",
				"(2 rows)",
			].join("\n"),
		);
	});

	test("of one row says so, and of none still has its columns", () => {
		expect(asTable({ columns: ["n"], rows: [[1]] })).toBe("n\n─\n1\n(1 row)");
		expect(asTable({ columns: ["n"], rows: [] })).toBe("n\n─\n(0 rows)");
		expect(tableOf({ columns: ["n"], rows: [[1]] })).toBe("n\n─\n1");
	});

	test("keeps each row on its line, however long or broken a text is", () => {
		const lines = asTable({ columns: ["payload"], rows: [[`{"a":\n${"x".repeat(100)}`]] }).split("\n");
		expect(lines).toHaveLength(4);
		expect(lines[2]).toMatch(/^\{"a":⏎x+…$/);
		expect([...(lines[2] ?? "")]).toHaveLength(60);
	});

	test("has a column of NULL only to the left, as it has no numbers", () => {
		expect(asTable({ columns: ["wide name"], rows: [[null]] })).toContain("\nNULL\n");
	});
});

describe("JSON", () => {
	test("is one array of objects, a row a line, with numbers as numbers", () => {
		expect(asJson(bars)).toBe(
			'[\n{"symbol":"SPY","close":167.5,"move_pct":null,"at":"2013-10-07T13:30:00.000Z"},\n' +
				'{"symbol":"BAC","close":13.8,"move_pct":-0.25,"at":"2013-10-07T13:31:00.000Z"}\n]',
		);
		expect(JSON.parse(asJson(bars))).toHaveLength(2);
	});

	test("has whole numbers of any size with all their digits", () => {
		const text = asJson({
			columns: ["id", "list"],
			rows: [[9_007_199_254_740_993n, [1, -9_223_372_036_854_775_808n]]],
		});
		expect(text).toBe('[\n{"id":9007199254740993,"list":[1,-9223372036854775808]}\n]');
	});

	test("writes numbers that it has no word for as text, so that it stays readable", () => {
		expect(JSON.parse(asJson({ columns: ["x", "y"], rows: [[Number.NaN, Number.NEGATIVE_INFINITY]] }))).toEqual([
			{ x: "NaN", y: "-Infinity" },
		]);
	});

	test("of no rows is an empty array", () => expect(asJson({ columns: ["n"], rows: [] })).toBe("[]"));
});

describe("CSV", () => {
	test("has a header, and quotes only what needs it", () => {
		const rows: Rows = {
			columns: ["a", "b,c"],
			rows: [
				["plain", 'with "quotes"'],
				["two\nlines", 1.5],
			],
		};
		expect(asCsv(rows)).toBe('a,"b,c"\nplain,"with ""quotes"""\n"two\nlines",1.5');
	});

	test("tells NULL from an empty text", () => {
		expect(asCsv({ columns: ["a", "b"], rows: [[null, ""]] })).toBe('a,b\n,""');
	});

	test("has nested values as JSON", () => {
		expect(asCsv({ columns: ["l"], rows: [[[1, "x"]]] })).toBe('l\n"[1,""x""]"');
	});

	test("of no rows is its header", () => expect(asCsv({ columns: ["a", "b"], rows: [] })).toBe("a,b"));
});
