import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Bar } from "../../../contracts.ts";
import { lineStore } from "../../../landing/influxdb/store.ts";
import { barWriter } from "../../../landing/influxdb/writer.ts";
import { ask, barsTable } from "../../../local/questdb.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { type TestInfluxDb, testInfluxDb } from "../../support/influxdb.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { type TestStore, testStore } from "../../support/questdb.ts";
import { bar } from "../../support/samples.ts";

// The function as it is, in front of the real stores.
let questDb: TestStore;
let influxDb: TestInfluxDb;
beforeAll(async () => {
	[questDb, influxDb] = await Promise.all([testStore(), testInfluxDb()]);
});
afterAll(async () => {
	await Promise.all([questDb, influxDb].map((store) => store?.[Symbol.asyncDispose]()));
});

const landAt = (url: string) =>
	observedConsumer({ schema: Bar, handle: barWriter(lineStore({ url, bucket: "tidemark", org: "tidemark" })) });
const at = (minute: number) => new Date(Date.parse("2013-10-07T13:30:00.000Z") + minute * 60_000).toISOString();
const minutes = (symbol: string, count: number) =>
	Array.from({ length: count }, (_, minute) => bar({ symbol, window_start: at(minute), close: 100 + minute }));
/** A time before 1970, which QuestDB refuses. */
const early = bar({ symbol: "EARLY", window_start: "1969-12-31T23:59:00.000Z" });

describe("QuestDB", () => {
	const rows = (symbol: string) =>
		questDb.rows(`SELECT timestamp, close FROM bars WHERE symbol = '${symbol}' ORDER BY timestamp`);

	test("takes 5,000 bars in one compressed request; written again they are the same rows", async () => {
		const { handler, counts } = landAt(questDb.url);
		const records = kinesisRecords(minutes("MANY", 5_000));
		await deliver(handler, records, { batchSize: 5_000 });
		const once = await rows("MANY");
		expect(once).toHaveLength(5_000);
		expect(once[4_999]).toMatchObject({ close: 5_099 });
		await deliver(landAt(questDb.url).handler, records, { batchSize: 5_000 });
		expect(await rows("MANY")).toEqual(once);
		expect(counts).toMatchObject({ handled: 5_000, rejected: 0, failed: 0 });
	});

	test("refuses one line of many: that one is kept with the reason, the rest is written", async () => {
		const { handler, letters, counts } = landAt(questDb.url);
		await deliver(handler, kinesisRecords([...minutes("BEFORE", 300), early, ...minutes("BEHIND", 300)]), {
			batchSize: 1_000,
		});
		expect(await rows("BEFORE")).toHaveLength(300);
		expect(await rows("BEHIND")).toHaveLength(300);
		expect(letters).toMatchObject([{ reason: "rejected", payload: JSON.stringify(early) }]);
		expect(letters[0]?.detail).toContain("error in line 1: table: bars");
		expect(counts).toMatchObject({ handled: 600, rejected: 1, failed: 0 });
	});

	test("with a column of another type: every record is kept with the reason, and nothing fails", async () => {
		await using foreign = await testStore();
		await ask(foreign.url, "DROP TABLE bars");
		await ask(foreign.url, barsTable.replace("open DOUBLE", "open BOOLEAN"));
		const { handler, letters, counts, logged } = landAt(foreign.url);
		const records = kinesisRecords(minutes("A", 200));
		const { abandoned } = await deliver(handler, records, { batchSize: 200, retryAttempts: 1 });
		expect(abandoned).toEqual([]);
		expect(letters.map(({ sequence_number }) => sequence_number)).toEqual(
			records.map(({ kinesis }) => kinesis.sequenceNumber),
		);
		expect(letters[0]?.detail).toMatch(
			/answered 400 .* column: open; cast error from protocol type: FLOAT to column type: BOOLEAN/s,
		);
		expect(counts).toMatchObject({ handled: 0, rejected: 200, failed: 0 });
		expect(logged).toMatchObject([
			["200 of 200 records rejected", { because: expect.stringContaining("column: open") }],
		]);
	});
});

describe("InfluxDB", () => {
	const rows = (symbol: string) => influxDb.rows(`SELECT * FROM bars WHERE symbol = '${symbol}'`);

	test("keeps all columns, and a bar that is written again or corrected is the same point", async () => {
		const { handler } = landAt(influxDb.url);
		await deliver(handler, kinesisRecords([bar(), bar({ vwap: null, interval: "5m" }), bar()]));
		await deliver(handler, kinesisRecords([bar({ close: 486.9, emitted_at: "2013-10-07T13:40:00.000Z" })]));
		const all = await rows("AAPL");
		expect(all).toHaveLength(2);
		expect(all[0]).toEqual({
			time: Date.parse("2013-10-07T13:30:00.000Z"),
			symbol: "AAPL",
			interval: "1m",
			window_end_ms: Date.parse("2013-10-07T13:31:00.000Z"),
			open: 486.56,
			high: 487.1,
			low: 486.5,
			close: 486.9,
			volume: 123_456,
			trade_count: 789,
			vwap: 486.831234,
			change: 0.44,
			change_pct: 0.090431,
			move_pct: -0.25,
			day_move_pct: 1.5,
			emitted_at_ms: Date.parse("2013-10-07T13:40:00.000Z"),
		});
		expect(all[1]).toMatchObject({ interval: "5m", vwap: null });
	});

	test("takes 5,000 bars in one compressed request, odd symbols among them", async () => {
		const symbols = ["BRK B,x=1", "ünï 😀", 'a"b', "#note"];
		const { handler, letters } = landAt(influxDb.url);
		const odd = symbols.map((symbol) => bar({ symbol }));
		await deliver(handler, kinesisRecords([...minutes("MANY", 4_996), ...odd]), { batchSize: 5_000 });
		expect(letters).toEqual([]);
		expect(await rows("MANY")).toHaveLength(4_996);
		for (const symbol of symbols) expect(await rows(symbol)).toHaveLength(1);
	});

	test("refuses one line of many: the others are written, although it has taken some of them with the first try", async () => {
		// A whole number where the field has fractions.
		const conflict = "volume=1.5";
		const write = lineStore({ url: influxDb.url, bucket: "tidemark", org: "tidemark" }).write;
		const store = {
			write: (lines: string[]) =>
				write(lines.map((line) => (line.includes("symbol=WRONG ") ? line.replace(/volume=\d+i/, conflict) : line))),
		};
		const { handler, letters } = observedConsumer({ schema: Bar, handle: barWriter(store) });
		await deliver(handler, kinesisRecords([...minutes("L", 50), bar({ symbol: "WRONG" }), ...minutes("R", 50)]));
		expect(await rows("L")).toHaveLength(50);
		expect(await rows("R")).toHaveLength(50);
		expect(letters).toMatchObject([{ reason: "rejected", detail: expect.stringContaining("field type conflict") }]);
	});

	test("without the database: an error that names it, and nothing is given up as refused", async () => {
		const handle = barWriter(lineStore({ url: influxDb.url, bucket: "nowhere", org: "desk" }));
		const { handler, letters, logged } = observedConsumer({ schema: Bar, handle });
		await deliver(handler, kinesisRecords([bar()]), { retryAttempts: 0 });
		expect(letters).toEqual([]);
		expect(JSON.stringify(logged)).toContain("a bucket nowhere of the organisation desk?");
	});
});
