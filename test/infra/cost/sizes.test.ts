import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { readConfig } from "../../../infra/config.ts";
import * as sizes from "../../../infra/cost/sizes.ts";
import { root } from "../../../local/paths.ts";
import { aggregate } from "../../../producer/publish/aggregate.ts";
import { barsOfSymbols } from "../../bench/landing/bars.ts";
import { billOf } from "../../bench/landing/billing.ts";
import { bar, hit, tick } from "../../support/samples.ts";

const bytes = (record: unknown) => Buffer.byteLength(JSON.stringify(record));

/** A trade of the middle of the real day, as the replay sends it. */
const trade = Trade.parse({
	trade_id: "SPY-125300",
	symbol: "SPY",
	event_time: "2013-10-07T15:30:00.464Z",
	price: 167.4123,
	size: 100,
	source: "replay",
	exchange: "P",
	sequence: 125_300,
});

test("records have about the bytes that are counted", () => {
	const { trades, bars, ticks, hits } = sizes.RECORD_BYTES;
	expect(Math.abs(bytes(trade) / trades - 1)).toBeLessThan(0.1);
	expect(bytes(bar())).toBe(bars);
	expect(bytes(tick())).toBe(ticks);
	expect(bytes(hit())).toBe(hits);
});

test("sixteen trades in an aggregate have about the bytes that are counted", () => {
	const data = Buffer.alloc(sizes.RECORD_BYTES.trades, "x");
	const records = Array.from({ length: sizes.TRADES_AN_AGGREGATE }, () => ({ key: "SPY", data }));
	const { length } = aggregate(records, String(2n ** 127n));
	const each = length / records.length - data.length;
	expect(Math.abs(each - sizes.AGGREGATE_BYTES)).toBeLessThan(1);
	expect(Math.ceil(length / 1024)).toBe(3);
});

test("Timestream bills for full calls what is counted", async () => {
	const { billed, bars } = await billOf([barsOfSymbols([bar()], 1_000)]);
	expect(billed / bars).toBeCloseTo(sizes.LIVE_WRITES_A_BAR, 2);
});

test("the tables and buckets are those of the SQL", () => {
	const folder = join(root, "sql", "3_sinks", "lake");
	expect(readdirSync(folder)).toHaveLength(sizes.ALL_TABLES);
	const raw = readFileSync(join(folder, "raw_trades.sql"), "utf8");
	expect(raw).toContain(`bucket(${sizes.RAW_BUCKETS}, symbol)`);
});

test("functions have the memory that the stacks give them", () => {
	const consumer = readFileSync(join(root, "infra", "consumer.ts"), "utf8");
	const memory = Number(/memorySize: (\d+)/.exec(consumer)?.[1]);
	expect(memory).toBe(512);
	expect(sizes.FUNCTION_GB).toBe(memory / 1024);
	expect(sizes.FUNCTION_CPUS).toBe(memory / 1769);
	expect(consumer).toContain("Architecture.ARM_64");
});

test("the producer aggregates from where it is counted", () => {
	const batching = readFileSync(join(root, "producer", "publish", "batching.ts"), "utf8");
	expect(batching).toContain(`[TOO_MANY, FEW_ENOUGH] = [${sizes.AGGREGATE_FROM}, `);
	expect(batching).toContain(`WORTHWHILE = ${sizes.TRADES_AN_AGGREGATE};`);
});

test("intervals are those of the bars that are counted: 12 of 5m, one of 1h and a day's", () => {
	expect(sizes.LARGER_BARS_AN_HOUR).toBeCloseTo(60 / 5 + 60 / 60 + 1 / 24, 12);
	expect(readConfig().checkpointMs).toBe(60_000);
});
