import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Tick } from "../../../contracts.ts";
import { latestWriter } from "../../../landing/dynamodb/latest.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { tick } from "../../support/samples.ts";

type Item = { symbol: string; event_time: string; emitted_at: string; price: number };

/** A table that keeps the newer item, as the condition says; the deployed test shows that DynamoDB reads it the same way. */
function fakeTable() {
	const items = new Map<string, Item>();
	const table = {
		items,
		puts: 0,
		fault: (_item: Item): Error | undefined => undefined,
		client: {
			send: async ({ input }: PutCommand) => {
				table.puts += 1;
				const item = input.Item as Item;
				const fault = table.fault(item);
				if (fault) throw fault;
				const known = items.get(item.symbol);
				const newer = !known || known.event_time + known.emitted_at < item.event_time + item.emitted_at;
				if (!newer) throw new ConditionalCheckFailedException({ message: "not newer", $metadata: {} });
				items.set(item.symbol, item);
			},
		} as unknown as DynamoDBDocumentClient,
	};
	return table;
}

const land = (table: ReturnType<typeof fakeTable>) =>
	observedConsumer({ schema: Tick, handle: latestWriter(table.client, "latest") });
const at = (second: number) => `2013-10-07T13:30:${String(second).padStart(2, "0")}.000Z`;
const refused = Object.assign(new Error("Number overflow"), { name: "ValidationException" });
const busy = Object.assign(new Error("slow down"), { name: "ThrottlingException" });

test("a batch is one write a symbol: its newest tick", async () => {
	const table = fakeTable();
	const ticks = [3, 5, 4].flatMap((second) =>
		["A", "B"].map((symbol) => tick({ symbol, event_time: at(second), close: second })),
	);
	await deliver(land(table).handler, kinesisRecords(ticks));
	expect(table.puts).toBe(2);
	expect([...table.items.values()].map(({ symbol, price }) => [symbol, price])).toEqual([
		["A", 5],
		["B", 5],
	]);
});

test("an older tick is handled without a trace", async () => {
	const table = fakeTable();
	const { handler, counts } = land(table);
	await deliver(handler, kinesisRecords([tick({ event_time: at(5) }), tick({ event_time: at(4) })]), { batchSize: 1 });
	expect(table.items.get("AAPL")).toMatchObject({ event_time: at(5) });
	expect(counts).toMatchObject({ handled: 2, rejected: 0, failed: 0 });
});

describe("a tick that the table refuses", () => {
	test("is a dead letter, and the next newest is kept", async () => {
		const table = fakeTable();
		table.fault = ({ price }) => (price === 1e300 ? refused : undefined);
		const { handler, letters } = land(table);
		const ticks = [
			tick({ close: 1, event_time: at(1) }),
			tick({ close: 1e300, event_time: at(2) }),
			tick({ symbol: "B" }),
		];
		const { calls } = await deliver(handler, kinesisRecords(ticks));
		expect(calls).toHaveLength(1);
		expect(table.items.get("AAPL")).toMatchObject({ price: 1 });
		expect(table.items.has("B")).toBe(true);
		expect(letters).toMatchObject([{ reason: "rejected", detail: "The table refused the item: Number overflow" }]);
	});
});

describe("a table that does not answer", () => {
	test("makes that symbol's ticks come again, the older ones of the batch included", async () => {
		const table = fakeTable();
		let faults = 1;
		table.fault = ({ symbol }) => (symbol === "B" && faults-- > 0 ? busy : undefined);
		const { handler, counts } = land(table);
		const ticks = [tick(), tick({ symbol: "B", event_time: at(1) }), tick({ symbol: "B", event_time: at(2) })];
		const { calls } = await deliver(handler, kinesisRecords(ticks));
		expect(calls.map(({ length }) => length)).toEqual([3, 2]);
		expect(counts.failed).toBe(2);
		expect(table.items.get("B")).toMatchObject({ event_time: at(2) });
	});
});

test("what stays is each symbol's newest, with any order, batches, faults and repeats", async () => {
	const version = fc.record({ symbol: fc.constantFrom("A", "B"), second: fc.nat(9), sent: fc.nat(9) });
	await fc.assert(
		fc.asyncProperty(
			fc.array(version, { minLength: 1, maxLength: 25 }),
			fc.integer({ min: 1, max: 6 }),
			fc.infiniteStream(fc.nat(4)),
			async (versions, batchSize, chances) => {
				const table = fakeTable();
				let faults = 20;
				table.fault = () => (faults-- > 0 && chances.next().value === 0 ? busy : undefined);
				const ticks = versions.map(({ symbol, second, sent }) =>
					tick({ symbol, event_time: at(second), emitted_at: at(30 + sent) }),
				);
				const { abandoned } = await deliver(land(table).handler, kinesisRecords(ticks), {
					batchSize,
					retryAttempts: 50,
				});
				expect(abandoned).toEqual([]);
				for (const [symbol, all] of Map.groupBy(ticks, (one) => one.symbol)) {
					const newest = all
						.map(({ event_time, emitted_at }) => event_time + emitted_at)
						.sort()
						.at(-1);
					const kept = table.items.get(symbol);
					expect(`${kept?.event_time}${kept?.emitted_at}`).toBe(newest);
				}
			},
		),
		{ numRuns: 200 },
	);
});
