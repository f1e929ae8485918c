import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Outputs } from "../../infra/deploy.ts";
import { type TestEmulator, testEmulator } from "../support/emulator.ts";
import { takeMessages } from "../support/queue.ts";
import { hit } from "../support/samples.ts";
import { put } from "../support/stream.ts";

// The deployed function on the emulator: Kinesis to Lambda to SNS to SQS.
let emulator: TestEmulator;
let outputs: Outputs;

beforeAll(async () => {
	emulator = await testEmulator();
	outputs = await emulator.deploy({ shards: 1 });
});
afterAll(async () => emulator[Symbol.asyncDispose]());

const putHits = (...values: unknown[]) => put(emulator.endpoint, outputs.HitsStream, values);
const alerts = (count: number) => takeMessages(emulator.endpoint, outputs.AlertsQueueUrl ?? "", count);
const deadLetters = async (count: number) =>
	(await takeMessages(emulator.endpoint, outputs.AlertingDeadLettersUrl, count)).map(({ Body }) =>
		JSON.parse(Body ?? ""),
	);

test("a hit that is delivered three times arrives once, with its attributes", async () => {
	for (const _ of [1, 2, 3]) await putHits(hit());
	const messages = await alerts(1);
	expect(messages).toHaveLength(1);
	expect(JSON.parse(messages[0]?.Body ?? "")).toEqual({ ...hit(), severity: "warning" });
	expect(messages[0]?.MessageAttributes).toMatchObject({
		symbol: { DataType: "String", StringValue: "AAPL" },
		direction: { DataType: "String", StringValue: "up" },
		state: { DataType: "String", StringValue: "crossed" },
		severity: { DataType: "String", StringValue: "warning" },
		move_pct: { DataType: "Number", StringValue: "1.03584" },
	});
});

test("it is remembered over a restart of the emulator, which starts the function anew", async () => {
	await emulator.restart();
	await putHits(hit(), hit({ symbol: "RESTARTED" }));
	const symbols = (await alerts(1)).map(({ Body }) => JSON.parse(Body ?? "").symbol);
	expect(symbols).toEqual(["RESTARTED"]);
});

describe("poison", () => {
	const broken = {
		"no JSON": "boom",
		nothing: " ",
		null: "null",
		"a list": "[]",
		"bytes that are no text": Buffer.from([0xff, 0xfe]),
		"deep nesting": "[".repeat(50_000),
		"a missing field": { ...hit(), price: undefined },
		"a number as text": { ...hit(), price: "491.6" },
		"not a number": JSON.stringify(hit()).replace("491.6", "NaN"),
		"a number out of range": JSON.stringify(hit()).replace("491.6", "1e999"),
		"an unknown state": { ...hit(), state: "open" },
		"another record": { symbol: "AAPL", event_time: "2013-10-07", price: 1 },
		"markup in place of a field": { ...hit(), direction: "up\r\nSubject: forged" },
	};

	test("stops no other hit, and each is a dead letter once, with its reason", async () => {
		const records = Object.values(broken).flatMap((value, index) => [value, hit({ symbol: `GOOD${index}` })]);
		await putHits(...records);
		const good = await alerts(Object.keys(broken).length);
		expect(good.map(({ Body }) => JSON.parse(Body ?? "").symbol).sort()).toEqual(
			Object.keys(broken)
				.map((_, index) => `GOOD${index}`)
				.sort(),
		);
		const letters = await deadLetters(Object.keys(broken).length);
		expect(letters).toHaveLength(Object.keys(broken).length);
		for (const letter of letters) {
			expect(letter).toMatchObject({
				reason: "malformed",
				detail: expect.stringMatching(/.+/),
				stream: "tidemark-hits",
				shard_id: "shardId-000000000000",
				arrived_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
			});
		}
		expect(new Set(letters.map(({ sequence_number }) => sequence_number)).size).toBe(letters.length);
	});

	test("text that would forge a header reaches nobody but inside JSON", async () => {
		const symbol = 'X"\r\nSubject: forged\u0000\ufffe';
		await putHits(hit({ symbol }));
		const [message, ...others] = await alerts(1);
		expect(others).toEqual([]);
		expect(JSON.parse(message?.Body ?? "").symbol).toBe(symbol);
		expect(message?.MessageAttributes?.symbol?.StringValue).toBe('X"??Subject: forged??');
	});
});
