/** The whole real day in every shape that could change its bars, and spoilt. `npm run test:long` */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { realData } from "../support/data.ts";
import { oracle } from "./alerts/oracle.ts";
import { expectNamedQueries } from "./athena/named.ts";
import { expectBackfills } from "./backfills.ts";
import { once, query, type Result, resultOf, temporaryState, tidemark } from "./cli.ts";
import { expectSameBars, expectSameHits, expectSameMoves } from "./comparing.ts";
import { type ExpectedBar, type ExpectedHit, expectedOf } from "./expected.ts";
import { failingProxy } from "./failing_proxy.ts";
import { killFlinkAfter, killFlinkOften } from "./kill.ts";
import { type Row, seeded, spoil, tradesBetween } from "./market.ts";
import { storedBars } from "./stored.ts";

const day = realData("trades-2013-10-07.csv.gz");
const files = temporaryState();
let expected: Awaited<ReturnType<typeof expectedOf>>;
let rows: Row[];

beforeAll(async () => {
	if (!day) throw new Error("The real trades are needed: set TIDEMARK_DATA or put them into ../shared/data");
	expected = await expectedOf(day);
	rows = await tradesBetween("00:00", "24:00");
	expect(rows.length).toBe(388_417);
});
afterAll(() => files.remove());

async function expectTheDay(state: string, result: Result): Promise<void> {
	expect(result.trades).toBe(388_417);
	expect(result.bars).toEqual({ "1m": 2310, "5m": 566, "1h": 61, "1d": 4 });
	const bars =
		"SELECT symbol, interval, window_start, open, high, low, close, volume, trade_count, vwap, move_pct FROM bars";
	expectSameBars(await query<ExpectedBar>(state, bars), expected.bars);
	expectSameBars(await storedBars(state), expected.bars);
	expectSameHits(
		await query<ExpectedHit>(state, "SELECT hit_id, price, base_price, move_pct FROM hits"),
		expected.hits,
	);
	const moves = "SELECT symbol, event_time, price, base_price, move_pct, lookback FROM moves";
	expectSameMoves(await query(state, moves), expected.moves);
	expect(result.hits).toBe(expected.hits.length);
	expect(result.alerts).toBe(oracle(expected.bars, expected.hits).told.length);
}

describe("the real day", () => {
	test.each([
		[1, 1],
		[4, 1],
		[2, 2],
	])("at %i shards and parallelism %i", async (shards, parallelism) => {
		const state = temporaryState();
		try {
			const result = await once(state.dir, day as string, [
				"--shards",
				String(shards),
				"--parallelism",
				String(parallelism),
			]);
			expect(result.rejects).toEqual({ malformed: 0, invalid: 0, late: 0 });
			expect(result.duplicates).toBe(0);
			await expectTheDay(state.dir, result);
			if (shards !== 4) return;
			await expectBackfills(state.dir, expected.bars, expected.hits, { onAws: true });
			await expectTheDay(state.dir, result);
		} finally {
			state.remove();
		}
	});

	test("with Flink killed at ten random moments, and every named query over what it left", async () => {
		const state = temporaryState();
		try {
			// Slow enough that the kills come while trades do.
			const args = ["up", "--replay", day as string, "--speed", "240", "--once", "--no-page", "--shards", "4"];
			const run = tidemark(state.dir, args, { TIDEMARK_RESTARTS: "12" });
			const kills = killFlinkOften(state.dir, 10, run.finished, seeded(3));
			const { code, stdout, stderr } = await run.finished;
			expect(code, stderr).toBe(0);
			expect(await kills, stderr).toBe(10);
			const result = resultOf(stdout);
			await expectTheDay(state.dir, result);
			const { duplicates, rejects } = result;
			await expectNamedQueries(state.dir, { rows, parties: false, duplicates, rejects });
		} finally {
			state.remove();
		}
	});

	test("shuffled, doubled, with 500 malformed and 300 invalid records, failing requests and a killed Flink", async () => {
		const state = temporaryState();
		const { text, duplicates } = spoil(rows, { malformed: 500, invalid: 300, seed: 1 });
		const file = join(files.dir, "spoilt.jsonl");
		writeFileSync(file, text);
		const proxy = await failingProxy({ failedRecords: 0.05, seed: 2 });
		try {
			const args = ["up", "--replay", file, "--raw", "--speed", "max", "--once", "--no-page", "--shards", "4"];
			const run = tidemark(state.dir, args, { TIDEMARK_FEED_ENDPOINT: proxy.url });
			void proxy.follow(state.dir);
			const killed = killFlinkAfter(state.dir, 100_000, run.finished);
			const { code, stdout, stderr } = await run.finished;
			expect(code, stderr).toBe(0);
			expect(await killed).toBe(true);
			expect(proxy.failed()).toBeGreaterThan(proxy.records() * 0.03);
			const result = resultOf(stdout);
			expect(result.duplicates).toBe(duplicates);
			expect(result.rejects).toEqual({ malformed: 500, invalid: 300, late: 0 });
			await expectTheDay(state.dir, result);
		} finally {
			await proxy.close();
			state.remove();
		}
	});
});
