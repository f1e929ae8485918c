import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Bar } from "../../../contracts.ts";
import { LinesRejected } from "../../../landing/influxdb/answers.ts";
import { barWriter } from "../../../landing/influxdb/writer.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { bar } from "../../support/samples.ts";

/** A store that keeps the last row a key, as QuestDB with DEDUP does, and refuses or fails when it is told to. */
function fakeStore() {
	const rows = new Map<string, string>();
	const requests: number[] = [];
	const store = {
		rows,
		requests,
		rejects: (_line: string) => false,
		fails: (_request: number) => false,
		/** The close and `emitted_at_ms` of each row. */
		content: () =>
			[...rows.values()].map((line) => /,close=([^,]+),.*emitted_at_ms=(\d+)i/.exec(line)?.slice(1).map(Number)),
		write: async (lines: string[]) => {
			requests.push(lines.length);
			if (store.fails(requests.length)) throw new Error("no answer");
			if (lines.some(store.rejects)) throw new LinesRejected("a line is wrong");
			for (const line of lines) rows.set(`${line.split(" ")[0]} ${line.split(" ").at(-1)}`, line);
		},
	};
	return store;
}

const land = (store: ReturnType<typeof fakeStore>) => observedConsumer({ schema: Bar, handle: barWriter(store) });
const many = (count: number) => Array.from({ length: count }, (_, index) => bar({ symbol: `S${index}` }));
const emitted = (second: number) => `2013-10-07T13:31:${String(second).padStart(2, "0")}.000Z`;
const at = (second: number) => Date.parse(emitted(second));

describe("a batch", () => {
	test("of 5,000 bars is one request", async () => {
		const store = fakeStore();
		const { handler, counts } = land(store);
		await deliver(handler, kinesisRecords(many(5_000)), { batchSize: 5_000 });
		expect(store.requests).toEqual([5_000]);
		expect(store.rows.size).toBe(5_000);
		expect(counts).toMatchObject({ handled: 5_000, failed: 0 });
	});

	test("without a good bar is none", async () => {
		const store = fakeStore();
		const { handler } = land(store);
		await deliver(handler, kinesisRecords(["x"]));
		expect(store.requests).toEqual([]);
	});

	test("written again gives the same rows", async () => {
		const store = fakeStore();
		const { handler } = land(store);
		await deliver(handler, kinesisRecords(many(10)));
		const once = new Map(store.rows);
		await deliver(handler, kinesisRecords(many(10)));
		await deliver(land(store).handler, kinesisRecords(many(10)));
		expect(store.rows).toEqual(once);
	});
});

describe("a line that the store rejects", () => {
	test("is found among many in few requests, and all others are kept", async () => {
		const store = fakeStore();
		store.rejects = (line) => line.includes("symbol=S777 ");
		const { handler, letters, counts } = land(store);
		await deliver(handler, kinesisRecords(many(2_000)), { batchSize: 2_000 });
		expect(store.rows.size).toBe(1_999);
		expect(store.requests.length).toBeLessThan(30);
		expect(letters).toMatchObject([{ reason: "rejected", detail: "a line is wrong" }]);
		expect(JSON.parse(letters[0]?.payload ?? "")).toEqual(bar({ symbol: "S777" }));
		expect(counts).toMatchObject({ handled: 1_999, rejected: 1, failed: 0 });
	});

	test("is a dead letter too where it cannot even be written", async () => {
		const store = fakeStore();
		const { handler, letters } = land(store);
		await deliver(handler, kinesisRecords([bar(), bar({ symbol: "A\nB" })]));
		expect(store.rows.size).toBe(1);
		expect(letters).toMatchObject([{ reason: "rejected", detail: expect.stringContaining("cannot carry the symbol") }]);
	});

	test("does not take an older, good version of its bar with it", async () => {
		const store = fakeStore();
		store.rejects = (line) => line.includes("close=999");
		const { handler, letters } = land(store);
		await deliver(handler, kinesisRecords([bar({ close: 1 }), bar({ close: 999, emitted_at: emitted(30) })]));
		expect(store.content()).toEqual([[1, Date.parse(bar().emitted_at)]]);
		expect(letters).toHaveLength(1);
	});

	test("and a store that goes away meanwhile: nothing is lost, nothing is sent twice", async () => {
		const store = fakeStore();
		store.rejects = (line) => line.includes("symbol=S7 ");
		store.fails = (request) => request === 4;
		const { handler, letters } = land(store);
		const { abandoned } = await deliver(handler, kinesisRecords(many(16)));
		expect(abandoned).toEqual([]);
		expect(store.rows.size).toBe(15);
		expect(letters).toHaveLength(1);
	});
});

describe("a store that rejects all of many", () => {
	test("is asked only as long as the call lasts: what is left comes again, and each is kept once", async () => {
		const store = fakeStore();
		store.rejects = () => true;
		const write = barWriter(store);
		// Each call has time for 20 requests.
		const handle = (entries: Parameters<typeof write>[0]) => {
			const end = store.requests.length + 20;
			return write(entries, { getRemainingTimeInMillis: () => 15_000 + (end - store.requests.length) * 1_000 });
		};
		const { handler, letters, counts } = observedConsumer({ schema: Bar, handle });
		const records = kinesisRecords(many(60));
		const { calls, abandoned } = await deliver(handler, records, { retryAttempts: 0 });
		expect(abandoned).toEqual([]);
		expect(calls.length).toBeGreaterThan(4);
		expect(letters.map(({ sequence_number }) => sequence_number)).toEqual(
			records.map(({ kinesis }) => kinesis.sequenceNumber),
		);
		expect(counts.handled).toBe(0);
	});
});

describe("a store that does not answer", () => {
	test("fails all, and they come again", async () => {
		const store = fakeStore();
		store.fails = (request) => request <= 2;
		const { handler, counts } = land(store);
		const { abandoned } = await deliver(handler, kinesisRecords(many(4)));
		expect(abandoned).toEqual([]);
		expect(store.rows.size).toBe(4);
		expect(counts.failed).toBeGreaterThan(0);
	});

	test("gives up their place after the last attempt", async () => {
		const store = fakeStore();
		store.fails = () => true;
		const { abandoned } = await deliver(land(store).handler, kinesisRecords(many(2)), { retryAttempts: 2 });
		expect(abandoned.map(({ batchSize }) => batchSize)).toEqual([1, 1]);
		expect(store.requests).toEqual([2, 1, 1, 1, 1, 1, 1]);
	});
});

describe("versions of one bar", () => {
	test("the newest of a batch is written, whatever their order", async () => {
		const store = fakeStore();
		const versions = [20, 40, 30].map((second) => bar({ close: second, emitted_at: emitted(second) }));
		await deliver(land(store).handler, kinesisRecords(versions));
		expect(store.content()).toEqual([[40, at(40)]]);
		expect(store.requests).toEqual([1]);
	});

	test("of two that were sent at the same time the later in the stream wins", async () => {
		const store = fakeStore();
		await deliver(land(store).handler, kinesisRecords([bar({ close: 1 }), bar({ close: 2 })]));
		expect(store.content()).toEqual([[2, Date.parse(bar().emitted_at)]]);
	});

	test("an older one does not overwrite a newer one of an earlier batch", async () => {
		const store = fakeStore();
		const { handler, counts } = land(store);
		const versions = [40, 20, 50].map((second) => bar({ close: second, emitted_at: emitted(second) }));
		await deliver(handler, kinesisRecords(versions.slice(0, 2)), { batchSize: 1 });
		expect(store.content()).toEqual([[40, at(40)]]);
		await deliver(handler, kinesisRecords(versions.slice(2)), { batchSize: 1 });
		expect(store.content()).toEqual([[50, at(50)]]);
		expect(counts).toMatchObject({ handled: 3, failed: 0 });
	});

	test("one whose write failed does not keep an older one out", async () => {
		const store = fakeStore();
		store.fails = (request) => request === 1;
		const { handler } = land(store);
		await deliver(handler, kinesisRecords([bar({ close: 40, emitted_at: emitted(40) })]), { retryAttempts: 0 });
		await deliver(handler, kinesisRecords([bar({ close: 20, emitted_at: emitted(20) })]));
		expect(store.content()).toEqual([[20, at(20)]]);
	});

	test("in the stream's order end as the newest, with any batches, failures and lost answers", async () => {
		await fc.assert(
			fc.asyncProperty(
				fc.array(fc.record({ symbol: fc.constantFrom("A", "B", "C"), second: fc.nat(59) }), {
					minLength: 1,
					maxLength: 30,
				}),
				fc.integer({ min: 1, max: 7 }),
				fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
				async (versions, batchSize, chances) => {
					const store = fakeStore();
					const chance = () => chances.next().value === 0;
					let calls = 0;
					store.fails = () => ++calls < 60 && chance();
					const { abandoned } = await deliver(
						land(store).handler,
						kinesisRecords(
							versions.map(({ symbol, second }) => bar({ symbol, close: second + 1, emitted_at: emitted(second) })),
						),
						{ batchSize, retryAttempts: 100, loseAnswer: () => ++calls < 60 && chance() },
					);
					expect(abandoned).toEqual([]);
					const bySymbol = [...Map.groupBy(versions, ({ symbol }) => symbol).values()];
					const newest = bySymbol.map((all) => Math.max(...all.map(({ second }) => second)));
					expect(
						store
							.content()
							.map((row) => row?.[1])
							.sort(),
					).toEqual(newest.map(at).sort());
				},
			),
			{ numRuns: 200 },
		);
	});
});
