/** Trades of a file through the job's own SQL on Flink. What comes of them is worked out by hand here. */
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { fromReplay } from "../../../../alerting/commands/backtest/from-replay.ts";
import { readRecords } from "../../../../alerting/commands/backtest/records.ts";
import { backtestDir, toolsDir } from "../../../../local/paths.ts";
import { sqlDir } from "../../../../sql/workbench/properties.ts";
import { tempDir, useState } from "../../../local/support.ts";

const quiet = { say: () => {}, seconds: () => 0, step: <T>(_: string, work: () => Promise<T>) => work() };

/** A trade every ten seconds for three minutes: the price jumps by two percent in the second one and is back in the third. */
const TRADES = Array.from({ length: 18 }, (_, i) => {
	const time = new Date(Date.parse("2024-01-02T15:00:00.000Z") + i * 10_000).toISOString();
	return `t${i},${time},AAPL,${i >= 7 && i < 12 ? 102 : 100},10`;
});

test("makes bars and hits of a file once, and keeps them for the same trades and SQL", {
	timeout: 400_000,
}, async () => {
	useState(join(tempDir(), "state"), toolsDir());
	const file = join(tempDir(), "trades.csv");
	writeFileSync(file, `${["trade_id,event_time,symbol,price,size", ...TRADES].join("\n")}\n`);
	const run = () => fromReplay(file, {}, sqlDir, quiet);

	const made = await run();
	expect(made.source).toBe(file);
	const minutes = made.bars
		.filter(({ interval }) => interval === "1m")
		.sort((a, b) => (a.window_start < b.window_start ? -1 : 1));
	expect(
		minutes.map(({ window_start, window_end, open, close, volume, trade_count, move_pct }) => [
			...[window_start.slice(11), window_end.slice(11), open, close, volume, trade_count, move_pct],
		]),
	).toEqual([
		["15:00:00.000Z", "15:01:00.000Z", 100, 100, 60, 6, null],
		["15:01:00.000Z", "15:02:00.000Z", 100, 102, 60, 6, 2],
		["15:02:00.000Z", "15:03:00.000Z", 100, 100, 60, 6, -1.960784],
	]);
	expect(
		made.bars
			.filter(({ interval }) => interval !== "1m")
			.map(({ interval }) => interval)
			.sort(),
	).toEqual(["1d", "1h", "5m"]);
	expect(made.hits).toMatchObject([
		{
			hit_id: "AAPL|5m|crossed|up|2024-01-02T15:01:10.000Z",
			price: 102,
			base_price: 100,
			move_pct: 2,
			state: "crossed",
		},
		{ hit_id: "AAPL|5m|cleared|up|2024-01-02T15:02:00.000Z", price: 100, move_pct: 0, state: "cleared" },
	]);

	// What is kept is what is read again, here with a mark in it that no SQL makes.
	const dir = join(backtestDir(), "records");
	const [kept = ""] = readdirSync(dir);
	expect(readdirSync(dir)).toHaveLength(1);
	expect(await readRecords(join(dir, kept))).toMatchObject({ bars: made.bars, hits: made.hits });
	const text = readFileSync(join(dir, kept), "utf8");
	writeFileSync(join(dir, kept), text.replaceAll('"AAPL"', '"KEPT"'));
	expect((await run()).bars[0]?.symbol).toBe("KEPT");

	// Another trade, and nothing of it is of use.
	appendFileSync(file, "t18,2024-01-02T15:03:00.000Z,AAPL,101,10\n");
	expect((await run()).bars.filter(({ interval }) => interval === "1m")).toHaveLength(4);
	expect(readdirSync(dir)).toHaveLength(2);
});

test("says what is wrong with a file, and keeps nothing", async () => {
	useState(join(tempDir(), "state"), toolsDir());
	await expect(fromReplay("/no/such.csv", {}, sqlDir, quiet)).rejects.toThrow("/no/such.csv");
	const file = join(tempDir(), "trades.csv");
	writeFileSync(file, "event_time,symbol\n2024-01-02T15:00:00.000Z,AAPL\n");
	await expect(fromReplay(file, {}, sqlDir, quiet)).rejects.toThrow(/price/);
	expect(readdirSync(join(backtestDir(), "records"))).toEqual([]);
});
