/** The runner's jar on a Flink cluster of several processes: rescaled by a savepoint, and a TaskManager killed. */
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateDatabaseCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { writeProperties } from "../../local/application.ts";
import { drain } from "../../local/drain.ts";
import type { FlinkRest } from "../../local/flink-rest.ts";
import { openLake } from "../../local/lake.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import type { Outputs } from "../../local/stack.ts";
import { kinesisClient } from "../../producer/client.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { makeRelease } from "../../sql/workbench/release-command.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { expectSameBars } from "../e2e/comparing.ts";
import { type ExpectedBar, expectedOf } from "../e2e/expected.ts";
import { tradesBetween, writeCsv } from "../e2e/market.ts";
import { realData } from "../support/data.ts";
import { testEmulator } from "../support/emulator.ts";
import { groupsOf, readManifest } from "../support/manifest.ts";
import { makeStream, readBack } from "../support/read_back.ts";
import { type Cluster, runs, startCluster } from "./cluster.ts";
import { configHere, groupsHere } from "./settings.ts";

const SHARDS = 4;
const BUCKET = "lake";
const { ConfigMap, FlinkDeployment } = readManifest();
const names = groupsOf(ConfigMap).find(({ PropertyGroupId }) => PropertyGroupId === "tidemark.sql")?.PropertyMap ?? {};
const stream = (which: string) => names[`${which}_STREAM`] as string;

test("the real day is exact over a rescaling from 2 to 4 and a killed TaskManager", async () => {
	await using emulator = await testEmulator();
	const { endpoint, dir } = emulator;
	const { java } = await findPrerequisites(["jdk"]);
	const day = realData("trades-2013-10-07.csv.gz");
	// Where the real trades are not, a seeded hour stands in.
	const rows = await (day ? tradesBetween("00:00", "24:00") : tradesBetween("13:30", "14:30"));
	if (day) expect(rows.length).toBe(388_417);
	const csv = writeCsv(dir, "trades.csv", rows);
	const expected = await expectedOf(csv);

	await makePlaces(endpoint);
	const feed = await openFeed({ kind: "replay", files: [csv], speed: "max" });
	const sent = await publish(feed, { stream: stream("TRADES"), kinesis: { endpoint }, close: true });
	expect(sent).toMatchObject({ sent: rows.length, failed: 0 });

	const releases = await makeReleases(dir, endpoint, java);
	const cluster = (parallelism: number, release: string, fromSavepoint?: string) => {
		const own = join(dir, `parallelism-${parallelism}`);
		mkdirSync(own);
		const properties = propertiesOf(own, endpoint, release);
		return startCluster({
			dir: own,
			java,
			entryClass: FlinkDeployment.spec.job.entryClass,
			config: configHere(dir, properties, parallelism),
			taskManagers: 2,
			...(fromSavepoint === undefined ? {} : { fromSavepoint }),
		});
	};
	let running: Cluster | undefined;
	try {
		running = await cluster(2, releases[0]);
		const before = await readOver(running.rest, rows.length * 0.35);
		expect(before, "stopped in the middle").toBeLessThan(rows.length);
		const savepoint = await running.stopWithSavepoint(join(dir, "savepoints"));

		running = await cluster(4, releases[1], savepoint);
		expect(await hostsOf(running), "both TaskManagers have a part of the source").toBe(2);
		const at = await readOver(running.rest, Math.max(before, rows.length * 0.6));
		expect(at, "killed in the middle").toBeLessThan(rows.length);
		const [first] = running.taskManagers;
		first?.kill();
		await first?.exited;
		const metrics = await running.addTaskManager();

		const records = { records: rows.length, clocks: sent.clocks, closedAt: Date.parse(sent.closedAt as string) };
		const numbers = await drain(running.rest, records, Number(names.LATENESS_SECONDS) * 1000, {
			everyMs: 2_000,
			stuckMs: 600_000,
		});
		expect(numbers.recordsRead).toBe(rows.length);
		expect(numbers.lateDropped).toEqual({});
		expect(await runs(running.rest)).toBe(true);
		expect(await restartsOf(running), "the kill was felt").toBeGreaterThan(0);
		expect(await (await fetch(metrics)).text(), "the job's own numbers, for Prometheus").toMatch(
			/^flink_taskmanager_job_task_operator_\w*tidemark_records_read\{.*\} [1-9]/m,
		);
		await expectLake(endpoint, rows.length, expected.bars);
	} finally {
		await running?.kill();
	}
	await expectStream(endpoint, expected.bars);
});

/** The runner's file for a release; returns its path. */
function propertiesOf(dir: string, endpoint: string, release: string): string {
	const file = join(dir, "application_properties.json");
	writeProperties(file, { groups: groupsHere(endpoint, release, BUCKET), checkpointMs: 0, parallelism: 0 });
	return file;
}

/**
 * Two releases as docs/self-hosted.md makes them. In the second the INSERTs of the job are in the opposite order, which gives
 * each operator another number: without the ids of the first no state would be found.
 */
async function makeReleases(dir: string, endpoint: string, java: string): Promise<[string, string]> {
	const edited = join(dir, "sql");
	cpSync(sqlDir, edited, { recursive: true, filter: (path) => !/sql\/(runner|workbench|athena)/.test(path) });
	const job = readFileSync(join(sqlDir, "4_job.sql"), "utf8");
	const inserts = job.match(/^ {2}INSERT INTO[^;]+;$/gm) ?? [];
	expect(inserts.length).toBe(job.match(/INSERT INTO/g)?.length);
	const opposite = [...inserts].reverse();
	let next = 0;
	const text = job.replace(/^ {2}INSERT INTO[^;]+;$/gm, () => opposite[next++] as string);
	writeFileSync(join(edited, "4_job.sql"), text);
	const [first, second] = [join(dir, "release-1"), join(dir, "release-2")];
	const workbench = await startWorkbench({ java });
	try {
		const properties = propertiesOf(dir, endpoint, first);
		await makeRelease(workbench, { sql: sqlDir, dir: first, properties });
		const { outcome } = await makeRelease(workbench, { sql: edited, dir: second, properties, before: first });
		expect(outcome?.verdict).toBe("compatible");
		expect(outcome?.operators.filter(({ newId, oldId }) => newId !== oldId)).toEqual([]);
	} finally {
		await workbench.stop();
	}
	return [first, second];
}

async function makePlaces(endpoint: string): Promise<void> {
	const kinesis = kinesisClient({ endpoint });
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	const glue = new GlueClient(emulated(endpoint));
	await makeStream(kinesis, stream("TRADES"), SHARDS);
	for (const which of ["BARS", "TICKS", "HITS"]) await makeStream(kinesis, stream(which), 1);
	await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
	await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: names.LAKE_DATABASE } }));
	for (const client of [kinesis, s3, glue]) client.destroy();
}

/** Waits until the job has read so many records and has completed a checkpoint after that; resolves to how many by then. */
async function readOver(rest: FlinkRest, records: number): Promise<number> {
	while (true) {
		const job = await rest.job();
		const numbers = job && (await rest.numbers(job));
		if (job && numbers && numbers.recordsRead >= records) {
			await rest.checkpoint(job.id);
			return (await rest.numbers(job)).recordsRead;
		}
		await sleep(1_000);
	}
}

const get = async <T>(url: string) => (await (await fetch(url)).json()) as T;

/** On how many TaskManagers the source's subtasks run. */
async function hostsOf({ url, rest }: Cluster): Promise<number> {
	const job = await rest.job();
	const source = job?.vertices.find(({ name }) => name.startsWith("Source: trades"));
	const { subtasks } = await get<{ subtasks: { "taskmanager-id": string }[] }>(
		`${url}/jobs/${job?.id}/vertices/${source?.id}`,
	);
	return new Set(subtasks.map((subtask) => subtask["taskmanager-id"])).size;
}

async function restartsOf({ url, rest }: Cluster): Promise<number> {
	const job = await rest.job();
	const [metric] = await get<{ value: string }[]>(`${url}/jobs/${job?.id}/metrics?get=numRestarts`);
	return Number(metric?.value);
}

/** Each bar once and right, and each trade once. */
async function expectLake(endpoint: string, trades: number, bars: ExpectedBar[]): Promise<void> {
	const outputs = { LakeDatabase: names.LAKE_DATABASE } as Outputs;
	const lake = await openLake({ endpoints: { aws: endpoint, flink: "", questdb: "" }, outputs });
	try {
		const read = async <T>(sql: string) => (await lake.connection.runAndReadAll(sql)).getRowObjectsJson() as T[];
		// The last commit of each table may come a moment after the checkpoint that it belongs to.
		const rowsIn = async (table: string) =>
			Number((await read<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);
		const isThere = async () => (await rowsIn("bars")) >= bars.length && (await rowsIn("trades")) >= trades;
		for (let tries = 0; tries < 100 && !(await isThere()); tries++) {
			await sleep(300);
			await lake.refresh();
		}
		const start = "strftime(window_start, '%Y-%m-%dT%H:%M:%S.%gZ') AS window_start";
		const numbers =
			"open, high, low, close, volume::DOUBLE AS volume, trade_count::DOUBLE AS trade_count, vwap, move_pct";
		expectSameBars(await read<ExpectedBar>(`SELECT symbol, interval, ${start}, ${numbers} FROM bars`), bars);
		expect(await read("SELECT * FROM rejects")).toEqual([]);
		const counted = "SELECT sum(trades)::INT AS trades, sum(duplicates)::INT AS duplicates FROM counts";
		expect(await read(counted)).toEqual([{ trades, duplicates: 0 }]);
		const kept =
			"SELECT count(*)::INT AS all, count(DISTINCT (symbol, event_time, trade_id))::INT AS different FROM trades";
		expect(await read(kept)).toEqual([{ all: trades, different: trades }]);
	} finally {
		lake.close();
	}
}

/** In the stream a bar may be there again after a restart, but it is the same bar. */
async function expectStream(endpoint: string, bars: ExpectedBar[]): Promise<void> {
	const kinesis = kinesisClient({ endpoint });
	const byKey = new Map<string, ExpectedBar>();
	try {
		for await (const { inside } of readBack(kinesis, stream("BARS"))) {
			for (const text of inside) {
				const { emitted_at: _, ...bar } = JSON.parse(text) as ExpectedBar & { emitted_at: string };
				const key = `${bar.symbol} ${bar.interval} ${bar.window_start}`;
				const before = byKey.get(key);
				if (before) expect(bar, key).toEqual(before);
				byKey.set(key, bar);
			}
		}
	} finally {
		kinesis.destroy();
	}
	expectSameBars([...byKey.values()], bars);
}
