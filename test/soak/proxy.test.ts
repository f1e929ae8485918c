import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { afterEach, beforeEach, expect, test } from "vitest";
import { kinesisClient } from "../../producer/client.ts";
import { Throttling } from "./limits.ts";
import { KinesisProxy } from "./proxy.ts";

/** Takes the place of the emulator: remembers what came, and takes every record. */
let behind: Server;
let came: { headers: IncomingHttpHeaders; keys: string[] }[];
let proxy: KinesisProxy;
let kinesis: ReturnType<typeof kinesisClient>;

beforeEach(async () => {
	came = [];
	behind = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const { Records } = JSON.parse(Buffer.concat(chunks).toString()) as { Records: { PartitionKey: string }[] };
		came.push({ headers: request.headers, keys: Records.map(({ PartitionKey }) => PartitionKey) });
		const taken = Records.map(({ PartitionKey }) => ({ ShardId: "shardId-0", SequenceNumber: PartitionKey }));
		response.end(JSON.stringify({ FailedRecordCount: 0, Records: taken }));
	});
	await new Promise<void>((resolve) => behind.listen(0, "127.0.0.1", resolve));
	proxy = new KinesisProxy(`http://127.0.0.1:${(behind.address() as AddressInfo).port}`);
	kinesis = kinesisClient({ endpoint: await proxy.listen() });
});
afterEach(async () => {
	kinesis.destroy();
	await proxy.close();
	await close();
});

async function close(): Promise<void> {
	behind.closeAllConnections();
	await new Promise((resolve) => behind.close(resolve));
}

const put = (keys: string[]) =>
	kinesis.send(
		new PutRecordsCommand({
			StreamName: "trades",
			Records: keys.map((PartitionKey) => ({ PartitionKey, Data: Buffer.from(PartitionKey) })),
		}),
	);

/** Refuses requests or lets so many records of each pass. */
function throttling(records: number, requests = 0): Throttling {
	const limits = { shards: 1, recordsPerSecond: records, bytesPerSecond: 1e6, requests };
	return new Throttling(limits, () => 0.5);
}

test("hands on what it is given, and back what is answered", async () => {
	const answer = await put(["A", "B"]);
	expect(answer.Records?.map(({ SequenceNumber }) => SequenceNumber)).toEqual(["A", "B"]);
	expect(came).toMatchObject([{ keys: ["A", "B"], headers: { "x-amz-target": "Kinesis_20131202.PutRecords" } }]);
	expect(proxy).toMatchObject({ refused: { records: 0, requests: 0 }, broken: 0 });
});

test("hands on only what a throttled stream takes, and answers each record in its place", async () => {
	proxy.throttling = throttling(2);
	const answer = await put(["A", "B", "C"]);
	expect(came[0]?.keys).toEqual(["A", "B"]);
	expect(answer.FailedRecordCount).toBe(1);
	expect(answer.Records).toMatchObject([
		{ SequenceNumber: "A" },
		{ SequenceNumber: "B" },
		{ ErrorCode: "ProvisionedThroughputExceededException" },
	]);
	expect(proxy.refused).toEqual({ records: 1, requests: 0 });
});

test("hands on nothing where nothing is taken", async () => {
	proxy.throttling = throttling(0);
	expect((await put(["A", "B"])).FailedRecordCount).toBe(2);
	expect(came).toEqual([]);
});

test("refuses requests as a whole as Kinesis does", async () => {
	proxy.throttling = throttling(10, 1);
	await expect(put(["A"])).rejects.toMatchObject({
		name: "ProvisionedThroughputExceededException",
		$metadata: { httpStatusCode: 400 },
	});
	expect(came).toEqual([]);
	expect(proxy.refused).toEqual({ records: 0, requests: 1 });
});

test("has no answer while nothing is behind it, and one again afterwards", async () => {
	const { port } = behind.address() as AddressInfo;
	await close();
	const error: Error & { $metadata?: { httpStatusCode?: number } } = await put(["A"]).catch((reason) => reason);
	expect(error).toBeInstanceOf(Error);
	expect(error.$metadata?.httpStatusCode).toBeUndefined();
	expect(proxy.broken).toBe(1);
	await new Promise<void>((resolve) => behind.listen(port, "127.0.0.1", resolve));
	expect((await put(["A"])).FailedRecordCount).toBe(0);
});
