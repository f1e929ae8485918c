import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { readRecords, shortestInterval } from "../../../../alerting/commands/backtest/records.ts";
import { tempDir } from "../../../local/support.ts";
import { bar, hit } from "../../../support/samples.ts";
import { minutes, recordsOf } from "./support.ts";

function file(text: string | Buffer, name = "records.jsonl"): string {
	const path = join(tempDir(), name);
	writeFileSync(path, text);
	return path;
}

test("lines are bars and hits in any order, empty ones are nothing", async () => {
	const lines = [bar(), hit(), bar({ symbol: "IBM", vwap: null })].map((record) => JSON.stringify(record));
	const text = `${lines.join("\n\n")}\n`;
	const records = { bars: [bar(), bar({ symbol: "IBM", vwap: null })], hits: [hit()] };
	const path = file(text);
	expect(await readRecords(path)).toEqual({ source: path, ...records });
	expect(await readRecords(file(gzipSync(text), "records.jsonl.gz"))).toMatchObject(records);
	expect(await readRecords(file(""))).toMatchObject({ bars: [], hits: [] });
});

describe("what is neither is told with its line:", () => {
	test.each([
		["no JSON", "hello", "2: this is no JSON: hello"],
		["a number", "5", "2: this is no bar as contracts.ts has it: "],
		[
			"a trade",
			JSON.stringify({ trade_id: "1", symbol: "SPY", price: 1 }),
			"2: this is no bar as contracts.ts has it: interval: ",
		],
		[
			"a hit without a price",
			JSON.stringify({ ...hit(), price: null }),
			"2: this is no hit as contracts.ts has it: price: ",
		],
		[
			"a time without milliseconds",
			JSON.stringify(bar({ window_end: "2013-10-07T13:31:00Z" })),
			"no bar as contracts.ts has it: window_end: ",
		],
	])("%s", async (_, line, message) => {
		const path = file(`${JSON.stringify(bar())}\n${line}\n`);
		await expect(readRecords(path)).rejects.toThrow(`${path}:`);
		await expect(readRecords(path)).rejects.toThrow(message);
	});

	test("a file that is not there", async () => {
		await expect(readRecords("/no/such.jsonl")).rejects.toThrow("There is no file /no/such.jsonl");
	});
});

test("the shortest interval is told by the length of its bars", () => {
	const hour = bar({ interval: "1h", window_end: "2013-10-07T14:30:00.000Z" });
	expect(shortestInterval(recordsOf([hour, ...minutes("14:00", [1, 2]), hour]))).toBe("1m");
	expect(shortestInterval(recordsOf([hour]))).toBe("1h");
	expect(shortestInterval(recordsOf([]))).toBeUndefined();
});
