/** The parts of the check that read SQL text and write findings; what they are for is in check.test.ts. */
import { describe, expect, test } from "vitest";
import { clausesFor, clausesOf } from "../../../../sql/workbench/check/clauses.ts";
import { checkContracts } from "../../../../sql/workbench/check/contracts.ts";
import { readFile } from "../../../../sql/workbench/check/files.ts";
import { type Finding, inOrder, sayFinding } from "../../../../sql/workbench/check/findings.ts";
import { didYouMean, edits, nearest } from "../../../../sql/workbench/check/nearest.ts";
import { unclosedString } from "../../../../sql/workbench/check/syntax.ts";
import { closing, tokensOf } from "../../../../sql/workbench/check/tokens.ts";
import { checkWatermarks } from "../../../../sql/workbench/check/watermarks.ts";

describe("tokens", () => {
	test("are words, names, strings, numbers and signs with their places; comments are none", () => {
		const text = "-- It's a comment\nSELECT `open`, 'it''s' /* ' */ FROM a.b\n\tWHERE x<>1.5 || y;";
		expect(tokensOf(text).map(({ kind, value, line, column }) => `${line}:${column} ${kind} ${value}`)).toEqual([
			"2:1 word SELECT",
			"2:8 name open",
			"2:14 sign ,",
			"2:16 string it's",
			"2:32 word FROM",
			"2:37 word A",
			"2:38 sign .",
			"2:39 word B",
			"3:2 word WHERE",
			"3:8 word X",
			"3:9 sign <>",
			"3:11 number 1.5",
			"3:15 sign ||",
			"3:18 word Y",
			"3:19 sign ;",
		]);
	});

	test("brackets are closed by their own", () => {
		const tokens = tokensOf("f(a, (b), g(c)) + (d)");
		expect(closing(tokens, 1)).toBe(tokens.length - 5);
		expect(closing(tokensOf("f(a"), 1)).toBe(2);
	});

	test.each([
		["CREATE VIEW bars AS SELECT 1", { name: "bars", kind: "VIEW" }],
		["-- A comment.\nCREATE TABLE IF NOT EXISTS lake.`bars` (a INT)", { name: "lake.bars", kind: "TABLE" }],
		["CREATE TEMPORARY VIEW x AS SELECT 1", { name: "x", kind: "VIEW" }],
	])("what a file creates: %s", (text, expected) => {
		expect(readFile("2_views/x.sql", text).creates).toMatchObject(expected);
	});

	test("a file that creates nothing", () => {
		for (const text of ["", "SELECT 1", "CREATE FUNCTION f AS 'x'", "CREATE VIEW"])
			expect(readFile("2_views/x.sql", text).creates).toBeUndefined();
	});
});

describe("what was meant", () => {
	test.each([
		["", "", 0],
		["from", "form", 1],
		["volum", "volume", 1],
		["abc", "xyz", 3],
		["earlist", "earliest", 1],
	])("%s and %s are %d edits apart", (a, b, distance) => {
		expect(edits(a, b)).toBe(distance);
		expect(edits(b, a)).toBe(distance);
	});

	test("is the nearest, in any case, unless all are far", () => {
		expect(nearest("BAR_1M", ["bars_1d", "bars_1m", "ticks"])).toBe("bars_1m");
		expect(nearest("maximum", ["MAX", "MIN"])).toBeUndefined();
		expect(didYouMean("cheked", ["checked"])).toBe("did you mean checked?");
		expect(didYouMean("x", ["checked"])).toBeUndefined();
	});
});

describe("a string that is not closed", () => {
	test.each([
		["is the last one", "SELECT 'a', 'b\nFROM x", "1:13-1:14"],
		["is the one after which the text goes on inside out", "WITH (\n  'a' = 'b,\n  'c' = 'd'\n)", "2:9-2:11"],
		["is not one over several lines", "'rows' = '[\n 1\n]', 'a' = 'b", "3:11-3:12"],
	])("%s", (_, text, expected) => {
		const { line, column, endLine, endColumn } = unclosedString(text) ?? {};
		expect(`${line}:${column}-${endLine}:${endColumn}`).toBe(expected);
	});
});

describe("a finding", () => {
	const finding: Finding = {
		file: "2_views/a.sql",
		line: 2,
		column: 3,
		endLine: 2,
		endColumn: 5,
		severity: "error",
		rule: "sql",
		message: "It is wrong",
		expected: "one of\nthese",
	};
	const text = "CREATE VIEW a AS\n\tSELECT 1";

	test("shows its line with what is wrong underlined, and what was expected", () => {
		expect(sayFinding(finding, () => text)).toBe(
			"2_views/a.sql:2:3: error: It is wrong\n  2 |  SELECT 1\n    |   ^^^\n  = one of\n  = these",
		);
	});

	test("over several lines is underlined to the end of its first", () => {
		const long = { ...finding, line: 1, endLine: 2 };
		expect(sayFinding(long, () => text).split("\n")[2]).toBe(`    |   ${"^".repeat(14)}`);
	});

	test("without a place is its message", () => {
		const { expected: _, ...none } = { ...finding, file: null, line: null, column: null };
		expect(sayFinding(none, () => text)).toBe("error: It is wrong");
		expect(sayFinding({ ...none, file: "gone.sql", line: 3 }, () => undefined)).toBe("gone.sql:3: error: It is wrong");
	});

	test("comes in the order of files and lines", () => {
		const at = (file: string | null, line: number) => ({ ...finding, file, line });
		const sorted = inOrder([at("b", 1), at("a", 2), at(null, 0), at("a", 1)]);
		expect(sorted.map(({ file, line }) => `${file}:${line}`)).toEqual(["null:0", "a:1", "a:2", "b:1"]);
	});
});

describe("clauses", () => {
	const files = [
		readFile("2_views/a.sql", "CREATE VIEW a AS SELECT x, COUNT(*) FROM t GROUP BY x"),
		readFile("2_views/b.sql", "CREATE VIEW b AS SELECT y, COUNT(*) FROM (SELECT * FROM t GROUP BY y, z) GROUP BY y"),
		readFile(
			"2_views/c.sql",
			"CREATE VIEW c AS SELECT * FROM t JOIN r FOR SYSTEM_TIME AS OF t.p ON t.a = r.a JOIN s ON t.b = s.b",
		),
	];
	const all = clausesOf(files);

	test("of a kind are told apart by the names in them", () => {
		const places = (names: string[]) => clausesFor("group", names, all).map(({ file, names }) => `${file} ${names}`);
		expect(places(["x"])).toEqual(["2_views/a.sql x"]);
		expect(places(["y", "z"])).toEqual(["2_views/b.sql y,z"]);
		expect(clausesFor("group", [], []).length).toBe(0);
	});

	test("a lookup is no join of two streams", () => {
		expect(clausesFor("join", [], all).map(({ names }) => names.join())).toEqual(["s,t,b"]);
	});
});

test("a source that is only looked up needs no watermark", () => {
	const source = readFile("1_sources/levels.sql", "CREATE TABLE levels (a STRING) WITH ('connector' = 'inline')");
	const looked = readFile(
		"2_views/v.sql",
		"CREATE VIEW v AS SELECT * FROM t JOIN levels FOR SYSTEM_TIME AS OF t.p AS l ON l.a = t.a",
	);
	const read = readFile("2_views/w.sql", "CREATE VIEW w AS SELECT * FROM levels");
	expect(checkWatermarks([source, looked])).toEqual([]);
	expect(checkWatermarks([source, looked, read]).map(({ file, rule }) => [file, rule])).toEqual([
		["1_sources/levels.sql", "watermark"],
	]);
});

test("columns that are not those of the contract are told at their place", () => {
	const text = "CREATE TABLE streams.hits (\n  hit_id BIGINT,\n  simbol STRING\n) WITH ()";
	const columns = [
		{ name: "hit_id", type: "BIGINT", metadata: false },
		{ name: "simbol", type: "STRING", metadata: false },
		{ name: "shard", type: "STRING", metadata: true },
	];
	const file = "3_sinks/streams/hits.sql";
	const findings = checkContracts([readFile(file, text)], [{ name: "streams.hits", file, columns }]);
	const said = findings.map(({ line, column, message, expected }) => `${line}:${column} ${message} = ${expected}`);
	expect(said).toContain(
		"2:3 streams.hits.hit_id is BIGINT, but its contract makes it STRING = STRING, or another type in contracts.ts",
	);
	expect(said).toContain("3:3 The contract of streams.hits has no column simbol = did you mean symbol?");
	expect(said).toContain("1:22 streams.hits lacks the column symbol of its contract = `symbol` STRING");
	expect(said.some((each) => each.includes("shard"))).toBe(false);
});
