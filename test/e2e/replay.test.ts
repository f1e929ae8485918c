/**
 * The hour after the US open of 2013-10-07, replayed from file to stores through everything, with all that can go wrong on
 * the way: spoilt records, requests that fail, a Flink that is killed. Held against DuckDB; then computed again.
 */
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { expectSameBacktests } from "./alerts/backtests.ts";
import { expectNamedQueries } from "./athena/named.ts";
import { expectBackfills } from "./backfills.ts";
import { queries, query, type Result, resultOf, temporaryState, tidemark } from "./cli.ts";
import { failingProxy } from "./failing_proxy.ts";
import { expectAllStores, type Hour, theHour } from "./hour.ts";
import { killFlinkAfter } from "./kill.ts";
import { expectNoProcess } from "./left.ts";
import { spoil } from "./market.ts";

/** Records that are not UTF-8. */
const LATIN = ['{"symbol":"M\xfcnchen"}', '{"trade_id":"\xe9"}'].map((text) => Buffer.from(text, "latin1"));

let hour: Hour;
const files = temporaryState();

beforeAll(async () => {
	hour = await theHour(files.dir);
});
afterAll(() => files.remove());

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

describe("spoilt records, through failing requests and a killed Flink, at 4 shards and parallelism 2", () => {
	const state = temporaryState();
	let sent: Buffer[];
	let duplicates: number;
	let result: Result;

	beforeAll(async () => {
		const spoilt = spoil(hour.rows, { malformed: 80, invalid: 60, seed: 7 });
		duplicates = spoilt.duplicates;
		const lines = spoilt.text.trim().split("\n");
		sent = [...lines.map((line) => Buffer.from(line)), ...LATIN];
		const file = join(files.dir, "spoilt.jsonl");
		writeFileSync(file, Buffer.concat(sent.flatMap((line) => [line, Buffer.from("\n")])));
		const proxy = await failingProxy({ failedRecords: 0.05, seed: 11 });
		try {
			const how = ["--speed", "max", "--once", "--no-page", "--shards", "4", "--parallelism", "2"];
			const run = tidemark(state.dir, ["up", "--replay", file, "--raw", ...how], { TIDEMARK_FEED_ENDPOINT: proxy.url });
			proxy.follow(state.dir);
			const killed = killFlinkAfter(state.dir, 10_000, run.finished);
			const { code, stdout, stderr } = await run.finished;
			expect(code, stderr).toBe(0);
			expect(await killed, "Flink was killed in the middle").toBe(true);
			expect(stderr).toMatch(/Flink .*(restart|again)/i);
			expect(proxy.failed(), "requests failed in part").toBeGreaterThan(proxy.records() * 0.03);
			expect(proxy.records()).toBeGreaterThan(300);
			result = resultOf(stdout);
		} finally {
			await proxy.close();
		}
	});
	afterAll(() => state.remove());

	test("put every trade into the bars of the lake and of the store", async () => {
		expect(result.duplicates).toBe(duplicates);
		expect(result.rejects).toEqual({ malformed: 82, invalid: 60, late: 0 });
		expect(result.seconds).toBeGreaterThan(0);
		await expectAllStores(state.dir, result, hour, { n: sent.length, bytes: LATIN.length });
	});

	test("are kept as they came, and the rejects with why", async () => {
		await expectKept(state.dir, sent);
		const rejects = await query<{ reason: string; n: number; kept: number }>(
			state.dir,
			"SELECT reason, count(*) AS n, count(*) FILTER (payload <> '' AND detail <> '') AS kept FROM rejects GROUP BY reason ORDER BY reason",
		);
		expect(rejects).toEqual([
			{ reason: "invalid", n: 60, kept: 60 },
			{ reason: "malformed", n: 82, kept: 82 },
		]);
	});

	test("answer the named queries", () =>
		expectNamedQueries(state.dir, { rows: hour.rows, parties: true, duplicates, rejects: result.rejects }));

	test("tell in a backtest what they told", () => expectSameBacktests(state.dir, hour.csv, result));

	test("are computed again with other SQL, and back", async () => {
		await expectBackfills(state.dir, hour.expected.bars, hour.expected.hits);
		await expectAllStores(state.dir, result, hour, { n: sent.length, bytes: LATIN.length });
	});
});

test("it leaves no process behind", () => expectNoProcess());
