import { ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";
import type { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bar, Tick } from "../../../contracts.ts";
import { barItem, historyWriter, tickItem } from "../../../landing/dynamodb/history.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { bar, tick } from "../../support/samples.ts";

type Item = { symbol: string; series_time: string; emitted_at: string; close: number; expires: number };

/** A table that keeps the newer item, as the condition says; table.test.ts shows that DynamoDB reads it the same way. */
function fakeTable() {
	const items = new Map<string, Item>();
	const table = {
		items,
		puts: 0,
		underWay: 0,
		most: 0,
		fault: (_item: Item): Error | undefined => undefined,
		client: {
			send: async ({ input }: PutCommand) => {
				table.puts += 1;
				table.most = Math.max(table.most, ++table.underWay);
				await new Promise((resolve) => setImmediate(resolve));
				table.underWay--;
				const item = input.Item as Item;
				const fault = table.fault(item);
				if (fault) throw fault;
				const key = `${item.symbol} ${item.series_time}`;
				const known = items.get(key);
				if (known && known.emitted_at >= item.emitted_at) {
					throw new ConditionalCheckFailedException({ message: "not newer", $metadata: {} });
				}
				items.set(key, item);
			},
		} as unknown as DynamoDBDocumentClient,
	};
	return table;
}

const land = (table: ReturnType<typeof fakeTable>) =>
	observedConsumer({
		schema: Bar,
		handle: historyWriter(table.client, { table: "history", days: 90, itemOf: barItem }),
	});
const at = (minute: number) => `2013-10-07T13:${String(minute).padStart(2, "0")}:00.000Z`;
const refused = Object.assign(new Error("Number overflow"), { name: "ValidationException" });
const busy = Object.assign(new Error("slow down"), { name: "ThrottlingException" });

describe("an item", () => {
	test("of a bar is all of it, by symbol and by interval and start, without nulls", () => {
		const { vwap: _, move_pct: __, ...rest } = bar();
		expect(barItem(bar({ vwap: null, move_pct: null }))).toEqual({
			...rest,
			series_time: "1m#2013-10-07T13:30:00.000Z",
			day: "2013-10-07",
		});
	});

	test("of a tick is all of it, by symbol and second", () => {
		const { previous_close: _, day_move_pct: __, ...rest } = tick();
		expect(tickItem(tick({ previous_close: null, day_move_pct: null }))).toEqual({
			...rest,
			series_time: "tick#2013-10-07T13:30:01.000Z",
			day: "2013-10-07",
		});
		expect(Tick.parse({ ...tickItem(tick()), event_time: tick().event_time })).toEqual(tick());
	});

	test("expires so many days after its record was emitted", async () => {
		const table = fakeTable();
		await deliver(land(table).handler, kinesisRecords([bar({ emitted_at: "2026-03-02T14:30:00.999Z" })]));
		expect([...table.items.values()][0]?.expires).toBe(Date.parse("2026-05-31T14:30:00.000Z") / 1_000);
	});
});

test("a batch is one write for each bar, some at a time; again it changes nothing", async () => {
	const table = fakeTable();
	const bars = Array.from({ length: 500 }, (_, index) => bar({ symbol: `S${index}` }));
	const { handler, counts } = land(table);
	await deliver(handler, kinesisRecords(bars), { batchSize: 500 });
	expect(table.items.size).toBe(500);
	expect(table.most).toBe(50);
	const before = new Map(table.items);
	await deliver(handler, kinesisRecords(bars), { batchSize: 500 });
	expect(table.items).toEqual(before);
	expect(counts).toMatchObject({ handled: 1_000, rejected: 0, failed: 0 });
});

test("of a bar's versions in a batch the newest is written, and of two of the same time the later", async () => {
	const table = fakeTable();
	const versions = [
		bar({ close: 1, emitted_at: at(31) }),
		bar({ close: 3, emitted_at: at(33) }),
		bar({ close: 4, emitted_at: at(33) }),
		bar({ close: 2, emitted_at: at(32) }),
	];
	await deliver(land(table).handler, kinesisRecords(versions));
	expect(table.puts).toBe(1);
	expect([...table.items.values()]).toMatchObject([{ close: 4 }]);
});

test("a bar that the table refuses is a dead letter; an older version of it is kept, and all others", async () => {
	const table = fakeTable();
	table.fault = ({ close }) => (close === 1e300 ? refused : undefined);
	const { handler, letters } = land(table);
	const bars = [bar({ close: 1 }), bar({ close: 1e300, emitted_at: at(59) }), bar({ symbol: "B" })];
	const { calls } = await deliver(handler, kinesisRecords(bars));
	expect(calls).toHaveLength(1);
	expect([...table.items.values()].map(({ symbol, close }) => [symbol, close]).sort()).toEqual([
		["AAPL", 1],
		["B", 487],
	]);
	expect(letters).toMatchObject([{ reason: "rejected", detail: "The table refused the item: Number overflow" }]);
});

test("a table that is throttled is left alone, and all that is not written comes again", async () => {
	const table = fakeTable();
	let faults = 1;
	table.fault = ({ symbol }) => (symbol === "S60" && faults-- > 0 ? busy : undefined);
	const { handler, counts } = land(table);
	const bars = Array.from({ length: 300 }, (_, index) => bar({ symbol: `S${index}` }));
	const { abandoned } = await deliver(handler, kinesisRecords(bars), { batchSize: 300 });
	expect(abandoned).toEqual([]);
	expect(table.items.size).toBe(300);
	// What is under way goes on, and no more is begun.
	expect(table.puts).toBeLessThan(300 + 120);
	expect(counts.failed).toBeGreaterThan(150);
});

test("what stays is each bar's newest version, with any order, batches, faults and repeats", async () => {
	const version = fc.record({ symbol: fc.constantFrom("A", "B"), minute: fc.nat(2), sent: fc.nat(9) });
	await fc.assert(
		fc.asyncProperty(
			fc.array(version, { minLength: 1, maxLength: 25 }),
			fc.integer({ min: 1, max: 6 }),
			fc.infiniteStream(fc.nat(4)),
			async (versions, batchSize, chances) => {
				const table = fakeTable();
				let faults = 20;
				const chance = () => faults-- > 0 && chances.next().value === 0;
				table.fault = () => (chance() ? busy : undefined);
				const bars = versions.map(({ symbol, minute, sent }) =>
					bar({ symbol, window_start: at(minute), emitted_at: at(40 + sent) }),
				);
				const { abandoned } = await deliver(land(table).handler, kinesisRecords(bars), {
					batchSize,
					retryAttempts: 50,
					loseAnswer: chance,
				});
				expect(abandoned).toEqual([]);
				const byKey = Map.groupBy(bars, ({ symbol, window_start }) => `${symbol} 1m#${window_start}`);
				expect(new Set(table.items.keys())).toEqual(new Set(byKey.keys()));
				for (const [key, all] of byKey) {
					const newest = all.map(({ emitted_at }) => emitted_at).sort();
					expect(table.items.get(key)?.emitted_at).toBe(newest.at(-1));
				}
			},
		),
		{ numRuns: 100 },
	);
});
