import { existsSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	CreateStreamCommand,
	GetRecordsCommand,
	GetShardIteratorCommand,
	KinesisClient,
	ListShardsCommand,
	PutRecordCommand,
} from "@aws-sdk/client-kinesis";
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import { expect, onTestFinished, test } from "vitest";
import { emulatorEnv, startEmulator } from "../../local/emulator.ts";
import { choosePorts } from "../../local/ports.ts";
import { isAlive } from "../../local/process-id.ts";
import { localCredentials, region } from "../../local/stack.ts";
import { tempDir } from "./support.ts";

function clients(port: number) {
	const config = { endpoint: `http://127.0.0.1:${port}`, region, credentials: localCredentials };
	const kinesis = new KinesisClient({ ...config, requestHandler: new NodeHttpHandler() });
	const s3 = new S3Client({ ...config, forcePathStyle: true });
	onTestFinished(() => {
		kinesis.destroy();
		s3.destroy();
	});
	return { kinesis, s3 };
}

async function recordsOf(kinesis: KinesisClient, stream: string): Promise<string[]> {
	const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: stream }));
	const data: string[] = [];
	for (const { ShardId } of Shards) {
		const { ShardIterator } = await kinesis.send(
			new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
		);
		const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
		data.push(...Records.map(({ Data }) => new TextDecoder().decode(Data)));
	}
	return data;
}

test("the emulator keeps streams with their records and objects over a stop, and leaves nothing outside its folder", async () => {
	const dir = tempDir();
	const { aws: port } = await choosePorts({}, { pickFree: true, names: ["aws"] });
	const before = new Set(readdirSync(tmpdir()));
	const first = await startEmulator(dir, port);
	onTestFinished(() => first.stop(0));
	const { kinesis, s3 } = clients(port);
	await kinesis.send(new CreateStreamCommand({ StreamName: "trades", ShardCount: 2 }));
	await kinesis.send(
		new PutRecordCommand({ StreamName: "trades", PartitionKey: "SPY", Data: Buffer.from("one trade") }),
	);
	await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
	await s3.send(new PutObjectCommand({ Bucket: "lake", Key: "a/b.txt", Body: "kept" }));
	await first.stop(20_000);
	expect(isAlive(first.id)).toBe(false);

	const second = await startEmulator(dir, port);
	onTestFinished(() => second.stop(0));
	const again = clients(port);
	expect(await recordsOf(again.kinesis, "trades")).toEqual(["one trade"]);
	const { Body } = await again.s3.send(new GetObjectCommand({ Bucket: "lake", Key: "a/b.txt" }));
	expect(await Body?.transformToString()).toBe("kept");
	await second.stop(20_000);
	const added = readdirSync(tmpdir()).filter((name) => !before.has(name) && name.startsWith("ministack"));
	expect(added).toEqual([]);
	expect(existsSync(join(dir, "logs", "emulator.log"))).toBe(true);
});

test("the emulator and its Lambdas see nothing of the user's AWS settings", () => {
	const env = emulatorEnv("/state/emulator", 4566, {
		PATH: "/usr/bin",
		HOME: "/home/me",
		AWS_ENDPOINT_URL: "https://example.com",
		AWS_PROFILE: "production",
		NODE_OPTIONS: "--inspect",
	});
	expect(env).toMatchObject({ HOME: "/home/me", GATEWAY_PORT: "4566", BIND_HOST: "127.0.0.1" });
	expect(env.AWS_ENDPOINT_URL).toBeUndefined();
	expect(env.AWS_PROFILE).toBeUndefined();
	expect(env.NODE_OPTIONS).toBeUndefined();
	expect(env.PATH).toMatch(/node_modules\/\.bin:\/usr\/bin$/);
});

test("who has its port already is not taken for it", async () => {
	const { aws: port } = await choosePorts({}, { pickFree: true, names: ["aws"] });
	const first = await startEmulator(tempDir(), port);
	onTestFinished(() => first.stop(0));
	await expect(startEmulator(tempDir(), port)).rejects.toThrow(
		`port ${port}, which the AWS emulator wants, is taken: choose another one with --port-aws N`,
	);
});
