import { describe, expect, test } from "vitest";
import { BadRow } from "../../../producer/replay/rows.ts";
import { type Scanned, scan } from "../../../producer/replay/scan.ts";
import { attempt, openSources } from "../../../producer/replay/source.ts";
import { tempFile } from "../support.ts";

const HEAD = "event_time,symbol,price\n";
const START = Date.UTC(2020, 0, 1);
const BARS = "event_time,symbol,price,high\n";
const bar = (seconds: number, symbol = "SPY") => `${new Date(START + seconds * 1000).toISOString()},${symbol},1,2\n`;
const line = (seconds: number, symbol = "SPY", price: string | number = 1) =>
	`${new Date(START + seconds * 1000).toISOString()},${symbol},${price}\n`;

const scannedFiles = async (texts: readonly string[], more: Partial<Scanned> = {}) => {
	const sources = await openSources(
		texts.map((text) => tempFile("a.csv", text)),
		{},
	);
	const named = sources.map((source, at) => ({ ...source, file: `${"abc"[at]}.csv` }));
	return scan(named, { latenessMs: 2000, sorted: false, rejects: false, ...more });
};
const scanned = (text: string, more: Partial<Scanned> = {}) => scannedFiles([HEAD + text], more);

describe("the first pass", () => {
	test("counts rows and finds the ends and the smallest step of a symbol", async () => {
		const found = await scanned(line(0) + line(0, "IBM") + line(10) + line(13, "IBM") + line(15));
		const span = { first: START, last: START + 15_000 };
		expect(found).toEqual({ rows: 5, bad: 0, ...span, spans: [span], stepMs: undefined, missing: [] });
	});

	test("knows no step where there is one time only", async () => {
		expect((await scannedFiles([BARS + bar(0) + bar(0)])).stepMs).toBeUndefined();
	});

	test("finds the smallest step over all files of interval data, whatever is left out", async () => {
		const files = [BARS + bar(0) + bar(120), HEAD + line(1) + line(2), BARS + bar(60) + bar(60, "IBM")];
		expect((await scannedFiles(files)).stepMs).toBe(60_000);
		expect((await scannedFiles(files, { to: START + 1 })).stepMs).toBe(60_000);
	});

	test("finds the times of each file, none where nothing of it is sent", async () => {
		const files = [HEAD + line(5) + line(7), HEAD + line(0, "IBM"), HEAD + line(1)];
		expect(await scannedFiles(files, { symbols: ["SPY"] })).toMatchObject({
			first: START + 1000,
			last: START + 7000,
			spans: [{ first: START + 5000, last: START + 7000 }, undefined, { first: START + 1000, last: START + 1000 }],
		});
	});

	test("counts from inclusive, to exclusive", async () => {
		const found = await scanned(line(0) + line(1) + line(2) + line(3), { from: START + 1000, to: START + 3000 });
		expect(found).toMatchObject({ rows: 2, first: START + 1000, last: START + 2000 });
	});

	test("leaves out what is not asked for, whose order does not matter either", async () => {
		expect(await scanned(line(0) + line(100, "IBM") + line(1), { symbols: ["SPY"] })).toMatchObject({ rows: 2 });
	});

	test("stops a file without rows", async () => {
		await expect(scanned("")).rejects.toThrow("There is no trade in a.csv.");
	});
});

describe("nothing to send", () => {
	test("because no file has the symbols names those there are, the first twenty", async () => {
		await expect(scanned(line(0, "IBM") + line(1, "AIG"), { symbols: ["SPY", "BAC"] })).rejects.toThrow(
			"There is no trade of SPY, BAC in a.csv. The symbols there are AIG, IBM.",
		);
		const many = Array.from({ length: 23 }, (_, at) => line(at, `S${String(at).padStart(2, "0")}`)).join("");
		await expect(scanned(many, { symbols: ["SPY"] })).rejects.toThrow(/ are S00, S01, .*, S19 and 3 more\.$/);
	});

	test("of some symbols says which, and goes on", async () => {
		expect(await scanned(line(0), { symbols: ["SPY", "BAC", "IBM"] })).toMatchObject({ missing: ["BAC", "IBM"] });
	});

	test("between from and to says what times there are", async () => {
		await expect(scanned(line(0) + line(5), { from: START + 6000, to: START + 9000 })).rejects.toThrow(
			"There is no trade from 2020-01-01T00:00:06.000Z to before 2020-01-01T00:00:09.000Z in a.csv. " +
				"Its times go from 2020-01-01T00:00:00.000Z to 2020-01-01T00:00:05.000Z.",
		);
		await expect(
			scannedFiles([HEAD + line(0), HEAD + line(5, "IBM")], { symbols: ["SPY"], from: START + 1 }),
		).rejects.toThrow(
			"There is no trade from 2020-01-01T00:00:00.001Z of SPY in 2 files, a.csv to b.csv. " +
				"Its times go from 2020-01-01T00:00:00.000Z to 2020-01-01T00:00:05.000Z.",
		);
	});
});

describe("a file that goes back", () => {
	test("as far as the lateness is sent", async () => {
		expect((await scanned(line(2) + line(0) + line(1))).rows).toBe(3);
	});

	test("further stops, with the line, both times and the remedy", async () => {
		await expect(scanned(line(0) + line(5) + line(4) + line(2.999) + line(0))).rejects.toThrow(
			"a.csv, line 5: the event time 2020-01-01T00:00:02.999Z goes back 2.001 s behind line 3 (2020-01-01T00:00:05.000Z), " +
				"further than the lateness of 2 s: trades would be late. Nothing was sent. Add --order event-time to sort what is read on the way.",
		);
	});

	test("further than another lateness, too", async () => {
		await expect(scanned(line(1) + line(0.4), { latenessMs: 500 })).rejects.toThrow(/goes back 0\.6 s .* 0\.5 s/);
	});

	test("does not matter when it will be sorted", async () => {
		expect(await scanned(line(9) + line(0), { sorted: true })).toMatchObject({
			rows: 2,
			first: Date.UTC(2020, 0, 1),
			last: Date.UTC(2020, 0, 1, 0, 0, 9),
		});
	});
});

describe("bad rows", () => {
	test("stop the file; the first five are named, the others counted", async () => {
		const bad = Array.from({ length: 7 }, (_, at) => line(at, "SPY", `x${at}`)).join("");
		const error = await scanned(line(0) + bad).catch((caught: Error) => caught);
		expect(error).toMatchObject({ name: "UserError" });
		expect((error as Error).message).toBe(
			[
				"a.csv: 7 of 8 rows are no trades. Nothing was sent.",
				...[0, 1, 2, 3, 4].map((at) => `  a.csv, line ${at + 3}, column price: "x${at}" is not a number`),
				"  … and 2 more",
				"Correct them, map other columns with --map field=column,…, put them aside and send the rest with --rejects FILE, " +
					"or send all lines as they are with --raw (JSONL).",
			].join("\n"),
		);
		expect((error as Error).cause).toBeInstanceOf(BadRow);
	});

	test("of several files are counted together, each named with its file", async () => {
		const bad = line(0, "SPY", "x").repeat(4);
		await expect(scannedFiles([HEAD + bad, HEAD + line(0), HEAD + bad])).rejects.toThrow(
			/^3 files, a\.csv to c\.csv: 8 of 9 rows are no trades.*\n(.*a\.csv, line \d.*\n){4}.*c\.csv, line 2, .*\n.* 3 more, in 2 files\n/,
		);
	});

	test("are counted and do not stop it where they are put aside, unless there is nothing else", async () => {
		const text = line(0) + line(1, "SPY", "x") + line(2);
		expect(await scanned(text, { rejects: true })).toMatchObject({ rows: 2, bad: 1 });
		await expect(scanned(line(1, "SPY", "x"), { rejects: true })).rejects.toThrow(/1 of 1 rows are no trades/);
	});

	test("put aside do not hide a wrong order", async () => {
		await expect(scanned(line(9) + line(1, "SPY", "x") + line(0), { rejects: true })).rejects.toThrow(
			/line 4: .*back 9 s/,
		);
	});

	test("come before a wrong order", async () => {
		await expect(scanned(line(9) + line(0) + line(1, "SPY", -1))).rejects.toThrow(/1 of 3 rows/);
	});

	test("are not made of other errors", () => {
		const row = { line: 1, cells: {} };
		expect(() =>
			attempt(row, () => {
				throw new TypeError("a defect");
			}),
		).toThrow("a defect");
		expect(
			attempt(row, () => {
				throw new BadRow({ line: 1 }, "a", 1, "is bad");
			}),
		).toBeInstanceOf(BadRow);
	});
});
