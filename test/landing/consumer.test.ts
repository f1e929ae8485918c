import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { streamConsumer } from "../../landing/consumer.ts";
import type { Entry, Outcome } from "../../landing/records.ts";
import { observedConsumer } from "../support/consumer.ts";
import { deliver, kinesisRecords, lambdaContext } from "../support/kinesis.ts";

const schema = z.object({ id: z.string() });
type Record = z.infer<typeof schema>;
const handled: Outcome = { status: "handled" };

/** Handles everything, but for what `outcomes` says about a record's nth delivery. */
function recorder(outcomes: { [id: string]: Outcome | ((delivery: number) => Outcome) } = {}) {
	const seen: string[] = [];
	const handle = async (entries: Entry<Record>[]): Promise<Outcome[]> =>
		entries.map(({ value: { id } }) => {
			seen.push(id);
			const outcome = outcomes[id] ?? handled;
			return typeof outcome === "function" ? outcome(seen.filter((other) => other === id).length) : outcome;
		});
	return { handle, seen };
}

const records = (...ids: string[]) => kinesisRecords(ids.map((id) => (id.startsWith("!") ? id : { id })));

describe("every record is accounted for", () => {
	test("good ones are handled and malformed ones become dead letters, in the stream's order", async () => {
		const { handle, seen } = recorder();
		const { handler, letters, counts } = observedConsumer({ schema, handle });
		const { calls, abandoned } = await deliver(handler, records("a", "!1", "b", "!2", "c"));
		expect(seen).toEqual(["a", "b", "c"]);
		expect(letters.map(({ payload, reason }) => [payload, reason])).toEqual([
			["!1", "malformed"],
			["!2", "malformed"],
		]);
		expect(counts).toEqual({ handled: 3, malformed: 2, rejected: 0, failed: 0 });
		expect(calls).toHaveLength(1);
		expect(abandoned).toEqual([]);
	});

	test("one that can never be handled becomes a dead letter with its reason and place", async () => {
		const { handle } = recorder({ b: { status: "rejected", detail: "no room for b" } });
		const { handler, letters } = observedConsumer({ schema, handle });
		const batch = kinesisRecords([{ id: "a" }, { id: "b" }], {
			stream: "tidemark-ticks",
			shard: "shardId-000000000003",
		});
		await deliver(handler, batch);
		expect(letters).toEqual([
			{
				reason: "rejected",
				detail: "no room for b",
				payload: '{"id":"b"}',
				stream: "tidemark-ticks",
				shard_id: "shardId-000000000003",
				sequence_number: batch[1]?.kinesis.sequenceNumber,
				arrived_at: "2013-10-07T13:30:00.123Z",
			},
		]);
	});

	test("one that failed in passing comes again, and those before it do not", async () => {
		const failsOnce = (delivery: number): Outcome =>
			delivery === 1 ? { status: "failed", error: new Error("busy") } : handled;
		const { handle, seen } = recorder({ b: failsOnce });
		const { handler, letters } = observedConsumer({ schema, handle });
		const { abandoned } = await deliver(handler, records("a", "b", "c"));
		expect(seen).toEqual(["a", "b", "c", "b", "c"]);
		expect(letters).toEqual([]);
		expect(abandoned).toEqual([]);
	});

	test("dead letters before a failure and behind it are sent once each", async () => {
		const failsTwice = (delivery: number): Outcome =>
			delivery <= 2 ? { status: "failed", error: new Error("busy") } : handled;
		const { handle } = recorder({ b: failsTwice });
		const { handler, letters } = observedConsumer({ schema, handle });
		await deliver(handler, records("!before", "b", "!behind", "c", "!last"));
		expect(letters.map(({ payload }) => payload)).toEqual(["!before", "!behind", "!last"]);
	});

	test("what goes on failing is given up by its place, and what is behind it is handled all the same", async () => {
		const { handle, seen } = recorder({ c: { status: "failed", error: new Error("never") } });
		const { handler } = observedConsumer({ schema, handle });
		const batch = records("a", "b", "c", "d");
		const { abandoned } = await deliver(handler, [...batch, ...records("e")], { batchSize: 4, retryAttempts: 2 });
		expect(abandoned).toMatchObject([{ startSequenceNumber: batch[2]?.kinesis.sequenceNumber, batchSize: 2 }]);
		expect(seen).toEqual(["a", "b", "c", "d", "c", "d", "c", "d", "c", "d", "e"]);
	});

	test("when all fail the batch is halved until the failing record is alone", async () => {
		const broken = new Error("c");
		const { handler } = observedConsumer({
			schema,
			handle: async (entries) =>
				entries.some(({ value }) => value.id === "c") ? Promise.reject(broken) : entries.map(() => handled),
		});
		const batch = records("a", "b", "c", "d");
		const { abandoned } = await deliver(handler, batch, { retryAttempts: 1 });
		const place = batch[2]?.kinesis.sequenceNumber;
		expect(abandoned).toMatchObject([{ startSequenceNumber: place, endSequenceNumber: place, batchSize: 1 }]);
	});

	test("a handler that throws or forgets a record has not handled it", async () => {
		const thrown = observedConsumer({ schema, handle: async () => Promise.reject(new Error("broken")) });
		await expect(thrown.handler({ Records: records("a", "b") }, lambdaContext())).rejects.toThrow();
		expect(thrown.counts).toMatchObject({ handled: 0, failed: 2 });

		const forgetful = observedConsumer({ schema, handle: async () => [handled] });
		const [first, second] = records("a", "b");
		if (!first || !second) throw new Error("two records were asked for");
		const answer = await forgetful.handler({ Records: [first, second] }, lambdaContext());
		expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: second.kinesis.sequenceNumber }] });
	});
});

describe("a dead-letter queue that does not answer", () => {
	test("makes the malformed record come again, and repeats no letter that was sent", async () => {
		const { handle } = recorder();
		const sent: string[] = [];
		let down = true;
		const { handler, counts } = observedConsumer({
			schema,
			handle,
			deadLetters: {
				send: async ({ payload = "" }) => {
					if (payload === "!12" && down) {
						down = false;
						throw new Error("no answer");
					}
					sent.push(payload);
				},
			},
		});
		const bad = Array.from({ length: 25 }, (_, index) => `!${index}`);
		// The tenth to the nineteenth are under way together, so that those behind the failing one are sent again.
		const { abandoned } = await deliver(handler, records("a", ...bad));
		expect(abandoned).toEqual([]);
		expect(new Set(sent)).toEqual(new Set(bad));
		expect(sent.length - bad.length).toBeLessThan(10);
		expect(sent.filter((payload) => Number(payload.slice(1)) < 12)).toHaveLength(12);
		expect(counts.failed).toBe(1);
	});
});

describe("with retryWholeBatch, for an event source that takes a partial failure for success", () => {
	test("one failure throws, so that the batch comes again", async () => {
		const failsOnce = (delivery: number): Outcome =>
			delivery === 1 ? { status: "failed", error: new Error("busy") } : handled;
		const { handle, seen } = recorder({ b: failsOnce });
		const { handler, letters } = observedConsumer({ schema, handle, retryWholeBatch: true });
		const event = { Records: records("!bad", "a", "b") };
		await expect(handler(event, lambdaContext())).rejects.toThrow(
			"1 of 3 records failed; the whole batch has to come again",
		);
		expect(letters).toEqual([]);
		expect(await handler(event, lambdaContext())).toEqual({ batchItemFailures: [] });
		expect(seen).toEqual(["a", "b", "a", "b"]);
		expect(letters.map(({ payload }) => payload)).toEqual(["!bad"]);
	});

	test("dead letters alone do not", async () => {
		const { handler, letters } = observedConsumer({ schema, handle: recorder().handle, retryWholeBatch: true });
		expect(await handler({ Records: records("a", "!bad") }, lambdaContext())).toEqual({ batchItemFailures: [] });
		expect(letters).toHaveLength(1);
	});
});

test("the log names the place and the reason, and holds no payload", async () => {
	const { handler, logged } = observedConsumer({ schema, handle: recorder().handle });
	await deliver(handler, kinesisRecords([{ id: 5, secret: "4711" }]));
	expect(logged).toHaveLength(1);
	expect(logged[0]?.[0]).toBe("1 of 1 records malformed");
	expect(JSON.stringify(logged)).toContain("shardId-000000000000");
	expect(JSON.stringify(logged)).toContain("id: Invalid input");
	expect(JSON.stringify(logged)).not.toContain("4711");
});

test("what goes to the function's log is one line of JSON each, which no text from a record can add to", async () => {
	const lines: string[] = [];
	const write = (chunk: string | Uint8Array) => lines.push(String(chunk)) > 0;
	const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockImplementation(write));
	try {
		const forged = `x\n${JSON.stringify({ level: "ERROR", message: "forged" })}\n`;
		const handler = streamConsumer({
			schema,
			handle: async (entries) => entries.map(() => ({ status: "failed", error: new Error(forged) })),
			deadLetters: { send: async () => {} },
			retryWholeBatch: false,
			logger: new Logger(),
			metrics: new Metrics({ namespace: "tidemark", serviceName: "test" }),
		});
		const event = { Records: [...kinesisRecords([forged, { id: forged }])] };
		await handler(event, lambdaContext());
	} finally {
		for (const spy of spies) spy.mockRestore();
	}
	const logged = lines.map((line) => JSON.parse(line));
	expect(lines.every((line) => line.indexOf("\n") === line.length - 1)).toBe(true);
	expect(logged.filter(({ level }) => level)).toMatchObject([
		{ level: "WARN", message: "1 of 2 records malformed" },
		{ level: "WARN", message: "1 of 2 records failed" },
	]);
	expect(logged.find(({ _aws }) => _aws)).toMatchObject({
		service: "test",
		handled: 0,
		malformed: 1,
		rejected: 0,
		failed: 1,
	});
});
