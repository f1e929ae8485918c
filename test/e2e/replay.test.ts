/** The hour after the US open of 2013-10-07, replayed from file to stores through everything, held against DuckDB. */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameBacktests } from "./alerts/backtests.ts";
import { mostWithin, oracle, type Told } from "./alerts/oracle.ts";
import { expectNamedQueries } from "./athena/named.ts";
import { once, queries, query, type Result, resultOf, temporaryState, tidemark } from "./cli.ts";
import { expectSameBars, expectSameHits } from "./comparing.ts";
import { type ExpectedBar, type ExpectedHit, expectedOf } from "./expected.ts";
import { failingProxy } from "./failing_proxy.ts";
import { killFlinkAfter } from "./kill.ts";
import { type Row, spoil, tradesBetween, writeCsv } from "./market.ts";
import { storedBars } from "./stored.ts";

const BARS = `SELECT symbol, interval, window_start, open, high, low, close, volume, trade_count, vwap, move_pct FROM bars`;
const HITS = "SELECT hit_id, price, base_price, move_pct FROM hits";

let rows: Row[];
let csv: string;
let expected: Awaited<ReturnType<typeof expectedOf>>;
let told: Told[];
const files = temporaryState();

beforeAll(async () => {
	rows = await tradesBetween("13:30", "14:30");
	csv = writeCsv(files.dir, "hour.csv", rows);
	expected = await expectedOf(csv);
	expect(expected.trades).toBe(rows.length);
	({ told } = oracle(expected.bars, expected.hits));
	// Of a storm it would depend on the pace which ones it holds back.
	expect(told.length).toBeGreaterThan(0);
	expect(mostWithin(3, told)).toBeLessThanOrEqual(15);
	expect(rows.length).toBeGreaterThan(20_000);
});
afterAll(() => files.remove());

const count = (interval: string) => expected.bars.filter((bar) => bar.interval === interval).length;

async function expectAllStores(state: string, result: Result): Promise<void> {
	expect(result.trades).toBe(expected.trades);
	expect(result.bars).toEqual({ "1m": count("1m"), "5m": count("5m"), "1h": count("1h"), "1d": count("1d") });
	const [bars, hits, [lake]] = await queries<[ExpectedBar[], ExpectedHit[], { n: number; ids: number }[]]>(
		state,
		BARS,
		HITS,
		"SELECT count(*) AS n, count(DISTINCT (symbol, event_time, trade_id)) AS ids FROM trades",
	);
	expectSameBars(bars, expected.bars);
	expectSameHits(hits, expected.hits);
	expect(result.hits).toBe(expected.hits.length);
	expect(result.alerts).toBe(told.length);
	expect(lake).toEqual({ n: expected.trades, ids: expected.trades });
	expectSameBars(await storedBars(state), expected.bars);
}

describe("a replay that ends", () => {
	test("puts every trade into the bars of the lake and of the store", async () => {
		const state = temporaryState();
		try {
			const result = await once(state.dir, csv);
			expect(result.duplicates).toBe(0);
			expect(result.rejects).toEqual({ malformed: 0, invalid: 0, late: 0 });
			expect(result.seconds).toBeGreaterThan(0);
			await expectAllStores(state.dir, result);
			await expectSameBacktests(state.dir, csv, result);
		} finally {
			state.remove();
		}
	});

	test("gives the same bars from spoilt records, failing requests and a killed Flink, at 4 shards and parallelism 2", async () => {
		const state = temporaryState();
		const { text, duplicates } = spoil(rows, { malformed: 80, invalid: 60, seed: 7 });
		const file = join(files.dir, "spoilt.jsonl");
		writeFileSync(file, text);
		const proxy = await failingProxy({ failedRecords: 0.05, seed: 11 });
		try {
			const run = tidemark(
				state.dir,
				[
					"up",
					"--replay",
					file,
					"--raw",
					"--speed",
					"max",
					"--once",
					"--no-page",
					"--shards",
					"4",
					"--parallelism",
					"2",
				],
				{ TIDEMARK_FEED_ENDPOINT: proxy.url },
			);
			proxy.follow(state.dir);
			const killed = killFlinkAfter(state.dir, 10_000, run.finished);
			const { code, stdout, stderr } = await run.finished;
			expect(code, stderr).toBe(0);
			expect(await killed, "Flink was killed in the middle").toBe(true);
			expect(stderr).toMatch(/Flink .*(restart|again)/i);
			expect(proxy.failed(), "requests failed in part").toBeGreaterThan(proxy.records() * 0.03);
			expect(proxy.records()).toBeGreaterThan(300);
			const result = resultOf(stdout);
			expect(result.duplicates).toBe(duplicates);
			expect(result.rejects).toEqual({ malformed: 80, invalid: 60, late: 0 });
			await expectAllStores(state.dir, result);
			await expectNamedQueries(state.dir, { rows, parties: true, duplicates, rejects: result.rejects });
			const rejects = await query<{ reason: string; n: number; kept: number }>(
				state.dir,
				"SELECT reason, count(*) AS n, count(*) FILTER (payload <> '' AND detail <> '') AS kept FROM rejects GROUP BY reason ORDER BY reason",
			);
			expect(rejects).toEqual([
				{ reason: "invalid", n: 60, kept: 60 },
				{ reason: "malformed", n: 80, kept: 80 },
			]);
		} finally {
			await proxy.close();
			state.remove();
		}
	});

	test("leaves no process and no port behind", async () => {
		const left = readdirSync("/proc").filter((pid) => /^\d+$/.test(pid) && commandOf(pid).includes("tidemark-e2e-"));
		expect(left.map(Number)).toEqual([]);
	});
});

function commandOf(pid: string): string {
	try {
		if (Number(pid) === process.pid) return "";
		return readFileSync(`/proc/${pid}/cmdline`, "utf8");
	} catch {
		return "";
	}
}
