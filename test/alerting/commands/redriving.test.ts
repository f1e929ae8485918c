import { randomBytes } from "node:crypto";
import type { KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import {
	CreateQueueCommand,
	PurgeQueueCommand,
	ReceiveMessageCommand,
	SendMessageBatchCommand,
	type SQSClient,
} from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type RedriveOptions, redrive } from "../../../alerting/commands/redrive.ts";
import { putBack, readAgain } from "../../../alerting/commands/stream-records.ts";
import { type DeadLetter, deadLetterQueue } from "../../../landing/dead_letters.ts";
import { queueClient } from "../../../local/notifications.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { makeStream } from "../../support/read_back.ts";
import { hit } from "../../support/samples.ts";

// A queue and streams that no function reads, so that what is in them can be looked at.
let emulator: TestEmulator;
let sqs: SQSClient;
let kinesis: KinesisClient;
let queueUrl: string;
let stream: string;
const SHARD = "shardId-000000000000";

beforeAll(async () => {
	emulator = await testEmulator();
	sqs = queueClient(emulator.endpoint);
	kinesis = kinesisClient({ endpoint: emulator.endpoint });
	queueUrl = (await sqs.send(new CreateQueueCommand({ QueueName: "letters" }))).QueueUrl ?? "";
});
afterAll(async () => {
	for (const client of [sqs, kinesis]) client?.destroy();
	await emulator?.[Symbol.asyncDispose]();
});
beforeEach(async () => {
	await sqs.send(new PurgeQueueCommand({ QueueUrl: queueUrl }));
	stream = await makeStream(kinesis, `hits-${randomBytes(4).toString("hex")}`, 1);
});

const run = (options: Partial<RedriveOptions> = {}, clients = { sqs, kinesis }) =>
	redrive(clients, { queueUrl, ...options });
/** All records of the stream: their keys and texts. */
const records = async (name = stream) => {
	const all = { stream: name, shard: SHARD, from: "0", to: "9".repeat(60) };
	return (await readAgain(kinesis, all)).map(({ key, data }) => [key, Buffer.from(data).toString()]);
};
const letter = (changes: Partial<DeadLetter> = {}): DeadLetter => ({
	reason: "malformed",
	detail: "why",
	payload: JSON.stringify(hit()),
	stream,
	shard_id: SHARD,
	sequence_number: "1",
	arrived_at: "2013-10-07T13:30:00.000Z",
	...changes,
});
const send = async (...letters: DeadLetter[]) => {
	for (const each of letters) await deadLetterQueue(sqs, queueUrl).send(each);
};
const sendText = async (...bodies: string[]) => {
	const Entries = bodies.map((MessageBody, n) => ({ Id: String(n), MessageBody }));
	await sqs.send(new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
};
/** Puts texts into the stream; gives their sequence numbers. */
async function filled(...texts: string[]): Promise<string[]> {
	const given = texts.map((text, n) => ({ key: `key ${n}`, data: Buffer.from(text) }));
	return (await putBack(kinesis, stream, given)).map((put) =>
		put instanceof Error ? expect.fail(put.message) : put.sequence,
	);
}
/** Lambda's letter about a batch: https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const batch = (from: string, to: string, count: number, name = stream) =>
	JSON.stringify({
		requestContext: {
			requestId: "c9b8fa9f-5a7f-xmpl-af9c-0c604cde93a5",
			functionArn: "arn:aws:lambda:us-east-1:000000000000:function:tidemark-alerting-hits",
			condition: "RetryAttemptsExhausted",
			approximateInvokeCount: 1001,
		},
		responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
		version: "1.0",
		timestamp: "2026-03-02T12:00:00.000Z",
		KinesisBatchInfo: {
			shardId: SHARD,
			startSequenceNumber: from,
			endSequenceNumber: to,
			approximateArrivalOfFirstRecord: "2026-03-02T11:00:00.000Z",
			approximateArrivalOfLastRecord: "2026-03-02T11:00:01.000Z",
			batchSize: count,
			streamArn: `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`,
		},
	});
/** How many letters can be taken now. */
const waiting = async () => {
	const request = { QueueUrl: queueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 0, WaitTimeSeconds: 1 };
	return ((await sqs.send(new ReceiveMessageCommand(request))).Messages ?? []).length;
};

describe("a letter with its record", () => {
	test("is put into its stream with the symbol as its key", async () => {
		await send(letter());
		expect(await run()).toEqual({ letters: 1, records: new Map([[stream, 1]]), groupEnds: 0, left: [] });
		expect(await records()).toEqual([["AAPL", JSON.stringify(hit())]]);
		expect(await waiting()).toBe(0);
	});

	test("without a symbol that can be a key it has its sequence number", async () => {
		const { payload: _, ...rest } = letter();
		const bytes = Buffer.from([0xff, 0xfe, 0x00]);
		await send(
			letter({ payload: "boom", sequence_number: "11" }),
			letter({ payload: "null", sequence_number: "12" }),
			letter({ payload: "", sequence_number: "13" }),
			letter({ payload: `{"symbol":"${"x".repeat(257)}"}`, sequence_number: "14" }),
			{ ...rest, payload_base64: bytes.toString("base64"), sequence_number: "15" },
		);
		expect((await run()).left).toEqual([]);
		const all = await records();
		expect(all.map(([key]) => key)).toEqual(["11", "12", "13", "14", "15"]);
		expect(all.map(([, text]) => text).slice(0, 3)).toEqual(["boom", "null", ""]);
		expect(all[4]?.[1]).toBe(bytes.toString());
	});

	test("comes back in the order in which it lay in its shard", async () => {
		const numbers = Array.from({ length: 40 }, (_, n) => String((n * 7) % 40));
		await send(
			...numbers.map((n) =>
				letter({
					payload: n,
					sequence_number: `4900000000000000000000000000000000000000000000000000${n.padStart(2, "0")}`,
				}),
			),
		);
		expect((await run()).letters).toBe(40);
		expect((await records()).map(([, text]) => Number(text))).toEqual(Array.from({ length: 40 }, (_, n) => n));
	});

	test("to a stream that is not there it stays, and the others go", async () => {
		await send(letter({ stream: "gone", sequence_number: "7" }), letter());
		const { left, letters } = await run();
		expect(letters).toBe(1);
		expect(left).toEqual([
			{ about: `gone ${SHARD} 7`, why: expect.stringMatching(/^was not taken by Kinesis: .*not found/) },
		]);
		// At once, not when the time of hiding is over.
		expect(await waiting()).toBe(1);
	});
});

describe("records are read from the stream again", () => {
	test("of a batch that Lambda gave up, with their keys, and none beside them", async () => {
		const sequences = await filled("a", "b", "c", "d", "e");
		await sendText(batch(sequences[1] ?? "", sequences[3] ?? "", 3));
		expect(await run()).toEqual({ letters: 1, records: new Map([[stream, 3]]), groupEnds: 0, left: [] });
		expect((await records()).slice(5)).toEqual([
			["key 1", "b"],
			["key 2", "c"],
			["key 3", "d"],
		]);
		expect(await waiting()).toBe(0);
	});

	test("of a batch of more than one request to Kinesis", async () => {
		const texts = Array.from({ length: 1_200 }, (_, n) => String(n));
		const sequences = await filled(...texts);
		await sendText(batch(sequences[0] ?? "", sequences.at(-1) ?? "", 1_200));
		expect((await run()).records.get(stream)).toBe(1_200);
		expect((await records()).slice(1_200).map(([, text]) => text)).toEqual(texts);
	});

	test("where a letter was too small for its record", async () => {
		const large = JSON.stringify({ symbol: "AAPL", text: "x".repeat(300_000) });
		const [sequence_number = ""] = await filled(large);
		await send(letter({ payload: large, sequence_number }));
		const [{ Body = "" } = {}] =
			(await sqs.send(new ReceiveMessageCommand({ QueueUrl: queueUrl, VisibilityTimeout: 0 }))).Messages ?? [];
		expect(JSON.parse(Body).payload_truncated).toBe(true);
		expect((await run()).letters).toBe(1);
		expect((await records())[1]).toEqual(["key 0", large]);
	});

	test("and where the stream no longer has them the letter stays", async () => {
		const [first = ""] = await filled("a", "b");
		const earlier = (count: number) => String(BigInt(first) - BigInt(count)).padStart(first.length, "0");
		await sendText(batch(earlier(9), earlier(5), 5), batch(earlier(2), first, 3), batch("1", "2", 2, "gone"));
		const { left, letters, records: back } = await run();
		expect(letters).toBe(0);
		// What is left of a batch is brought back all the same.
		expect(back).toEqual(new Map([[stream, 1]]));
		expect(left.map(({ about, why }) => `${about.split(" ")[0]} ${why}`).sort()).toEqual([
			expect.stringMatching(/^gone cannot be read from the stream again: .*not found/),
			`${stream} has lost 2 of its records: the stream no longer has them`,
			`${stream} has to be read from the stream again, which no longer has it`,
		]);
		expect(await waiting()).toBe(3);
	});
});

test("a note that a group was complete is deleted", async () => {
	await sendText('{"rule":"move"}', '{"rule":"gap"}');
	expect(await run()).toMatchObject({ groupEnds: 2, letters: 0, left: [] });
	expect(await waiting()).toBe(0);
});

test("what nobody here has written stays", async () => {
	const strange = [
		"boom",
		"null",
		"[]",
		'{"rule":1}',
		'{"reason":"malformed"}',
		batch("x", "y", 1),
		batch("1", "2", 0),
	];
	await sendText(...strange);
	const { left, ...others } = await run();
	expect(others).toEqual({ letters: 0, records: new Map(), groupEnds: 0 });
	expect(left).toHaveLength(strange.length);
	expect(left[0]).toEqual({
		about: expect.stringMatching(/^message .+/),
		why: "is no dead letter that Tidemark or Lambda writes",
	});
	expect(await waiting()).toBe(strange.length);
});

test("a dry run puts and deletes nothing", async () => {
	const sequences = await filled("a", "b");
	await send(letter());
	await sendText(batch(sequences[0] ?? "", sequences[1] ?? "", 2), '{"rule":"move"}', "boom");
	const done = await run({ dryRun: true });
	expect(done).toMatchObject({ letters: 2, records: new Map([[stream, 3]]), groupEnds: 1, left: [{}] });
	expect(await records()).toHaveLength(2);
	expect(await waiting()).toBe(4);
});

describe("while it runs", () => {
	/** A client after whose putting a function has found the records broken once more. */
	function withConsumer(reason = "still no price"): KinesisClient {
		const client = kinesisClient({ endpoint: emulator.endpoint });
		client.middlewareStack.add(
			(next) => async (args) => {
				const result = await next(args);
				const { Records = [] } = result.output as { Records?: { SequenceNumber?: string }[] };
				if ("Records" in (args.input as object))
					for (const { SequenceNumber = "" } of Records)
						await send(letter({ detail: reason, sequence_number: SequenceNumber }));
				return result;
			},
			{ step: "initialize" },
		);
		return client;
	}

	test("a letter of what it put back is left with its reason: it goes not round in circles", async () => {
		await send(letter(), letter({ payload: "boom", sequence_number: "2" }));
		const consumed = withConsumer();
		const { letters, left } = await run({}, { sqs, kinesis: consumed });
		consumed.destroy();
		expect(letters).toBe(2);
		expect(left.map(({ why }) => why)).toEqual(
			Array(2).fill("was just brought back and is still broken: malformed: still no price"),
		);
		expect(await records()).toHaveLength(2);
		expect(await waiting()).toBe(2);
	});

	test("another one does not bring the same back", async () => {
		await send(...Array.from({ length: 30 }, (_, n) => letter({ payload: String(n), sequence_number: String(n) })));
		const both = await Promise.all([run(), run()]);
		expect(both.reduce((sum, { letters }) => sum + letters, 0)).toBe(30);
		const texts = (await records()).map(([, text]) => Number(text)).sort((a, b) => a - b);
		expect(texts).toEqual(Array.from({ length: 30 }, (_, n) => n));
		expect(await waiting()).toBe(0);
	});

	test("what Kinesis has no room for is put again, and only that", async () => {
		const client = kinesisClient({ endpoint: emulator.endpoint });
		let asked = 0;
		client.middlewareStack.add(
			(next) => async (args) => {
				const { Records: wanted } = args.input as PutRecordsCommand["input"];
				asked++;
				if (asked > 1) return next(args);
				// Of the first request the second half finds no room.
				const kept = wanted?.slice(0, 2) ?? [];
				const result = await next({ ...args, input: { ...args.input, Records: kept } });
				const output = result.output as { Records: unknown[]; FailedRecordCount: number };
				for (const _ of wanted?.slice(2) ?? [])
					output.Records.push({ ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded" });
				return result;
			},
			{ step: "initialize" },
		);
		const given = ["a", "b", "c", "d"].map((text) => ({ key: text, data: Buffer.from(text) }));
		const results = await putBack(client, stream, given);
		client.destroy();
		expect(asked).toBe(2);
		expect(results.every((put) => !(put instanceof Error))).toBe(true);
		expect((await records()).map(([, text]) => text)).toEqual(["a", "b", "c", "d"]);
	});
});
