/** The runbook's way back for a table of the lake that is gone: docs/operating.md#a-table-of-the-lake-is-gone, step by step. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { CreateTableCommand, DeleteTableCommand, GetTableCommand, GlueClient } from "@aws-sdk/client-glue";
import { ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { writeProperties } from "../../local/application.ts";
import { drain } from "../../local/drain.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { makeRelease } from "../../sql/workbench/release-command.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { expectedOf } from "../e2e/expected.ts";
import { tradesBetween, writeCsv } from "../e2e/market.ts";
import { testEmulator } from "../support/emulator.ts";
import { readManifest } from "../support/manifest.ts";
import { type Cluster, startCluster } from "./cluster.ts";
import { BUCKET, makePlaces, names, stream } from "./places.ts";
import { expectLake, readOver } from "./results.ts";
import { configHere, groupsHere } from "./settings.ts";

const GONE = ["bars", "trades", "raw_trades"];

test("tables that are dropped while the job rests are there again with all their rows, and the job goes on with its state", async () => {
	await using emulator = await testEmulator();
	const { endpoint, dir } = emulator;
	const { java } = await findPrerequisites(["jdk"]);
	const rows = await tradesBetween("13:30", "14:00");
	const half = Math.floor(rows.length / 2);
	const files = [rows.slice(0, half), rows.slice(half)].map((part, i) => writeCsv(dir, `trades-${i}.csv`, part));
	const expected = await expectedOf(writeCsv(dir, "trades.csv", rows));
	await makePlaces(endpoint, 1);
	let clocks = 0;
	const send = async (part: number, close: boolean) => {
		const feed = await openFeed({ kind: "replay", files: [files[part] ?? ""], speed: "max" });
		const sent = await publish(feed, { stream: stream("TRADES"), kinesis: { endpoint }, close });
		clocks += sent.clocks;
		return sent;
	};
	const release = join(dir, "release");
	const propertiesOf = (folder: string) => {
		const file = join(folder, "application_properties.json");
		writeProperties(file, { groups: groupsHere(endpoint, release, BUCKET), checkpointMs: 0, parallelism: 0 });
		return file;
	};
	const workbench = await startWorkbench({ java });
	await makeRelease(workbench, { sql: sqlDir, dir: release, properties: propertiesOf(dir) }).finally(workbench.stop);
	const started = (name: string, fromSavepoint?: string) => {
		const own = join(dir, name);
		mkdirSync(own);
		return startCluster({
			dir: own,
			java,
			entryClass: readManifest().FlinkDeployment.spec.job.entryClass,
			config: configHere(dir, propertiesOf(own), 1),
			taskManagers: 1,
			...(fromSavepoint === undefined ? {} : { fromSavepoint }),
		});
	};

	const glue = new GlueClient(emulated(endpoint));
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	let running: Cluster | undefined;
	try {
		running = await started("first");
		await send(0, false);
		await readOver(running.rest, half);
		const savepoint = await running.stopWithSavepoint(join(dir, "savepoints"));

		for (const Name of GONE) await glue.send(new DeleteTableCommand({ DatabaseName: names.LAKE_DATABASE, Name }));
		for (const name of GONE) await nameAgain(glue, s3, name);

		running = await started("second", savepoint);
		const { closedAt } = await send(1, true);
		const all = { records: rows.length, clocks, closedAt: Date.parse(closedAt as string) };
		const patience = { everyMs: 1_000, stuckMs: 300_000 };
		const lateness = Number(names.LATENESS_SECONDS) * 1000;
		expect(await drain(running.rest, all, lateness, patience)).toMatchObject({ recordsRead: rows.length });
		await expectLake(endpoint, rows.length, expected.bars);
	} finally {
		await running?.kill();
		for (const client of [glue, s3]) client.destroy();
	}
});

/** Gives Glue the name of a table again, at the newest metadata that its files have. */
async function nameAgain(glue: GlueClient, s3: S3Client, table: string): Promise<void> {
	const DatabaseName = names.LAKE_DATABASE;
	await expect(glue.send(new GetTableCommand({ DatabaseName, Name: table }))).rejects.toThrow();
	const Prefix = `lake/${DatabaseName}.db/${table}/metadata/`;
	const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
	const newest = Contents.filter(({ Key }) => Key?.endsWith(".metadata.json"))
		.sort((a, b) => (a.Key ?? "").localeCompare(b.Key ?? ""))
		.at(-1);
	if (!newest) throw new Error(`${table} has no metadata below ${Prefix}`);
	const Parameters = { table_type: "ICEBERG", metadata_location: `s3://${BUCKET}/${newest.Key}` };
	const TableInput = { Name: table, TableType: "EXTERNAL_TABLE", Parameters };
	await glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
}
