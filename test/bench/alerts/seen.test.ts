import { PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emulated } from "../../../infra/emulated.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { makeStream } from "../../support/read_back.ts";
import { arrivals, calls, listen } from "./seen.ts";
import { watchSns } from "./watch_sns.ts";

let emulator: TestEmulator;
let sqs: SQSClient;
beforeAll(async () => {
	emulator = await testEmulator();
	sqs = new SQSClient(emulated(emulator.endpoint));
});
afterAll(async () => {
	sqs?.destroy();
	await emulator?.[Symbol.asyncDispose]();
});

async function queue(name: string): Promise<{ url: string; arn: string }> {
	const { QueueUrl: url = "" } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
	const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ["QueueArn"] }));
	return { url, arn: Attributes?.QueueArn ?? "" };
}

const alert = (id: string) => ({ alert_id: id, rule: "move", symbol: "B01", event_time: "2026-11-25T15:00:00.000Z" });

test("each record of a stream is read with when it came", async () => {
	const kinesis = kinesisClient({ endpoint: emulator.endpoint });
	try {
		const stream = await makeStream(kinesis, "arrivals", 2);
		const before = Date.now();
		const Records = Array.from({ length: 20 }, (_, n) => ({
			PartitionKey: `key ${n}`,
			Data: Buffer.from(JSON.stringify({ n })),
		}));
		await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }));
		const after = Date.now();
		const found = await arrivals<{ n: number }>(kinesis, stream);
		expect(found.map(({ value }) => value.n).sort((a, b) => a - b)).toEqual(Records.map((_, n) => n));
		for (const { at } of found) {
			expect(at).toBeGreaterThanOrEqual(before - 1);
			expect(at).toBeLessThanOrEqual(after + 1);
		}
	} finally {
		kinesis.destroy();
	}
});

test("every alert of every message is heard with when it was in the queue, and messages are taken out", async () => {
	const { url } = await queue("listened");
	const stop = new AbortController();
	const hearing = listen(emulator.endpoint, url, stop.signal);
	const before = Date.now();
	const send = (alerts: object[]) =>
		sqs.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify({ kind: "alert", alerts }) }));
	await send([alert("one")]);
	await send([alert("two"), alert("three")]);
	const left = async () => {
		const names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"] as const;
		const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [...names] }));
		return names.reduce((sum, name) => sum + Number(Attributes?.[name]), 0);
	};
	await expect.poll(left, { timeout: 20_000 }).toBe(0);
	stop.abort();
	const told = await hearing;
	expect(told.map(({ alert_id }) => alert_id).sort()).toEqual(["one", "three", "two"]);
	for (const { queued, received, rule } of told) {
		expect(queued).toBeGreaterThanOrEqual(before - 1);
		expect(received).toBeGreaterThanOrEqual(queued - 1);
		expect(rule).toBe("move");
	}
});

test("a function's calls are in its log", async () => {
	const post = (action: string, body: object) =>
		fetch(emulator.endpoint, {
			method: "POST",
			headers: {
				"content-type": "application/x-amz-json-1.1",
				"x-amz-target": `Logs_20140328.${action}`,
				authorization:
					"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0",
			},
			body: JSON.stringify(body),
		});
	const [logGroupName, logStreamName] = ["Alerting-AlertHitsLogs1", "one"];
	await post("CreateLogGroup", { logGroupName });
	await post("CreateLogStream", { logGroupName, logStreamName });
	const now = Date.now();
	const report = (ms: number) =>
		`REPORT RequestId: 7\tDuration: ${ms} ms\tBilled Duration: ${ms} ms\tMemory Size: 512 MB`;
	await post("PutLogEvents", {
		logGroupName,
		logStreamName,
		logEvents: [
			{ timestamp: now - 50, message: "START RequestId: 7 Version: $LATEST" },
			{ timestamp: now, message: report(48) },
			{ timestamp: now + 100, message: report(7) },
		],
	});
	expect(await calls(emulator.endpoint, "AlertHits")).toEqual([
		{ began: now - 48, ended: now },
		{ began: now + 93, ended: now + 100 },
	]);
	await expect(calls(emulator.endpoint, "Nothing")).rejects.toThrow(
		"No log group has Nothing in its name: Alerting-AlertHitsLogs1",
	);
});

test("what is published through the watch comes to the queue, and is noted at its first time", async () => {
	const watch = await watchSns(emulator.endpoint);
	const sns = new SNSClient({ ...emulated(emulator.endpoint), endpoint: watch.url });
	try {
		const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "watched" }));
		const { url, arn } = await queue("watched");
		await sns.send(
			new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arn, Attributes: { RawMessageDelivery: "true" } }),
		);
		const json = JSON.stringify({ kind: "alert", alerts: [alert("one"), alert("two")] });
		const publish = () =>
			sns.send(
				new PublishCommand({
					TopicArn,
					MessageStructure: "json",
					Message: JSON.stringify({ default: "-", sqs: json }),
				}),
			);
		const stop = new AbortController();
		const hearing = listen(emulator.endpoint, url, stop.signal);
		const before = Date.now();
		await publish();
		const noted = new Map(watch.published);
		await publish();
		expect(watch.published).toEqual(noted);
		expect([...noted.keys()]).toEqual(["one", "two"]);
		for (const at of noted.values()) {
			expect(at).toBeGreaterThanOrEqual(before);
			expect(at).toBeLessThanOrEqual(Date.now());
		}
		stop.abort();
		const told = await hearing;
		for (const { alert_id, queued } of told)
			expect(queued).toBeGreaterThanOrEqual((noted.get(alert_id) ?? Number.NaN) - 1);
	} finally {
		sns.destroy();
		await watch.close();
	}
});

test("what SNS refuses is refused through the watch too", async () => {
	const watch = await watchSns(emulator.endpoint);
	const sns = new SNSClient({ ...emulated(emulator.endpoint), endpoint: watch.url, maxAttempts: 1 });
	try {
		const TopicArn = "arn:aws:sns:us-east-1:000000000000:nowhere";
		await expect(sns.send(new PublishCommand({ TopicArn, Message: "{}" }))).rejects.toThrow(/not exist|NotFound/i);
	} finally {
		sns.destroy();
		await watch.close();
	}
});
