import { describe, expect, test } from "vitest";
import { BadRow, openRows, type Row } from "../../../producer/replay/rows.ts";
import { flat, tempFile } from "../support.ts";

const rowsOf = async (name: string, content: string) => flat((await openRows(tempFile(name, content))).rows());

describe("a CSV file", () => {
	test("gives its columns, and rows by position with their line", async () => {
		const file = await openRows(tempFile("a.csv", "\ufeffsymbol, price\nSPY,1.5\nIBM,2\n"));
		expect(file.columns).toEqual(["symbol", "price"]);
		expect(file.byPosition).toBe(true);
		expect(await flat(file.rows())).toEqual([
			{ line: 2, cells: ["SPY", "1.5"] },
			{ line: 3, cells: ["IBM", "2"] },
		]);
	});

	test("can be read as often as one likes, also packed", async () => {
		const file = await openRows(tempFile("a.csv.gz", "symbol\nSPY\n"));
		expect(await flat(file.rows())).toEqual(await flat(file.rows()));
		expect(await flat(file.rows())).toHaveLength(1);
	});

	test("may quote commas and line feeds; empty lines are skipped", async () => {
		const rows = await rowsOf("a.csv", 'symbol,note\nSPY,"a, b"\n\nIBM,"two\nlines"\nBAC,c\n');
		expect(rows.map((row) => (row as Row).cells)).toEqual([
			["SPY", "a, b"],
			["IBM", "two\nlines"],
			["BAC", "c"],
		]);
		expect(rows.map(({ line }) => line)).toEqual([2, 5, 6]);
	});

	test("with a row too short or too long gives that one as bad, and the others", async () => {
		const [short, good, long] = await rowsOf("a.csv", "symbol,price\nSPY\nIBM,1\nBAC,1,2\n");
		expect(short).toBeInstanceOf(BadRow);
		expect((short as BadRow).message).toBe('line 2: "SPY" has 1 cells where the first line names 2 columns');
		expect(good).toEqual({ line: 3, cells: ["IBM", "1"] });
		expect((long as BadRow).line).toBe(4);
	});

	test("brings the text of its rows if asked, as it stands there, also of bad ones", async () => {
		const file = tempFile("a.csv", 'symbol,note\r\nSPY,"a, ""b"""\r\nIBM\r\n\r\n"BAC","two\nlines"');
		const rows = await flat((await openRows(file, true)).rows());
		expect(rows.map(({ text }) => text)).toEqual(['SPY,"a, ""b"""', "IBM", '"BAC","two\nlines"']);
		expect((await rowsOf("a.csv", "symbol\nSPY\n"))[0]?.text).toBeUndefined();
	});

	test("of many rows comes in batches, in order", async () => {
		const numbers = Array.from({ length: 1500 }, (_, at) => String(at));
		const rows = await rowsOf("a.csv", `n\n${numbers.join("\n")}`);
		expect(rows.map((row) => (row as Row).cells[0])).toEqual(numbers);
	});

	test("that is empty is an error", async () => {
		await expect(openRows(tempFile("a.csv", ""))).rejects.toThrow(/a\.csv is empty: the first line of a CSV file/);
	});

	test("with a quote that never ends names file and line", async () => {
		await expect(rowsOf("a.csv", 'symbol\n"SPY\nIBM\n')).rejects.toThrow(/a\.csv broke off: .*line 3/);
	});
});

describe("a JSONL file", () => {
	test("gives rows by name; the first one's keys are the columns", async () => {
		const file = await openRows(
			tempFile("a.jsonl", '{"symbol":"SPY","price":1}\n\n{"symbol":"IBM","deep":{"a":[1]}}\n'),
		);
		expect(file.columns).toEqual(["symbol", "price"]);
		expect(file.byPosition).toBe(false);
		expect(await flat(file.rows())).toEqual([
			{ line: 1, cells: { symbol: "SPY", price: 1 }, text: '{"symbol":"SPY","price":1}' },
			{ line: 3, cells: { symbol: "IBM", deep: { a: [1] } }, text: '{"symbol":"IBM","deep":{"a":[1]}}' },
		]);
	});

	test.each([
		["{broken", 'line 2: "{broken" is not JSON'],
		["[1,2]", 'line 2: "[1,2]" is not a JSON object'],
		["null", 'line 2: "null" is not a JSON object'],
		[`"${"x".repeat(100)}"`, "…"],
	])("with the line %s gives it as bad", async (line, message) => {
		const [, bad] = await rowsOf("a.jsonl", `{"symbol":"SPY"}\n${line}\n`);
		expect(bad).toBeInstanceOf(BadRow);
		expect((bad as BadRow).message).toContain(message);
	});

	test("has the columns of its first object, whatever stands before it", async () => {
		const file = await openRows(tempFile("a.jsonl", 'oops\n[1]\n{"symbol":"SPY"}\n'));
		expect(file.columns).toEqual(["symbol"]);
		expect((await flat(file.rows())).map((row) => row instanceof BadRow)).toEqual([true, true, false]);
	});

	test("without one object has no columns, which is an error", async () => {
		const file = tempFile("a.jsonl", "oops\n[1]\n");
		await expect(openRows(file)).rejects.toThrow(
			`${file}, line 1: "oops" is not JSON: it needs one JSON object a line.`,
		);
	});

	test("that is empty is an error", async () => {
		await expect(openRows(tempFile("a.ndjson", ""))).rejects.toThrow(/is empty: it needs one JSON object a line/);
	});
});

describe("another file", () => {
	test("with an ending that says nothing is refused with the endings there are", async () => {
		await expect(openRows(tempFile("a.parquet", "x"))).rejects.toThrow(/ends neither in \.csv nor in \.jsonl/);
	});

	test("that is not there is missing, whatever its ending", async () => {
		await expect(openRows("nowhere/a.parquet")).rejects.toThrow(/there is no such file/);
		await expect(openRows("nowhere/a.csv")).rejects.toThrow(/there is no such file/);
		await expect(openRows("nowhere/a.jsonl.gz")).rejects.toThrow(/there is no such file/);
	});
});
