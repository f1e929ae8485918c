/** The named queries over an hour of trades in DuckDB's memory; every answer is computed a second time without SQL. */
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Highest, inOrder, readAmazonsAnswer } from "../../e2e/amazon.ts";
import { type Row, tradesBetween } from "../../e2e/market.ts";
import { realData } from "../../support/data.ts";
import { expectSameRows } from "./comparing.ts";
import * as expected from "./expected.ts";
import { memoryLake } from "./lake.ts";
import { day, type Lake, lakeOf, type Market, marketOf } from "./market.ts";

let hour: Market & { lake: Lake };
/** The same hour without some minutes of two symbols. */
let holed: Market & { lake: Lake };
beforeAll(async () => {
	const rows = await tradesBetween("13:30", "14:30");
	const opened = async (market: Market) => ({ ...market, lake: await lakeOf(market) });
	hour = await opened(await marketOf(rows));
	const missing = (symbol: string, from: string, to: string) => (row: Row) =>
		row.symbol === symbol && row.event_time.slice(11, 16) >= from && row.event_time.slice(11, 16) < to;
	const holes = [missing("IBM", "13:40", "13:41"), missing("IBM", "14:00", "14:12"), missing("SPY", "13:59", "14:02")];
	holed = await opened(await marketOf(rows.filter((row) => !holes.some((hole) => hole(row)))));
});
afterAll(() => {
	hour.lake.close();
	holed.lake.close();
});

describe("over an hour of trades", () => {
	test("highest_per_hour: every time of the highest price, by the exchange's clocks", async () => {
		const { lake } = hour;
		expectSameRows(await lake.named("highest_per_hour"), expected.highestPerHour(hour.trades), "highest_per_hour");
		const tokyo = await lake.named("highest_per_hour", { time_zone: "Asia/Tokyo", symbols: "SP%" });
		expect(new Set(tokyo.map((row) => `${row.symbol} ${row.hour}`))).toEqual(
			new Set(["SPY 2013-10-07 22:00", "SPY 2013-10-07 23:00"]),
		);
		expect(await lake.named("highest_per_hour", { to_day: "2013-10-06" })).toEqual([]);
	});

	test("daily_ohlc: the session's bars", async () => {
		const { lake } = hour;
		expectSameRows(await lake.named("daily_ohlc"), expected.dailyOhlc(hour.trades), "daily_ohlc");
		const early = await lake.named("daily_ohlc", { session_end: "09:45", symbols: "SPY" });
		const until = hour.trades.filter(({ symbol, time }) => symbol === "SPY" && time < Date.parse("2013-10-07T13:45Z"));
		expectSameRows(early, expected.dailyOhlc(until), "a quarter of an hour");
	});

	test("top_movers: places by the size of the change, fewer where fewer are asked for", async () => {
		const { lake } = hour;
		const all = expected.topMovers(hour.trades);
		expectSameRows(await lake.named("top_movers"), all, "top_movers");
		expectSameRows(await lake.named("top_movers", { places: "2" }), all.slice(0, 2), "two");
		const [first] = await lake.named("top_movers", { bar_interval: "1h", places: "1" });
		expect(first?.window_start).toBe("2013-10-07T13:00:00.000Z");
	});

	test("volatility: of the returns from minute to minute", async () => {
		const { lake } = hour;
		expectSameRows(await lake.named("volatility"), expected.volatility(hour.trades), "volatility");
	});

	test("vwap: notional by shares", async () => {
		const { lake } = hour;
		expectSameRows(await lake.named("vwap"), expected.vwap(hour.trades), "vwap");
	});

	test("volume_by_exchange: with currency and side", async () => {
		const { lake } = hour;
		const all = expected.volumeByExchange(hour.trades);
		expect(all.length).toBeGreaterThan(1);
		expectSameRows(await lake.named("volume_by_exchange"), all, "volume_by_exchange");
	});

	test("positions: what each trader holds, and one trader alone", async () => {
		const { lake } = hour;
		const all = expected.positions(hour.trades);
		expect(all).toHaveLength(7 * 4);
		expectSameRows(await lake.named("positions"), all, "positions");
		const third = all.filter(({ trader }) => trader === "T3");
		expectSameRows(await lake.named("positions", { traders: "T3" }), third, "T3");
	});

	test("gaps: minutes without a trade", async () => {
		const { lake } = holed;
		const found = expected.gaps(holed.trades);
		expect(found.filter(({ symbol }) => symbol === "SPY")).toEqual([
			{ symbol: "SPY", gap_start: "2013-10-07T13:59:00.000Z", gap_end: "2013-10-07T14:02:00.000Z", minutes: 3 },
		]);
		expectSameRows(await lake.named("gaps"), found, "gaps");
		const long = await lake.named("gaps", { least_minutes: "10" });
		expect(long).toEqual([
			{ symbol: "IBM", gap_start: "2013-10-07T14:00:00.000Z", gap_end: "2013-10-07T14:12:00.000Z", minutes: 12 },
		]);
	});
});

test("rejects_by_hour: records by reason, in the hours of a zone", async () => {
	const lake = await memoryLake();
	const reject = (reason: string, arrived_at: string, detail: string, shard_id = "0") => ({
		reason,
		detail,
		shard_id,
		arrived_at,
		day: day(arrived_at),
	});
	await lake.insert("rejects", [
		reject("late", "2013-10-07T13:59:59.999Z", "b"),
		reject("late", "2013-10-07T13:00:00.000Z", "a", "1"),
		reject("malformed", "2013-10-07T13:30:00.000Z", "c"),
		reject("late", "2013-10-07T14:00:00.000Z", "d"),
	]);
	const late = { hour: "2013-10-07 13:00", reason: "late", records: 2, shards: 2, example: "a" };
	const [first, ...others] = await lake.named("rejects_by_hour");
	expect(first).toEqual({
		...late,
		first_arrived: "2013-10-07T13:00:00.000Z",
		last_arrived: "2013-10-07T13:59:59.999Z",
	});
	expect(others.map(({ hour, reason, records }) => [hour, reason, records])).toEqual([
		["2013-10-07 13:00", "malformed", 1],
		["2013-10-07 14:00", "late", 1],
	]);
	const kolkata = await lake.named("rejects_by_hour", { time_zone: "Asia/Kolkata", reasons: "late" });
	expect(kolkata.map(({ hour, records }) => [hour, records])).toEqual([
		["2013-10-07 18:00", 1],
		["2013-10-07 19:00", 2],
	]);
});

describe("hours and days that clocks move", () => {
	test("the hour that comes twice in autumn is two hours", async () => {
		const lake = await memoryLake();
		const trade = (event_time: string, price: number) => ({
			symbol: "A",
			trade_id: event_time,
			event_time,
			price,
			day: day(event_time),
		});
		// At 06:00 UTC of this day New York's clocks go from 02:00 back to 01:00.
		await lake.insert("trades", [
			trade("2013-11-03T05:10:00.000Z", 5),
			trade("2013-11-03T05:50:00.000Z", 4),
			trade("2013-11-03T06:10:00.000Z", 3),
			trade("2013-11-03T06:50:00.000Z", 2),
		]);
		expect(await lake.named("highest_per_hour")).toEqual([
			{ symbol: "A", hour: "2013-11-03 01:00", high: 5, event_time: "2013-11-03T05:10:00.000Z" },
			{ symbol: "A", hour: "2013-11-03 01:00", high: 3, event_time: "2013-11-03T06:10:00.000Z" },
		]);
	});
});

const yahoo = realData("yahoo-1m-2020-05-14.jsonl");
const amazons = realData("athena-highest-per-hour-2020-05-14.csv");

test.skipIf(!yahoo || !amazons)("highest_per_hour over a collector's file is what Amazon Athena answered", async () => {
	const lake = await memoryLake();
	const lines = readFileSync(yahoo ?? "", "utf8")
		.trim()
		.split("\n");
	const rows = lines.map((line) => JSON.parse(line) as { name: string; high: number; low: number; ts: string });
	await lake.insert(
		"trades",
		rows.map(({ name, high, low, ts }) => ({
			symbol: name,
			event_time: new Date(ts.replace(" ", "T")).toISOString(),
			price: low,
			high,
			low,
			day: ts.slice(0, 10),
		})),
	);
	expect(inOrder(await lake.named<Highest>("highest_per_hour"))).toEqual(readAmazonsAnswer(amazons ?? ""));
});
