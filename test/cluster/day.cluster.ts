/** The runner's jar on a Flink cluster of several processes: rescaled by a savepoint, and a TaskManager killed. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { writeProperties } from "../../local/application.ts";
import { drain } from "../../local/drain.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { makeRelease } from "../../sql/workbench/release-command.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { expectedOf } from "../e2e/expected.ts";
import { tradesBetween, writeCsv } from "../e2e/market.ts";
import { realData } from "../support/data.ts";
import { testEmulator } from "../support/emulator.ts";
import { readManifest } from "../support/manifest.ts";
import { type Cluster, runs, startCluster } from "./cluster.ts";
import { insertsReversed } from "./edits.ts";
import { BUCKET, makePlaces, names, stream } from "./places.ts";
import { expectLake, expectStream, readOver } from "./results.ts";
import { configHere, groupsHere } from "./settings.ts";

const SHARDS = 4;
const { FlinkDeployment } = readManifest();

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

	await makePlaces(endpoint, SHARDS);
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

/** Two releases as docs/self-hosted.md makes them. */
async function makeReleases(dir: string, endpoint: string, java: string): Promise<[string, string]> {
	const edited = insertsReversed(join(dir, "sql"));
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
