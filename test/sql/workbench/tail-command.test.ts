/** `tidemark sql tail` over files, as a user calls it. The expected rows are worked out here, from the same files. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, expect, test } from "vitest";
import { root } from "../../../local/paths.ts";
import { recordsOf } from "../../../sql/workbench/records.ts";
import { tidemark } from "../../e2e/cli.ts";

const dir = mkdtempSync(join(tmpdir(), "tidemark-tailing-"));
afterAll(() => rmSync(dir, { recursive: true }));

const SENSORS = join("examples", "sensors");
const READINGS = join(SENSORS, "readings.jsonl");
const tail = (...args: string[]) => tidemark(dir, ["sql", "tail", ...args]).finished;
const rowsOf = (stdout: string) =>
	stdout
		.trim()
		.split("\n")
		.filter((line) => line !== "")
		.map((line) => JSON.parse(line));

test("shows what another application makes of a file of records: the alarms of an oven", async () => {
	const { code, stdout, stderr } = await tail("alarms", "--sql", SENSORS, "--replay", READINGS, "--json");
	expect(code, stderr).toBe(0);
	const rows = rowsOf(stdout).map(({ sensor, at, average, state }) => ({ sensor, at, average, state }));
	expect(rows).toEqual(expectedAlarms());
	expect(rows).toHaveLength(2);
});

test("shows views in the middle of the flow, those rows that are asked for, and no more than that", async () => {
	const trades = join(dir, "trades.csv");
	const lines = Array.from(
		{ length: 30 },
		(_, i) => `t${i},2024-01-02T15:${10 + Math.floor(i / 5)}:0${i % 5}.000Z,${i % 2 ? "AAPL" : "MSFT"},${100 + i},10`,
	);
	writeFileSync(trades, ["trade_id,event_time,symbol,price,size", ...lines].join("\n"));
	const { code, stdout, stderr } = await tail(
		"bars_1m",
		"--replay",
		trades,
		"--where",
		"symbol = 'AAPL'",
		"--limit",
		"3",
		"--json",
	);
	expect(code, stderr).toBe(0);
	const rows = rowsOf(stdout);
	expect(rows.map(({ symbol, trade_count }) => [symbol, trade_count])).toEqual([
		["AAPL", 2],
		["AAPL", 3],
		["AAPL", 2],
	]);
	expect(rows[0]).toMatchObject({ open: 101, close: 103, high: 103, low: 101, volume: 20 });
});

test("says what there is not, without a trace", async () => {
	const wrong = await tail("bars_1m", "--replay", READINGS.replace(".jsonl", ".txt"));
	expect(wrong).toMatchObject({ code: 1, stdout: "" });
	expect(wrong.stderr).toContain("readings.txt");
	const relation = await tail("nothing", "--sql", SENSORS, "--replay", READINGS);
	expect(relation).toMatchObject({ code: 1, stdout: "" });
	expect(relation.stderr).toMatch(/^tidemark: nothing cannot be shown: There is no relation nothing\s*$/m);
	const column = await tail("minutes", "--sql", SENSORS, "--replay", READINGS, "--where", "degrees > 1");
	expect(column.stderr).toMatch(/^tidemark: minutes cannot be shown: Column 'degrees' not found in any table\s*$/m);
	const nothingRuns = await tail("bars_1m");
	expect(nothingRuns.stderr).toContain("No job runs here: start it with npm start, or read a file with --replay FILE");
});

test("a file's lines are records as they are, also from .gz", async () => {
	const file = join(dir, "records.jsonl.gz");
	writeFileSync(file, gzipSync('{"a":1}\n\nbroken\n'));
	const read: string[] = [];
	for await (const batch of recordsOf(file).batches(new AbortController().signal))
		read.push(...batch.map((item) => ("data" in item ? item.data.toString() : item.rejected)));
	expect(read).toEqual(['{"a":1}', "broken"]);
	expect(() => recordsOf(join(dir, "none"))).toThrow(`There is no file ${join(dir, "none")}`);
});

/** Five-minute averages, every minute anew, against the oven's levels of 220 and 200 and the room's of 30 and 28. */
function expectedAlarms() {
	const levels: Record<string, [number, number]> = { oven: [220, 200], room: [30, 28] };
	const readings = readFileSync(join(root, READINGS), "utf8")
		.trim()
		.split("\n")
		.map((line) => JSON.parse(line) as { sensor: string; measured_at: string; celsius: number })
		.map(({ sensor, measured_at, celsius }) => ({ sensor, at: Date.parse(measured_at), celsius }));
	const begin = Math.min(...readings.map(({ at }) => at));
	const end = Math.max(...readings.map(({ at }) => at));
	return Object.entries(levels).flatMap(([sensor, [raise, clear]]) => {
		const alarms: { sensor: string; at: string; average: number; state: string }[] = [];
		let before: number | undefined;
		for (let until = begin + 60_000; until <= end + 300_000; until += 60_000) {
			const of = readings.filter((each) => each.sensor === sensor && each.at >= until - 300_000 && each.at < until);
			if (of.length === 0) continue;
			const average = Math.round((of.reduce((sum, { celsius }) => sum + celsius, 0) / of.length) * 1e6) / 1e6;
			const at = new Date(until).toISOString().replace("Z", "");
			if (average >= raise && (before ?? 0) < raise) alarms.push({ sensor, at, average, state: "raised" });
			if (average < clear && before !== undefined && before >= clear)
				alarms.push({ sensor, at, average, state: "cleared" });
			before = average;
		}
		return alarms;
	});
}
