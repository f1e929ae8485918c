/** The repository's own lake in Glue, where a name is taken by something else. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
	CreateDatabaseCommand,
	CreateTableCommand,
	DeleteTableCommand,
	GetTablesCommand,
	GlueClient,
} from "@aws-sdk/client-glue";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { offlineProperties, sqlDir } from "../../sql/workbench/properties.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { testEmulator } from "../support/emulator.ts";

test("what is no Iceberg table is named and left alone, and no other table is made beside it", {
	timeout: 300_000,
}, async () => {
	await using emulator = await testEmulator();
	const { endpoint, dir } = emulator;
	const glue = new GlueClient(emulated(endpoint));
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	const { java } = await findPrerequisites(["jdk"]);
	const workbench = await startWorkbench({ java });
	onTestFinished(async () => {
		await workbench.stop();
		glue.destroy();
		s3.destroy();
	});
	const DatabaseName = "tidemark";
	await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
	await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: DatabaseName } }));
	for (const Name of ["bars", "hits"])
		await glue.send(
			new CreateTableCommand({ DatabaseName, TableInput: { Name, Parameters: { classification: "csv" } } }),
		);
	const tables = async () => (await glue.send(new GetTablesCommand({ DatabaseName }))).TableList ?? [];

	const places = { KINESIS_ENDPOINT: endpoint, GLUE_ENDPOINT: endpoint, S3_ENDPOINT: endpoint };
	const properties = { ...offlineProperties(), ...places };
	const { plan } = await workbench.compile({ sql: sqlDir, properties, plan: true, describe: false });
	expect((await tables()).map(({ Name }) => Name).sort(), "compiling makes no table").toEqual(["bars", "hits"]);
	const conf = join(dir, "conf");
	mkdirSync(conf);
	writeFileSync(join(conf, "config.yaml"), "{}\n");
	const prepare = () => workbench.request("prepare", { plan, conf });

	const refused = String(await prepare().catch((error) => error));
	const lines = refused.replace(/^Error: /, "").split("\n");
	expect(lines).toHaveLength(2);
	for (const [index, name] of ["bars", "hits"].entries())
		expect(lines[index]).toMatch(
			new RegExp(
				`^The lake table lake\\.${name} cannot be tidemark\\.${name} in .*GlueCatalog: what has this name there is no Iceberg table .*set another 'catalog-table'`,
			),
		);
	expect((await tables()).map(({ Name }) => Name).sort()).toEqual(["bars", "hits"]);

	for (const Name of ["bars", "hits"]) await glue.send(new DeleteTableCommand({ DatabaseName, Name }));
	await prepare();
	const made = await tables();
	expect(made.map(({ Name }) => Name).sort()).toEqual(
		["bars", "counts", "hits", "moves", "raw_trades", "rejects", "trades"].sort(),
	);
	const raw = made.find(({ Name }) => Name === "raw_trades");
	expect(raw?.Description).toBe("bronze, key: stream, shard_id, sequence_number, sub_sequence_number");
	expect(raw?.Parameters).toMatchObject({ table_type: "ICEBERG" });
	expect(raw?.StorageDescriptor?.Columns?.map(({ Name, Type }) => `${Name} ${Type}`)).toContain("payload_bytes binary");
	await prepare();
	const versions = (of: typeof made) =>
		of.map(({ Name, Parameters }) => `${Name} ${Parameters?.metadata_location}`).sort();
	expect(versions(await tables()), "the second time nothing differs").toEqual(versions(made));
});
