import { describe, expect, test } from "vitest";
import { findColumns } from "../../../producer/replay/columns.ts";
import { BadRow, openRows } from "../../../producer/replay/rows.ts";
import { attempt, scan } from "../../../producer/replay/scan.ts";
import { type Read, tradeReader } from "../../../producer/replay/trade.ts";
import { tempFile } from "../support.ts";

const HEAD = "event_time,symbol,price\n";
const line = (seconds: number, symbol = "SPY", price: string | number = 1) =>
	`${new Date(Date.UTC(2020, 0, 1) + seconds * 1000).toISOString()},${symbol},${price}\n`;

const scanned = async (text: string, { sorted = false, latenessMs = 2000, keep = (_: Read): boolean => true } = {}) => {
	const rows = await openRows(tempFile("a.csv", HEAD + text));
	const read = tradeReader(findColumns(rows));
	return scan(rows.rows(), { file: "a.csv", latenessMs, sorted, read, keep });
};

describe("the first pass", () => {
	test("counts rows and finds the ends and the smallest step of a symbol", async () => {
		const found = await scanned(line(0) + line(0, "IBM") + line(10) + line(13, "IBM") + line(15));
		expect(found).toEqual({
			rows: 5,
			first: Date.UTC(2020, 0, 1),
			last: Date.UTC(2020, 0, 1, 0, 0, 15),
			stepMs: 5000,
		});
	});

	test("knows no step where there is one time only", async () => {
		expect((await scanned(line(0) + line(0))).stepMs).toBeUndefined();
	});

	test("leaves out what is not asked for, whose order does not matter either", async () => {
		const keep = ({ trade }: Read) => trade.symbol === "SPY";
		expect(await scanned(line(0) + line(100, "IBM") + line(1), { keep })).toMatchObject({ rows: 2, stepMs: 1000 });
		await expect(scanned(line(0, "IBM"), { keep })).rejects.toThrow(/holds no trade to send/);
	});

	test("stops a file without rows", async () => {
		await expect(scanned("")).rejects.toThrow("a.csv holds no trade to send");
	});
});

describe("a file that goes back", () => {
	test("as far as the lateness is sent", async () => {
		expect((await scanned(line(2) + line(0) + line(1))).rows).toBe(3);
	});

	test("further stops, with the line, both times and the remedy", async () => {
		await expect(scanned(line(0) + line(5) + line(4) + line(2.999) + line(0))).rejects.toThrow(
			"a.csv, line 5: the event time 2020-01-01T00:00:02.999Z goes back 2.001 s behind line 3 (2020-01-01T00:00:05.000Z), " +
				"further than the lateness of 2 s: trades would be late. Nothing was sent. Add --order event-time to sort the file",
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
		const text = (error as Error).message;
		expect(text).toContain("a.csv: 7 of 8 rows are no trades. Nothing was sent.");
		expect(text).toContain('a.csv, line 3, column price: "x0" is not a number');
		expect(text).toContain('line 7, column price: "x4"');
		expect(text).not.toContain("x5");
		expect(text).toContain("… and 2 more");
		expect(text).toContain("--raw");
		expect((error as Error).cause).toBeInstanceOf(BadRow);
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
				throw new BadRow(1, "a", 1, "is bad");
			}),
		).toBeInstanceOf(BadRow);
	});
});
