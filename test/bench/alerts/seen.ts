/** What the emulator knows afterwards, or all the time: when records came, when a function was called, what is in the queue. */
import {
	GetRecordsCommand,
	GetShardIteratorCommand,
	type KinesisClient,
	ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { emulated } from "../../../infra/emulated.ts";

/** Every record of a stream that nobody writes to any more: its JSON, and when the stream had it, epoch ms. */
export async function arrivals<T>(kinesis: KinesisClient, stream: string): Promise<{ value: T; at: number }[]> {
	const found: { value: T; at: number }[] = [];
	const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: stream }));
	for (const { ShardId = "" } of Shards) {
		const { ShardIterator } = await kinesis.send(
			new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
		);
		for (let iterator = ShardIterator; iterator; ) {
			const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: 5_000 }));
			for (const { Data, ApproximateArrivalTimestamp } of page.Records ?? []) {
				const value = JSON.parse(Buffer.from(Data as Uint8Array).toString("utf8")) as T;
				found.push({ value, at: (ApproximateArrivalTimestamp as Date).getTime() });
			}
			if (page.Records?.length === 0 && page.MillisBehindLatest === 0) break;
			iterator = page.NextShardIterator;
		}
	}
	return found;
}

export interface Told {
	alert_id: string;
	rule: string;
	symbol: string;
	event_time: string;
	/** When its message was in the queue, and when it came out, epoch ms. */
	queued: number;
	received: number;
}

/** Takes messages out of the alerts' queue, and waits for the next ones, until the signal. */
export async function listen(endpoint: string, QueueUrl: string, signal: AbortSignal): Promise<Told[]> {
	const sqs = new SQSClient(emulated(endpoint));
	const told: Told[] = [];
	try {
		while (!signal.aborted) {
			const { Messages = [] } = await sqs.send(
				new ReceiveMessageCommand({
					QueueUrl,
					MaxNumberOfMessages: 10,
					WaitTimeSeconds: 2,
					MessageSystemAttributeNames: ["SentTimestamp"],
				}),
			);
			const received = Date.now();
			for (const { Body = "", Attributes } of Messages) {
				const { alerts } = JSON.parse(Body) as { alerts: Omit<Told, "queued" | "received">[] };
				for (const alert of alerts) told.push({ ...alert, queued: Number(Attributes?.SentTimestamp), received });
			}
			if (Messages.length === 0) continue;
			const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
			await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
		}
		return told;
	} finally {
		sqs.destroy();
	}
}

/** A call of a function: when it began and ended, epoch ms. */
export interface Call {
	readonly began: number;
	readonly ended: number;
}

/** The calls of the function whose log group's name has `name` in it, by what its log says. */
export async function calls(endpoint: string, name: string): Promise<Call[]> {
	const { logGroups } = await logs<{ logGroups: { logGroupName: string }[] }>(endpoint, "DescribeLogGroups", {});
	const group = logGroups.find(({ logGroupName }) => logGroupName.includes(name));
	if (!group) throw new Error(`No log group has ${name} in its name: ${logGroups.map((each) => each.logGroupName)}`);
	const found: Call[] = [];
	for (let startTime = 0; ; ) {
		const { events } = await logs<{ events: { timestamp: number; message: string }[] }>(endpoint, "FilterLogEvents", {
			logGroupName: group.logGroupName,
			filterPattern: '"REPORT RequestId"',
			startTime,
		});
		for (const { timestamp, message } of events) {
			const [, ms] = /Duration: (\d+) ms/.exec(message) ?? [];
			found.push({ began: timestamp - Number(ms), ended: timestamp });
		}
		if (events.length < 10_000) return found;
		startTime = (events.at(-1)?.timestamp ?? 0) + 1;
	}
}

async function logs<T>(endpoint: string, action: string, body: object): Promise<T> {
	const answer = await fetch(endpoint, {
		method: "POST",
		headers: {
			"content-type": "application/x-amz-json-1.1",
			"x-amz-target": `Logs_20140328.${action}`,
			authorization:
				"AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/logs/aws4_request, SignedHeaders=host, Signature=0",
		},
		body: JSON.stringify(body),
	});
	if (!answer.ok) throw new Error(`${action} answered with ${answer.status}: ${await answer.text()}`);
	return (await answer.json()) as T;
}
