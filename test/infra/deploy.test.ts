import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetRecordsCommand, GetShardIteratorCommand, PutRecordCommand } from "@aws-sdk/client-kinesis";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployLocal, type Outputs } from "../../infra/deploy.ts";
import { emulated } from "../../infra/emulated.ts";
import { describeApplication } from "../../local/application.ts";
import { kinesisClient } from "../../producer/client.ts";
import { type TestEmulator, testEmulator } from "../support/emulator.ts";

let emulator: TestEmulator;
let stackDir: string;
let outputs: Outputs;
let progress: string[] = [];

async function deploy(overrides: object = {}): Promise<Outputs> {
	progress = [];
	const runnerJar = join(emulator.dir, "stand-in.jar");
	await writeFile(runnerJar, "stands in for the runner's jar");
	return deployLocal({
		endpoint: emulator.endpoint,
		stackDir,
		overrides: { runnerJar, shards: 2, endpoints: { store: "http://127.0.0.1:9000" }, ...overrides },
		onProgress: (message) => progress.push(message),
	});
}

beforeAll(async () => {
	emulator = await testEmulator();
	stackDir = join(emulator.dir, "stack");
	outputs = await deploy();
});
afterAll(async () => emulator[Symbol.asyncDispose]());

describe("the first deployment", () => {
	test("gives the outputs of all stacks", () => {
		expect(outputs).toEqual({
			TradesStream: "tidemark-trades",
			BarsStream: "tidemark-bars",
			TicksStream: "tidemark-ticks",
			HitsStream: "tidemark-hits",
			LakeBucket: expect.stringMatching(/^tidemarklake-/),
			LakeDatabase: "tidemark",
			ApplicationName: "tidemark",
			AlertsTopicArn: expect.stringMatching(/^arn:aws:sns:us-east-1:\d{12}:tidemark-alerts$/),
			AlertsTable: expect.stringMatching(/States/),
			LandingDeadLettersUrl: expect.stringMatching(/^http:.*DeadLetters/),
			AlertingDeadLettersUrl: expect.stringMatching(/^http:.*DeadLetters/),
			LatestTable: expect.stringMatching(/Latest/),
			AlertsQueueUrl: expect.stringMatching(/^http:.*AlertsQueue/),
		});
	});

	test("leaves nothing in the stack's folder but the CDK's own few files", async () => {
		expect(await readdir(stackDir)).toEqual(["cdk.home"]);
	});

	test("makes an application whose settings can be read back", async () => {
		const { parallelism, checkpointMs, propertyGroups } = await readApplication(emulator.endpoint, "tidemark");
		expect({ parallelism, checkpointMs }).toEqual({ parallelism: 1, checkpointMs: 60_000 });
		expect(Object.keys(propertyGroups).sort()).toEqual(["tidemark.runner", "tidemark.sql"]);
		expect(propertyGroups["tidemark.sql"]).toEqual({
			AWS_REGION: "us-east-1",
			KINESIS_ENDPOINT: emulator.endpoint,
			TRADES_STREAM: "tidemark-trades",
			BARS_STREAM: "tidemark-bars",
			TICKS_STREAM: "tidemark-ticks",
			HITS_STREAM: "tidemark-hits",
			INITIAL_POSITION: "TRIM_HORIZON",
			INITIAL_TIMESTAMP: "1970-01-01T00:00:00.000Z",
			LATENESS_SECONDS: "2",
			SHARD_IDLE_SECONDS: "5",
			LAKE_WAREHOUSE: `s3://${outputs.LakeBucket}/lake`,
			LAKE_DATABASE: "tidemark",
			GLUE_ENDPOINT: emulator.endpoint,
			S3_ENDPOINT: emulator.endpoint,
			S3_PATH_STYLE: "true",
		});
	});

	test("uploads the SQL to where the application says it is", async () => {
		const { propertyGroups } = await readApplication(emulator.endpoint, "tidemark");
		const { host, pathname } = new URL(propertyGroups["tidemark.runner"]?.["sql.location"] ?? "");
		const s3 = new S3Client({ ...emulated(emulator.endpoint), forcePathStyle: true });
		const object = await s3.send(new GetObjectCommand({ Bucket: host, Key: pathname.slice(1) }));
		const zip = Buffer.from((await object.Body?.transformToByteArray()) ?? []).toString("latin1");
		s3.destroy();
		expect(zip.slice(0, 2)).toBe("PK");
		for (const file of ["1_sources/trades.sql", "2_views/bars_1m.sql", "4_job.sql"]) expect(zip).toContain(file);
		expect(zip).not.toContain("pom.xml");
	});
});

describe("a deployment again", () => {
	test("of the same changes nothing", async () => {
		expect(await deploy()).toEqual(outputs);
		expect(progress).toEqual(["Synthesizing the stacks", "The stacks are as they should be"]);
	});

	test("with another setting changes that, and keeps the records", async () => {
		const kinesis = kinesisClient({ endpoint: emulator.endpoint });
		const stream = { StreamName: outputs.TradesStream };
		const { ShardId } = await kinesis.send(
			new PutRecordCommand({ ...stream, PartitionKey: "A", Data: Buffer.from("trade") }),
		);
		expect(await deploy({ lateness: 0.5, parallelism: 2, checkpointMs: 5_000 })).toEqual(outputs);
		expect(progress).toContain("Deploying the stacks");
		expect(await readApplication(emulator.endpoint, "tidemark")).toMatchObject({
			parallelism: 2,
			checkpointMs: 5_000,
			propertyGroups: { "tidemark.sql": { LATENESS_SECONDS: "0.5" } },
		});
		const from = await kinesis.send(
			new GetShardIteratorCommand({ ...stream, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
		);
		const { Records } = await kinesis.send(new GetRecordsCommand({ ShardIterator: from.ShardIterator }));
		kinesis.destroy();
		expect(Records?.map(({ Data }) => Buffer.from(Data ?? []).toString())).toEqual(["trade"]);
	});

	test("on the state that an emulator kept over a restart changes nothing", async () => {
		await deploy();
		await emulator.restart();
		expect(await deploy()).toEqual(outputs);
		expect(progress).toContain("The stacks are as they should be");
	});
});

describe("what goes wrong is said", () => {
	test("a mistake in the overrides", async () => {
		await expect(deploy({ shard: 4 })).rejects.toThrow(/synthesizing the stacks[\s\S]*Unrecognized key: "shard"/);
	});

	test("no emulator", async () => {
		const runnerJar = join(emulator.dir, "stand-in.jar");
		const nowhere = deployLocal({ endpoint: "http://127.0.0.1:9", stackDir, overrides: { runnerJar } });
		await expect(nowhere).rejects.toThrow(/ECONNREFUSED/);
	});

	test("an abort, with its reason, and no process is left", async () => {
		const dir = await mkdtemp(join(tmpdir(), "tidemark-abort-"));
		const controller = new AbortController();
		const aborted = deployLocal({
			endpoint: emulator.endpoint,
			stackDir: dir,
			signal: controller.signal,
			onProgress: () => setTimeout(() => controller.abort(new Error("Ctrl-C")), 100),
		});
		await expect(aborted).rejects.toThrow("Ctrl-C");
		expect(await processesWith(dir)).toEqual([]);
		await rm(dir, { recursive: true });
	});

	test("an application that is not there", async () => {
		await expect(readApplication(emulator.endpoint, "other")).rejects.toThrow(/other/);
	});
});

/** The deployed application, its property groups by name. */
async function readApplication(endpoint: string, name: string) {
	const { groups, ...settings } = await describeApplication(endpoint, name);
	const byName = groups.map(({ PropertyGroupId, PropertyMap }) => [PropertyGroupId, PropertyMap]);
	return { ...settings, propertyGroups: Object.fromEntries(byName) as Record<string, Record<string, string>> };
}

/** The command lines of the processes that mention `text`. */
async function processesWith(text: string): Promise<string[]> {
	const ids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
	const lines = await Promise.all(ids.map((id) => readFile(`/proc/${id}/environ`, "latin1").catch(() => "")));
	return lines.filter((line) => line.includes(text));
}
