/** Interval data of a history feed that comes when its windows have long closed: sent, late, and put in its place. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Backfilled } from "../../local/lake/backfilled.ts";
import { realData } from "../support/data.ts";
import { equalMinutes, readCandles } from "./candles.ts";
import { query, succeed, temporaryState, tidemark } from "./cli.ts";

const DAY = "2013-10-07";
const MAP = ["--map", "event_time=bar_start,price=close,size=volume"];

test("bars of seconds that come after the day give the vendor's minutes by a backfill from bronze", async () => {
	const seconds = realData("bars-1s-2013-10-07.csv.gz");
	const minutes = realData("bars-1m-2013-10-07.csv");
	if (!seconds || !minutes)
		throw new Error("The real bars are needed: set TIDEMARK_DATA, or put them into ../shared/data");
	const expected = await readCandles(minutes);
	const early = expected.filter(({ window_start }) => window_start < `${DAY}T15:00`).length;
	expect(early).toBeGreaterThan(300);
	const state = temporaryState();
	const run = tidemark(state.dir, ["up", "--no-page", "--no-feed"]);
	try {
		while (!/Starting Flink with the job: done/.test(run.stderr())) {
			if (run.child.exitCode !== null) throw new Error(run.stderr());
			await sleep(200);
		}
		const produce = async (...part: string[]) =>
			JSON.parse(await succeed(state.dir, ["produce", "replay", seconds, ...MAP, ...part])) as { sent: number };
		const { sent: inTime } = await produce("--from", `${DAY}T15:00`);
		await rowsOf("trades", inTime);
		const { sent: late } = await produce("--to", `${DAY}T15:00`);
		await rowsOf("rejects", late);
		// What came in time is there, and of the rest nothing, but that it is late.
		expect(await query(state.dir, "SELECT DISTINCT reason FROM rejects")).toEqual([{ reason: "late" }]);
		expect(await equalMinutes(state.dir, expected)).toBeLessThanOrEqual(expected.length - early);

		const answer = await succeed(state.dir, ["lake", "backfill", "--from", DAY, "--json"]);
		const tables = new Map((JSON.parse(answer) as Backfilled).tables.map((table) => [table.table, table]));
		expect(tables.get("lake.trades")).toMatchObject({ before: inTime, after: inTime + late, removed: 0 });
		expect(tables.get("lake.rejects")).toMatchObject({ removed: late });
		expect(await query(state.dir, "SELECT count(*) AS n FROM rejects")).toEqual([{ n: 0 }]);
		// As many as where all came in time (interval.test.ts).
		expect(await equalMinutes(state.dir, expected)).toBe(2304);
	} finally {
		run.child.kill("SIGINT");
		await run.finished;
		state.remove();
	}

	async function rowsOf(table: string, count: number): Promise<void> {
		for (const end = Date.now() + 120_000; ; await sleep(2_000)) {
			const [rows] = await query<{ n: number }>(state.dir, `SELECT count(*) AS n FROM ${table}`);
			if (rows?.n === count) return;
			if (Date.now() > end) throw new Error(`${table} has ${rows?.n} rows, and not ${count}\n${run.stderr()}`);
		}
	}
});
