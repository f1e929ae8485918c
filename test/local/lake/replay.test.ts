import { DeleteCommand, ScanCommand } from "@aws-sdk/lib-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { Bar } from "../../../contracts.ts";
import { emulated } from "../../../infra/emulated.ts";
import { documentClient } from "../../../landing/dynamodb/client.ts";
import { barItem, historyWriter } from "../../../landing/dynamodb/history.ts";
import { lineStore } from "../../../landing/influxdb/store.ts";
import { barWriter } from "../../../landing/influxdb/writer.ts";
import { barTable } from "../../../landing/live_analytics/table.ts";
import { barWriter as timestreamWriter } from "../../../landing/live_analytics/writer.ts";
import { type DuckDb, openDuckDb } from "../../../local/duckdb.ts";
import { barsOf, daysOfBars } from "../../../local/lake/lake-bars.ts";
import { type ReplayOptions, replay, sumOf } from "../../../local/lake/replay.ts";
import { histories, lines, liveAnalytics, type ReplayStore } from "../../../local/lake/replay-store.ts";
import type { Lake } from "../../../local/lake.ts";
import { tools } from "../../../local/paths.ts";
import { startProgress } from "../../../local/progress.ts";
import { ask } from "../../../local/questdb.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { type TestInfluxDb, testInfluxDb } from "../../support/influxdb.ts";
import { deliver, kinesisRecords } from "../../support/kinesis.ts";
import { type TestTimestream, testTimestream } from "../../support/moto.ts";
import { type TestStore, testStore } from "../../support/questdb.ts";
import { bar } from "../../support/samples.ts";

const MINUTE = 60_000;
const START = Date.parse("2013-10-07T23:00:00.000Z");
const at = (minute: number) => new Date(START + minute * MINUTE).toISOString();
const instantOf = (minute: number, interval: number) => ({
	window_start: at(minute),
	window_end: at(minute + interval),
	emitted_at: new Date(START + (minute + interval) * MINUTE + 2_100 + (minute % 7)).toISOString(),
});

/** Two hours around midnight of three symbols: two days, two intervals, and values that are unknown. */
const all: Bar[] = ["AAPL", "BRK B,x=1", "GOOG"].flatMap((symbol) =>
	Array.from({ length: 120 }, (_, minute) => {
		const close = 480 + minute / 7;
		const some = minute % 11 === 0 ? { volume: 0, vwap: null, move_pct: null, day_move_pct: null } : {};
		const one = bar({ symbol, close, ...some, ...instantOf(minute, 1) });
		return minute % 5 > 0 ? [one] : [one, bar({ symbol, interval: "5m", close, ...instantOf(minute, 5) })];
	}).flat(),
);
const counts = { "1m": 360, "5m": 72 };

const nobody = startProgress(() => {});
let lake: Lake;
const opened: DuckDb[] = [];

/** The lake's table of bars, with the types that DuckDB reads from Iceberg. */
async function lakeOf(bars: readonly Bar[]): Promise<Lake> {
	const db = await openDuckDb(tools().duckdbExtensions);
	opened.push(db);
	await db.connection.run(
		`CREATE TABLE bars (symbol VARCHAR, "interval" VARCHAR, window_start TIMESTAMPTZ, window_end TIMESTAMPTZ, "open" DOUBLE,
		high DOUBLE, low DOUBLE, "close" DOUBLE, volume BIGINT, trade_count BIGINT, vwap DOUBLE, "change" DOUBLE,
		change_pct DOUBLE, move_pct DOUBLE, day_move_pct DOUBLE, emitted_at TIMESTAMPTZ, "day" DATE)`,
	);
	const literal = (value: unknown) =>
		value === null ? "NULL" : typeof value === "number" ? `${value}` : `'${String(value).replaceAll("'", "''")}'`;
	const rows = bars.map((each) => {
		const { symbol, interval, window_start, window_end, open, high, low, close, volume, trade_count, ...rest } = each;
		const { vwap, change, change_pct, move_pct, day_move_pct, emitted_at } = rest;
		const values = [symbol, interval, window_start, window_end, open, high, low, close, volume, trade_count, vwap];
		values.push(change, change_pct, move_pct, day_move_pct, emitted_at, window_start.slice(0, 10));
		return `(${values.map(literal).join(", ")})`;
	});
	if (rows.length > 0) await db.connection.run(`INSERT INTO bars VALUES ${rows.join(", ")}`);
	return db as unknown as Lake;
}

beforeAll(async () => {
	lake = await lakeOf(all);
});
afterAll(() => {
	for (const db of opened) db.close();
});

const run = (store: ReplayStore, options: ReplayOptions = {}, of = lake) =>
	replay(of, store, { patienceMs: 1, ...options }, nobody);

/** Lands the bars as the function does; every one of them must be taken. */
async function land(handle: Parameters<typeof observedConsumer<Bar>>[0]["handle"], bars = all): Promise<void> {
	const { handler, counts } = observedConsumer({ schema: Bar, handle });
	await deliver(handler, kinesisRecords(bars), { batchSize: 500 });
	expect(counts).toMatchObject({ handled: bars.length });
}

describe("bars of the lake", () => {
	test("are what went into the stream, value for value", async () => {
		const read = [...(await barsOf(lake, "2013-10-07", {})), ...(await barsOf(lake, "2013-10-08", {}))];
		const byKey = (bars: Bar[]) =>
			bars.map((each) => JSON.stringify(Bar.parse(each), Object.keys(Bar.shape))).toSorted();
		expect(byKey(read)).toEqual(byKey(all));
	});

	test("are found by time, interval and symbol", async () => {
		const which = { from: START + 30 * MINUTE, to: START + 90 * MINUTE, intervals: ["1m"], symbols: ["AAPL", "it's"] };
		expect(await daysOfBars(lake, which)).toEqual([
			{ day: "2013-10-07", bars: { "1m": 30 } },
			{ day: "2013-10-08", bars: { "1m": 30 } },
		]);
		const first = (await barsOf(lake, "2013-10-08", which)).map(({ window_start }) => window_start);
		expect([first[0], first.at(-1)]).toEqual([at(60), at(89)]);
	});
});

describe("QuestDB", () => {
	let store: TestStore;
	beforeAll(async () => {
		store = await testStore();
	});
	afterAll(() => store?.[Symbol.asyncDispose]());
	const options = () => ({ url: store.url, bucket: "tidemark", org: "tidemark" });
	const rows = () => store.rows("SELECT * FROM bars ORDER BY symbol, interval, timestamp");

	test("has row by row what landing had written, after it was wiped", async () => {
		await land(barWriter(lineStore(options())));
		const before = await rows();
		expect(before).toHaveLength(all.length);
		await ask(store.url, "TRUNCATE TABLE bars");
		expect(await rows()).toEqual([]);

		const done = await run(lines(options()));
		expect(done).toMatchObject({ days: 2, read: counts, written: counts, there: {}, refusals: 0 });
		expect(await rows()).toEqual(before);

		await store.applied();
		const again = await run(lines(options()));
		expect(again).toMatchObject({ read: counts, written: {}, there: counts, stored: counts });
		expect(await rows()).toEqual(before);
	});

	test("keeps a version that is newer than the lake's, and takes one that is older", async () => {
		const [one, other] = all.filter(({ symbol, interval }) => symbol === "GOOG" && interval === "1m") as [Bar, Bar];
		const later = { ...one, close: 1, emitted_at: "2013-10-09T00:00:00.000Z" };
		const earlier = { ...other, close: 2, emitted_at: "2013-10-07T00:00:00.000Z" };
		await land(barWriter(lineStore(options())), [later, earlier]);
		await store.applied();
		const done = await run(lines(options()), { symbols: ["GOOG"], intervals: ["1m"] });
		expect(done).toMatchObject({ written: { "1m": 1 }, there: { "1m": 119 } });
		const closes = await store.rows("SELECT close FROM bars WHERE symbol = 'GOOG' AND interval = '1m' LIMIT 2");
		expect(closes).toEqual([{ close: 1 }, { close: other.close }]);
	});

	test("that refuses a bar for good: it is told with the reason, and the rest is written", async () => {
		const early = bar({
			symbol: "EARLY",
			window_start: "1969-12-31T23:59:00.000Z",
			window_end: "1970-01-01T00:00:00.000Z",
		});
		const done = await run(lines(options(), { overwrite: true }), {}, await lakeOf([early, ...all.slice(0, 10)]));
		expect(done.refusals).toBe(1);
		expect(done.refused).toMatchObject([{ bar: "EARLY 1m 1969-12-31T23:59:00.000Z" }]);
		expect(sumOf(done.written)).toBe(10);
	});
});

describe("InfluxDB", () => {
	let store: TestInfluxDb;
	beforeAll(async () => {
		store = await testInfluxDb();
	});
	afterAll(() => store?.[Symbol.asyncDispose]());
	const options = (changes = {}) => ({ url: store.url, bucket: "tidemark", org: "tidemark", ...changes });
	const rows = () => store.rows("SELECT * FROM bars");

	test("has point by point what landing had written, after it was wiped; a newer version stays", async () => {
		await land(barWriter(lineStore(options())));
		const before = await rows();
		expect(before).toHaveLength(all.length);
		await store.wipe();
		expect(await rows()).toEqual([]);

		expect(await run(lines(options()))).toMatchObject({ read: counts, written: counts, stored: counts });
		expect(await rows()).toEqual(before);
		expect(await run(lines(options()))).toMatchObject({ written: {}, there: counts, stored: counts });

		const [first] = all as [Bar];
		await land(barWriter(lineStore(options())), [{ ...first, close: 1, emitted_at: "2013-10-09T00:00:00.000Z" }]);
		expect(await run(lines(options()))).toMatchObject({ written: {}, there: counts });
		expect((await rows()).filter(({ close }) => close === 1)).toHaveLength(1);
	});

	test("that does not say what it has is an error with the remedy, and nothing is written", async () => {
		await store.wipe();
		await expect(run(lines(options({ bucket: "nowhere" })))).rejects.toThrow(
			/2013-10-07: The store at .* does not say which bars it has .*--overwrite.*go on with --from 2013-10-07/s,
		);
		expect(await rows()).toEqual([]);
	});
});

describe("DynamoDB", () => {
	let emulator: TestEmulator;
	let table = "";
	beforeAll(async () => {
		emulator = await testEmulator();
		table = (await emulator.deploy({ shards: 1, stores: ["dynamodb"] })).HistoryTable ?? "";
	}, 300_000);
	afterAll(() => emulator?.[Symbol.asyncDispose]());

	test("has item by item what landing had written, after it was wiped; a newer version stays", async () => {
		const client = documentClient(emulated(emulator.endpoint));
		onTestFinished(() => client.destroy());
		const options = { table, days: 90, itemOf: barItem };
		const items = async () => {
			const found: Record<string, unknown>[] = [];
			let ExclusiveStartKey: Record<string, unknown> | undefined;
			do {
				const page = await client.send(
					new ScanCommand({ TableName: table, ...(ExclusiveStartKey ? { ExclusiveStartKey } : {}) }),
				);
				found.push(...(page.Items ?? []));
				ExclusiveStartKey = page.LastEvaluatedKey;
			} while (ExclusiveStartKey);
			const key = (item: Record<string, unknown>) => `${item.symbol} ${item.series_time}`;
			return found.toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
		};
		const some = all.filter(({ symbol }) => symbol === "AAPL");
		await land(historyWriter(client, options), some);
		const before = await items();
		expect(before).toHaveLength(some.length);
		await Promise.all(
			before.map(({ symbol, series_time }) =>
				client.send(new DeleteCommand({ TableName: table, Key: { symbol, series_time } })),
			),
		);
		expect(await items()).toEqual([]);

		const one = { "1m": 120, "5m": 24 };
		const done = await run(histories(client, table, 90), { symbols: ["AAPL"] });
		expect(done).toMatchObject({ read: one, written: one, stored: one });
		expect(await items()).toEqual(before);

		const [first] = all as [Bar];
		await land(historyWriter(client, options), [{ ...first, close: 1, emitted_at: "2013-10-09T00:00:00.000Z" }]);
		await run(histories(client, table, 90), { symbols: ["AAPL"] });
		expect((await items()).filter(({ close }) => close === 1)).toHaveLength(1);
	});
});

describe("LiveAnalytics", () => {
	let timestream: TestTimestream;
	// The first time moto is installed.
	beforeAll(async () => {
		timestream = await testTimestream();
	}, 300_000);
	afterAll(() => timestream?.[Symbol.asyncDispose]());

	test("is given record by record what landing gives it", async () => {
		const place = { database: "tidemark", table: "bars" };
		const records = async (from = 0) =>
			(await timestream.records())
				.slice(from)
				.map((each) => JSON.stringify(each))
				.toSorted();
		await land(timestreamWriter(barTable(timestream.client, place)));
		const landed = await records();
		expect(landed).toHaveLength(all.length);
		const done = await run(liveAnalytics(timestream.client, place));
		expect(done).toMatchObject({ read: counts, written: counts });
		expect(done).not.toHaveProperty("stored");
		const keys = (all: string[]) =>
			all
				.map((text) => {
					const { Time, MeasureValues } = JSON.parse(text);
					return JSON.stringify([Time, MeasureValues]);
				})
				.toSorted();
		expect(keys(await records(all.length))).toEqual(keys(landed));
	});
});

describe("a store that fails", () => {
	/** Keeps what it took, and answers what it is told to. */
	function kept(fails: (call: number) => boolean, batch = 50) {
		const bars: Bar[] = [];
		let calls = 0;
		const store: ReplayStore = {
			name: "influxdb",
			place: "the store",
			batch,
			write: async (some) => {
				calls++;
				if (fails(calls)) return some.map(() => ({ status: "failed", error: new Error("it is busy") }));
				bars.push(...some);
				return some.map(() => ({ status: "handled" }));
			},
			count: async () =>
				Object.fromEntries(
					Object.entries(Object.groupBy(bars, (each) => each.interval)).map(([k, v]) => [k, v?.length ?? 0]),
				),
		};
		return { store, bars };
	}

	test("for a while is tried again, and each bar is written once", async () => {
		await fc.assert(
			fc.asyncProperty(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 2, max: 5 }), async (batch, every) => {
				const { store, bars } = kept((call) => call % every === 0, batch);
				const done = await run(store);
				expect(done).toMatchObject({ written: counts, stored: counts });
				expect(
					new Set(bars.map(({ symbol, interval, window_start }) => `${symbol} ${interval} ${window_start}`)).size,
				).toBe(all.length);
			}),
			{ numRuns: 20 },
		);
	});

	test("for good is an error that says from which day to go on", async () => {
		const { store, bars } = kept((call) => call > 8, 50);
		await expect(run(store)).rejects.toThrow(
			/the store did not take the bars of 2013-10-08: it is busy.*go on with --from 2013-10-08/s,
		);
		const { store: mended, bars: rest } = kept(() => false);
		mended.count = async () => counts;
		await run(mended, { from: Date.parse("2013-10-08") });
		const days = (some: Bar[], day: string) => some.filter(({ window_start }) => window_start.startsWith(day)).length;
		expect(days(bars, "2013-10-07")).toBe(216);
		expect(days(rest, "2013-10-08")).toBe(216);
	});

	test("by having less than it took is an error", async () => {
		const { store } = kept(() => false);
		store.count = async () => ({ "1m": 359, "5m": 72 });
		await expect(run(store)).rejects.toThrow(/has 1 fewer than the lake/);
	});

	test("is not touched by a dry run", async () => {
		const { store, bars } = kept(() => false);
		expect(await run(store, { dryRun: true })).toMatchObject({ read: counts, written: {}, there: {} });
		expect(bars).toEqual([]);
	});
});
