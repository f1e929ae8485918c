import { IdempotencyItemAlreadyExistsError, IdempotencyItemNotFoundError } from "@aws-lambda-powertools/idempotency";
import { BasePersistenceLayer, type IdempotencyRecord } from "@aws-lambda-powertools/idempotency/persistence";
import type { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { describe, expect, test } from "vitest";
import { hitNotifier } from "../../alerting/notify.ts";
import { Hit } from "../../contracts.ts";
import { observedConsumer } from "../support/consumer.ts";
import { deliver, kinesisRecords, lambdaContext } from "../support/kinesis.ts";
import { hit } from "../support/samples.ts";

/** What the table of published hits does, by the rules of Powertools' DynamoDB layer; the integration test runs the real one. */
class MemoryLayer extends BasePersistenceLayer {
	readonly records = new Map<string, IdempotencyRecord>();
	/** Calls of an operation that fail. */
	failing: Partial<Record<"put" | "update" | "delete", number>> = {};
	protected override async _getRecord(key: string) {
		const record = this.records.get(key);
		if (!record) throw new IdempotencyItemNotFoundError();
		return record;
	}
	protected override async _putRecord(record: IdempotencyRecord) {
		this.#fail("put");
		const known = this.records.get(record.idempotencyKey);
		const now = Date.now();
		const free =
			!known ||
			(known.expiryTimestamp ?? 0) * 1000 < now ||
			(known.getStatus() === "INPROGRESS" && (known.inProgressExpiryTimestamp ?? Number.POSITIVE_INFINITY) < now);
		if (!free) throw new IdempotencyItemAlreadyExistsError("known", known);
		this.records.set(record.idempotencyKey, record);
	}
	protected override async _updateRecord(record: IdempotencyRecord) {
		this.#fail("update");
		this.records.set(record.idempotencyKey, record);
	}
	protected override async _deleteRecord(record: IdempotencyRecord) {
		this.#fail("delete");
		this.records.delete(record.idempotencyKey);
	}
	#fail(operation: "put" | "update" | "delete") {
		const left = this.failing[operation] ?? 0;
		if (left <= 0) return;
		this.failing[operation] = left - 1;
		throw new Error(`the table does not answer: ${operation}`);
	}
}

/** A topic that counts, and throws the errors that are given for its first calls. */
function fakeTopic(...errors: Error[]) {
	const published: string[] = [];
	const send = async ({ input }: PublishCommand) => {
		const error = errors.shift();
		if (error) throw error;
		published.push(JSON.parse(JSON.parse(input.Message ?? "").sqs).hit_id);
		return { MessageId: String(published.length) };
	};
	return { published, client: { send } as unknown as SNSClient };
}

/** A function as it is after a cold start, on a table and a topic that others use too. */
function alerting(layer: MemoryLayer, topic: ReturnType<typeof fakeTopic>) {
	const handle = hitNotifier({ sns: topic.client, topicArn: "arn", published: layer, memoryDays: 8 });
	return observedConsumer({ schema: Hit, handle });
}

const named = (name: string) => Object.assign(new Error(name), { name });
const second = (value: number) => `2013-10-07T13:30:${String(value).padStart(2, "0")}.000Z`;
const three = [hit({ event_time: second(1) }), hit({ event_time: second(2) }), hit({ event_time: second(3) })];

describe("a hit", () => {
	test("that crossed is published, one that cleared is not", async () => {
		const topic = fakeTopic();
		const { handler, counts } = alerting(new MemoryLayer(), topic);
		await deliver(handler, kinesisRecords([hit(), hit({ state: "cleared" })]));
		expect(topic.published).toEqual([hit().hit_id]);
		expect(counts).toMatchObject({ handled: 2, malformed: 0, rejected: 0, failed: 0 });
	});

	test("that is several times in a batch is published once", async () => {
		const topic = fakeTopic();
		await deliver(alerting(new MemoryLayer(), topic).handler, kinesisRecords([...three, ...three, ...three]));
		expect(topic.published).toEqual(three.map(({ hit_id }) => hit_id));
	});

	test("that comes again, to this function or another, is published once", async () => {
		const topic = fakeTopic();
		const layer = new MemoryLayer();
		const warm = alerting(layer, topic);
		for (const { handler } of [warm, warm, alerting(layer, topic)]) await deliver(handler, kinesisRecords(three));
		expect(topic.published).toHaveLength(3);
	});

	test("whose answer got lost is published once", async () => {
		const topic = fakeTopic();
		const { handler } = alerting(new MemoryLayer(), topic);
		await deliver(handler, kinesisRecords(three), { loseAnswer: (call) => call <= 2 });
		expect(topic.published).toHaveLength(3);
	});

	test("is remembered for the days that were set", async () => {
		const layer = new MemoryLayer();
		await deliver(alerting(layer, fakeTopic()).handler, kinesisRecords([hit()]));
		const [record] = layer.records.values();
		expect(record?.idempotencyKey).toMatch(/^hit#/);
		expect((record?.expiryTimestamp ?? 0) - Date.now() / 1000).toBeCloseTo(8 * 86_400, -2);
	});
});

describe("a fault in passing", () => {
	test("of SNS: that hit comes again, and no other is published twice", async () => {
		const topic = fakeTopic(named("ThrottledException"));
		const { handler } = alerting(new MemoryLayer(), topic);
		const { abandoned } = await deliver(handler, kinesisRecords(three));
		expect(abandoned).toEqual([]);
		expect(topic.published.toSorted()).toEqual(three.map(({ hit_id }) => hit_id));
	});

	test("of the table before the publish: the same", async () => {
		const topic = fakeTopic();
		const layer = new MemoryLayer();
		layer.failing = { put: 2 };
		const { abandoned } = await deliver(alerting(layer, topic).handler, kinesisRecords(three));
		expect(abandoned).toEqual([]);
		expect(topic.published.toSorted()).toEqual(three.map(({ hit_id }) => hit_id));
	});

	test("of the table after the publish: no second one while the first may still be under way, one after that", async () => {
		const topic = fakeTopic();
		const layer = new MemoryLayer();
		layer.failing = { update: 1 };
		const { handler } = alerting(layer, topic);
		const { abandoned } = await deliver(handler, kinesisRecords([hit()]), { timeout: 60_000, retryAttempts: 5 });
		expect(topic.published).toHaveLength(1);
		expect(abandoned).toHaveLength(1);
	});
});

describe("a hit that another call is publishing", () => {
	test("fails here, and is published by this one once that call's time is over", async () => {
		const topic = fakeTopic();
		const layer = new MemoryLayer();
		// A call that died between the note that it began and the publish.
		const died = alerting(layer, fakeTopic(named("gone")));
		layer.failing = { delete: 1 };
		await expect(died.handler({ Records: kinesisRecords([hit()]) }, lambdaContext(150))).rejects.toThrow();

		const { handler } = alerting(layer, topic);
		await expect(handler({ Records: kinesisRecords([hit()]) }, lambdaContext())).rejects.toThrow();
		expect(topic.published).toEqual([]);
		await new Promise((resolve) => setTimeout(resolve, 200));
		await handler({ Records: kinesisRecords([hit()]) }, lambdaContext());
		expect(topic.published).toEqual([hit().hit_id]);
	});
});

test("what SNS refuses for good becomes a dead letter and holds up nothing", async () => {
	const topic = fakeTopic(named("InvalidParameterException"));
	const { handler, letters } = alerting(new MemoryLayer(), topic);
	const { calls } = await deliver(handler, kinesisRecords(three));
	expect(calls).toHaveLength(1);
	expect(letters).toMatchObject([{ reason: "rejected", detail: "SNS refused the message: InvalidParameterException" }]);
	expect(topic.published).toHaveLength(2);
});
