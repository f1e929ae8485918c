/** The hour after the US open of 2013-10-07, replayed from file to stores through everything, held against DuckDB. */
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameBacktests } from "./alerts/backtests.ts";
import { mostWithin, oracle, type Told } from "./alerts/oracle.ts";
import { expectNamedQueries } from "./athena/named.ts";
import { expectBackfills } from "./backfills.ts";
import { once, queries, query, type Result, resultOf, states, temporaryState, tidemark } from "./cli.ts";
import { expectSameBars, expectSameHits, expectSameMoves } from "./comparing.ts";
import { type ExpectedBar, type ExpectedHit, type ExpectedMove, expectedOf } from "./expected.ts";
import { failingProxy } from "./failing_proxy.ts";
import { killFlinkAfter } from "./kill.ts";
import { type Row, spoil, tradesBetween, writeCsv } from "./market.ts";
import { storedBars } from "./stored.ts";

const BARS = `SELECT symbol, interval, window_start, open, high, low, close, volume, trade_count, vwap, move_pct FROM bars`;
const HITS = "SELECT hit_id, price, base_price, move_pct FROM hits";
const MOVES = "SELECT symbol, event_time, price, base_price, move_pct, lookback FROM moves";
/** Whether each record is there once, and each trade came with one of them. */
const RAW = `SELECT count(*) AS n, count(DISTINCT (stream, shard_id, sequence_number, sub_sequence_number)) AS ids,
	count(payload_bytes) AS bytes, count(DISTINCT trade_id) AS trades, bool_and(raw_trades.arrived_at IS NOT NULL) AS timed
	FROM raw_trades LEFT JOIN trades USING (shard_id, sequence_number, sub_sequence_number)`;
/** Records that are not UTF-8. */
const LATIN = ['{"symbol":"M\xfcnchen"}', '{"trade_id":"\xe9"}'].map((text) => Buffer.from(text, "latin1"));

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

async function expectAllStores(
	state: string,
	result: Result,
	records = { n: expected.trades, bytes: 0 },
): Promise<void> {
	expect(result.trades).toBe(expected.trades);
	expect(result.bars).toEqual({ "1m": count("1m"), "5m": count("5m"), "1h": count("1h"), "1d": count("1d") });
	type Counted = { n: number; ids: number }[];
	const [bars, hits, moves, [lake], raw] = await queries<
		[ExpectedBar[], ExpectedHit[], ExpectedMove[], Counted, object[]]
	>(
		state,
		BARS,
		HITS,
		MOVES,
		"SELECT count(*) AS n, count(DISTINCT (symbol, event_time, trade_id)) AS ids FROM trades",
		RAW,
	);
	expectSameMoves(moves, expected.moves);
	expect(raw).toEqual([
		{ ...records, ids: records.n, trades: new Set(rows.map((row) => row.trade_id)).size, timed: true },
	]);
	expectSameBars(bars, expected.bars);
	expectSameHits(hits, expected.hits);
	expect(result.hits).toBe(expected.hits.length);
	expect(result.alerts).toBe(told.length);
	expect(lake).toEqual({ n: expected.trades, ids: expected.trades });
	expectSameBars(await storedBars(state), expected.bars);
}

/** Bronze has the bytes of everything that was sent, each record once, in the partition of its day. */
async function expectKept(state: string, sent: Buffer[]): Promise<void> {
	const [kept, days, ahead] = await queries<[{ md5: string }[], object[], object[]]>(
		state,
		"SELECT md5(coalesce(payload_bytes, encode(payload))) AS md5 FROM raw_trades",
		`SELECT DISTINCT raw_trades.day FROM raw_trades JOIN trades USING (shard_id, sequence_number, sub_sequence_number)`,
		`SELECT count(*) AS n, count(*) FILTER (day = CAST(arrived_at AS DATE)) AS that_day FROM raw_trades
			WHERE payload LIKE '%"2099-%'`,
	);
	const md5 = (bytes: Buffer) => createHash("md5").update(bytes).digest("hex");
	expect(kept.map((row) => row.md5).sort()).toEqual(sent.map(md5).sort());
	expect(days).toEqual([{ day: "2013-10-07" }]);
	const dated = sent.filter((bytes) => bytes.includes('"2099-')).length;
	expect(dated).toBeGreaterThan(0);
	expect(ahead).toEqual([{ n: dated, that_day: dated }]);
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
			await expectBackfills(state.dir, expected.bars, expected.hits);
			await expectAllStores(state.dir, result);
		} finally {
			state.remove();
		}
	});

	test("gives the same bars from spoilt records, failing requests and a killed Flink, at 4 shards and parallelism 2", async () => {
		const state = temporaryState();
		const { text, duplicates } = spoil(rows, { malformed: 80, invalid: 60, seed: 7 });
		const file = join(files.dir, "spoilt.jsonl");
		const sent = [
			...text
				.trim()
				.split("\n")
				.map((line) => Buffer.from(line)),
			...LATIN,
		];
		writeFileSync(file, Buffer.concat(sent.flatMap((line) => [line, Buffer.from("\n")])));
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
			expect(result.rejects).toEqual({ malformed: 82, invalid: 60, late: 0 });
			await expectAllStores(state.dir, result, { n: sent.length, bytes: LATIN.length });
			await expectKept(state.dir, sent);
			await expectNamedQueries(state.dir, { rows, parties: true, duplicates, rejects: result.rejects });
			const rejects = await query<{ reason: string; n: number; kept: number }>(
				state.dir,
				"SELECT reason, count(*) AS n, count(*) FILTER (payload <> '' AND detail <> '') AS kept FROM rejects GROUP BY reason ORDER BY reason",
			);
			expect(rejects).toEqual([
				{ reason: "invalid", n: 60, kept: 60 },
				{ reason: "malformed", n: 82, kept: 82 },
			]);
		} finally {
			await proxy.close();
			state.remove();
		}
	});

	test("leaves no process and no port behind", async () => {
		expect(states.length).toBeGreaterThan(0);
		const commands = readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) ? [commandOf(pid)] : []));
		expect(commands.filter((command) => states.some((dir) => command.includes(dir)))).toEqual([]);
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
