import { CreateDatabaseCommand, CreateTableCommand, GetTablesCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import { forgetResults } from "../../local/forget.ts";
import { ask } from "../../local/questdb.ts";
import { localCredentials, type Outputs, region, type Stack } from "../../local/stack.ts";
import { testEmulator } from "../support/emulator.ts";
import { testStore } from "../support/questdb.ts";

test("what a job writes again is emptied, and nothing else", async () => {
	await using emulator = await testEmulator();
	await using store = await testStore();
	const config = { endpoint: emulator.endpoint, region, credentials: localCredentials };
	const s3 = new S3Client({ ...config, forcePathStyle: true });
	const glue = new GlueClient(config);
	onTestFinished(() => {
		s3.destroy();
		glue.destroy();
	});
	await s3.send(new CreateBucketCommand({ Bucket: "results" }));
	for (const Key of ["lake/bars/data/1.parquet", "lake/bars/metadata/1.json", "other/kept.txt"]) {
		await s3.send(new PutObjectCommand({ Bucket: "results", Key, Body: "x" }));
	}
	await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "tidemark" } }));
	for (const Name of ["bars", "trades"]) {
		await glue.send(new CreateTableCommand({ DatabaseName: "tidemark", TableInput: { Name } }));
	}
	const line = "bars,symbol=SPY,interval=1m open=1,high=1,low=1,close=1,volume=1i,trade_count=1i 1381152600000\n";
	await fetch(`${store.url}/api/v2/write?org=o&bucket=b&precision=ms`, { method: "POST", body: line });
	expect(await store.rows("SELECT symbol FROM bars")).toHaveLength(1);

	const outputs = { LakeDatabase: "tidemark", LakeBucket: "results" } as Outputs;
	await forgetResults({ endpoints: { aws: emulator.endpoint, flink: "", questdb: store.url }, outputs } as Stack);

	const { TableList } = await glue.send(new GetTablesCommand({ DatabaseName: "tidemark" }));
	expect(TableList ?? []).toEqual([]);
	const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: "results" }));
	expect(Contents.map(({ Key }) => Key)).toEqual(["other/kept.txt"]);
	expect((await ask(store.url, "SELECT count() FROM bars")).dataset).toEqual([[0]]);
	// The table is there still, with its keys, for what comes next.
	expect((await ask(store.url, "SELECT dedup FROM tables() WHERE table_name = 'bars'")).dataset).toEqual([[true]]);
});
