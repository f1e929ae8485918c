/**
 * The region is lost (docs/operating.md#the-region-is-lost), as far as it can be run without AWS: streams, state and Glue are gone
 * with one emulator, and another has a copy of the lake's objects. S3 would have made that copy, under another bucket's name, with
 * the metadata rewritten by Spark; here it has the same name.
 */
import { GetTablesCommand, GlueClient } from "@aws-sdk/client-glue";
import { GetObjectCommand, PutObjectCommand, paginateListObjectsV2, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { drain } from "../../local/drain.ts";
import { openLake } from "../../local/lake.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import type { Outputs } from "../../local/stack.ts";
import { expectSameBars } from "../e2e/comparing.ts";
import type { ExpectedBar } from "../e2e/expected.ts";
import { testEmulator } from "../support/emulator.ts";
import type { Cluster } from "./cluster.ts";
import { halfHour, released } from "./half_hour.ts";
import { nameAgain } from "./named_again.ts";
import { BUCKET, makePlaces, names } from "./places.ts";
import { readOver } from "./results.ts";

const BARS = `SELECT symbol, interval, strftime(window_start, '%Y-%m-%dT%H:%M:%S.%gZ') AS window_start, open, high, low, close,
	volume::DOUBLE AS volume, trade_count::DOUBLE AS trade_count, vwap, move_pct FROM bars`;
/** When the region was lost: the trades up to then had been sent. */
const LOST = "2013-10-07T13:45:00.000Z";

test("with a copy of the lake another region goes on behind the old rows: what had closed is there, what comes is right, nothing is doubled", async () => {
	const { java } = await findPrerequisites(["jdk"]);
	await using there = await testEmulator();
	const { rows, parts, expected, send } = await halfHour(there.dir);
	await makePlaces(there.endpoint, 1);
	let running: Cluster | undefined;
	let objects: Map<string, Uint8Array>;
	let tables: string[];
	let before: { trades: number; bars: ExpectedBar[] };
	try {
		{
			await using here = await testEmulator();
			await makePlaces(here.endpoint, 1);
			running = await (await released(here.dir, here.endpoint, java))("job");
			await send(0, here.endpoint, false);
			await readOver(running.rest, parts[0].length);
			await running.rest.checkpoint((await running.rest.job())?.id ?? "");
			await lakeOf(here.endpoint, parts[0].length);
			await running.kill();
			before = await lakeOf(here.endpoint);
			expect(before.bars.length).toBeGreaterThan(30);
			({ objects, tables } = await replicaOf(here.endpoint));
		}
		await restore(there.endpoint, objects, tables);
		running = await (await released(there.dir, there.endpoint, java))("job");
		const { clocks, closedAt } = await send(1, there.endpoint, true);
		const all = { records: parts[1].length, clocks, closedAt: Date.parse(closedAt as string) };
		const patience = { everyMs: 1_000, stuckMs: 300_000 };
		await drain(running.rest, all, Number(names.LATENESS_SECONDS) * 1000, patience);

		const after = await lakeOf(there.endpoint, before.trades + parts[1].length);
		// Each trade that the lake had, and each that came since, once.
		expect(after.trades).toBe(before.trades + parts[1].length);
		expect(before.trades).toBeGreaterThan(0.99 * parts[0].length);
		expect(after.trades).toBeLessThanOrEqual(rows.length);
		// What had closed; and what opened since, but for the first moves, which have no bar to be against.
		const had = new Set(before.bars.map(keyOf));
		const closed = expected.bars.filter((bar) => had.has(keyOf(bar)));
		expectSameBars(before.bars, closed);
		const since = expected.bars.filter((bar) => bar.window_start >= LOST);
		const keys = new Set(after.bars.map(keyOf));
		for (const bar of [...closed, ...since]) expect(keys.has(keyOf(bar)), keyOf(bar)).toBe(true);
		const later = (bar: ExpectedBar) => bar.interval === "1m" && bar.window_start > LOST;
		expectSameBars(
			after.bars.filter((bar) => had.has(keyOf(bar)) || later(bar)),
			[...closed, ...since.filter(later)],
		);
		expect(keys.size).toBe(after.bars.length);
	} finally {
		await running?.kill();
	}
});

const keyOf = ({ symbol, interval, window_start }: ExpectedBar) => `${symbol} ${interval} ${window_start}`;

/** The bars and the number of trades of the lake; waits for a commit that may come a moment after its checkpoint. */
async function lakeOf(endpoint: string, trades = 1): Promise<{ trades: number; bars: ExpectedBar[] }> {
	const outputs = { LakeDatabase: names.LAKE_DATABASE } as Outputs;
	const lake = await openLake({ endpoints: { aws: endpoint, flink: "", questdb: "" }, outputs });
	const read = async <T>(sql: string) => (await lake.connection.runAndReadAll(sql)).getRowObjectsJson() as T[];
	const count = async () =>
		(
			await read<{ n: number; ids: number }>(
				"SELECT count(*)::INT AS n, count(DISTINCT (symbol, event_time, trade_id))::INT AS ids FROM trades",
			)
		)[0];
	try {
		for (let tries = 0; tries < 100 && ((await count())?.n ?? 0) < trades; tries++) {
			await new Promise((resolve) => setTimeout(resolve, 300));
			await lake.refresh();
		}
		const counted = await count();
		expect(counted?.ids).toBe(counted?.n);
		return { trades: counted?.n ?? 0, bars: await read<ExpectedBar>(BARS) };
	} finally {
		lake.close();
	}
}

/** What replication would have copied of the lake, and the names that Glue had. */
async function replicaOf(endpoint: string): Promise<{ objects: Map<string, Uint8Array>; tables: string[] }> {
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	const glue = new GlueClient(emulated(endpoint));
	const objects = new Map<string, Uint8Array>();
	for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, { Bucket: BUCKET, Prefix: "lake/" })) {
		for (const { Key = "" } of Contents) {
			const { Body } = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
			objects.set(Key, (await Body?.transformToByteArray()) ?? new Uint8Array());
		}
	}
	const { TableList = [] } = await glue.send(new GetTablesCommand({ DatabaseName: names.LAKE_DATABASE }));
	for (const client of [s3, glue]) client.destroy();
	return { objects, tables: TableList.map(({ Name = "" }) => Name) };
}

async function restore(endpoint: string, objects: Map<string, Uint8Array>, tables: string[]): Promise<void> {
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	const glue = new GlueClient(emulated(endpoint));
	for (const [Key, Body] of objects) await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));
	expect(tables.length).toBeGreaterThanOrEqual(7);
	for (const table of tables) await nameAgain(glue, s3, table);
	for (const client of [s3, glue]) client.destroy();
}
