import { describe, expect, test } from "vitest";
import type { Bar, Interval, Tick } from "../../../../contracts.ts";
import type { History } from "../../../../local/page/messages.ts";
import { Series } from "../../../../local/page/web/series.ts";
import { bar, tick } from "../records.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
const seconds = (time: string) => Date.parse(at(time)) / 1_000;

function history(over: Partial<History>): History {
	return {
		symbol: "AAA",
		interval: "1m",
		zone: "America/New_York",
		bars: [],
		minutes: [],
		ticks: [],
		hits: [],
		more: false,
		storeError: null,
		...over,
	};
}

function seriesOf(interval: Interval, records: (Bar | Tick)[]): Series {
	const series = new Series(interval);
	for (const record of records) "interval" in record ? series.addBar(record) : series.addTick(record);
	return series;
}

describe("closed bars", () => {
	test("come out oldest first, however they came in", () => {
		const series = seriesOf("1m", [bar("AAA", at("13:31:00"), 11), bar("AAA", at("13:30:00"), 10)]);
		expect(series.candles().map(({ time, close, forming }) => ({ time, close, forming }))).toEqual([
			{ time: seconds("13:30:00"), close: 10, forming: false },
			{ time: seconds("13:31:00"), close: 11, forming: false },
		]);
	});

	test("carry the average price that the SQL computed, or none", () => {
		const series = seriesOf("1m", [
			bar("AAA", at("13:30:00"), 10, { vwap: 9.98 }),
			bar("AAA", at("13:31:00"), 10, { volume: 0, vwap: null }),
		]);
		expect(series.candles().map(({ vwap }) => vwap)).toEqual([9.98, null]);
	});

	test("that come twice change nothing, not even the candle object", () => {
		const series = seriesOf("1m", [bar("AAA", at("13:30:00"), 10)]);
		const [before] = series.candles();
		series.addBar(bar("AAA", at("13:30:00"), 10));
		expect(series.candles()).toHaveLength(1);
		expect(series.candles()[0]).toBe(before);
	});

	test("emitted later replace earlier ones, never the other way round", () => {
		const series = seriesOf("1m", [
			bar("AAA", at("13:30:00"), 10, { emitted_at: at("13:31:05.000") }),
			bar("AAA", at("13:30:00"), 12, { emitted_at: at("13:31:09.000") }),
			bar("AAA", at("13:30:00"), 11, { emitted_at: at("13:31:07.000") }),
		]);
		expect(series.candles().map((candle) => candle.close)).toEqual([12]);
	});

	test("of other intervals are not shown", () => {
		const series = seriesOf("5m", [bar("AAA", at("13:00:00"), 10, { interval: "1h" })]);
		expect(series.candles()).toEqual([]);
	});

	test("an older page of history goes in front", () => {
		const series = new Series("1m");
		series.load(history({ bars: [bar("AAA", at("13:31:00"), 11)], more: true }));
		expect([series.oldest, series.more]).toEqual([at("13:31:00.000"), true]);
		series.load(history({ bars: [bar("AAA", at("13:30:00"), 10)] }));
		expect([series.oldest, series.more]).toEqual([at("13:30:00.000"), false]);
		expect(series.candles().map((candle) => candle.close)).toEqual([10, 11]);
	});
});

describe("the forming candle", () => {
	test("is folded from the seconds after the last closed minute", () => {
		const series = seriesOf("1m", [
			bar("AAA", at("13:30:00"), 10),
			tick("AAA", at("13:31:02"), 12, { open: 11, high: 13, low: 10.5, volume: 30 }),
			tick("AAA", at("13:31:00"), 11, { open: 10, high: 11, low: 9.5, volume: 20 }),
		]);
		expect(series.candles().at(-1)).toEqual({
			time: seconds("13:31:00"),
			open: 10,
			high: 13,
			low: 9.5,
			close: 12,
			volume: 50,
			vwap: null,
			forming: true,
		});
	});

	test("counts a second that comes twice once, and takes its later version", () => {
		const series = seriesOf("1m", [
			tick("AAA", at("13:30:01"), 10, { volume: 5 }),
			tick("AAA", at("13:30:01"), 10, { volume: 5 }),
			tick("AAA", at("13:30:01"), 11, { volume: 7, emitted_at: at("13:30:09.000") }),
		]);
		expect(series.candles()).toMatchObject([{ close: 11, volume: 7 }]);
	});

	test("gives way to the closed bar, which wins over what the seconds said", () => {
		const series = seriesOf("1m", [
			tick("AAA", at("13:30:59"), 10),
			tick("AAA", at("13:31:00"), 11),
			bar("AAA", at("13:30:00"), 10.5),
		]);
		expect(series.candles().map(({ close, forming }) => [close, forming])).toEqual([
			[10.5, false],
			[11, true],
		]);
		series.addTick(tick("AAA", at("13:30:58"), 99));
		expect(series.candles().map((candle) => candle.close)).toEqual([10.5, 11]);
	});

	test("of two windows that have not closed yet shows both", () => {
		const series = seriesOf("1m", [tick("AAA", at("13:30:59"), 10), tick("AAA", at("13:31:00"), 11)]);
		expect(series.candles().map(({ time, forming }) => [time, forming])).toEqual([
			[seconds("13:30:00"), true],
			[seconds("13:31:00"), true],
		]);
	});

	test("of a larger interval is the closed minutes in it and the seconds after those", () => {
		const series = seriesOf("5m", [
			bar("AAA", at("13:25:00"), 9, { interval: "5m" }),
			bar("AAA", at("13:30:00"), 10, { open: 9.9, high: 10.4, low: 9.8, volume: 100 }),
			tick("AAA", at("13:30:59"), 50),
			bar("AAA", at("13:31:00"), 11, { open: 10, high: 12, low: 9.7, volume: 200 }),
			tick("AAA", at("13:32:00"), 10.2, { volume: 7 }),
		]);
		expect(series.candles().at(-1)).toEqual({
			time: seconds("13:30:00"),
			open: 9.9,
			high: 12,
			low: 9.7,
			close: 10.2,
			volume: 307,
			vwap: null,
			forming: true,
		});
		series.addBar(bar("AAA", at("13:30:00"), 10.1, { interval: "5m" }));
		expect(series.candles().map((candle) => candle.forming)).toEqual([false, false]);
	});

	test("of a history that is opened in the middle of an hour has that hour's minutes", () => {
		const series = new Series("1h");
		series.load(
			history({
				interval: "1h",
				bars: [bar("AAA", at("12:00:00"), 8, { interval: "1h" })],
				minutes: [bar("AAA", at("13:00:00"), 9, { volume: 10 }), bar("AAA", at("13:01:00"), 10, { volume: 20 })],
				ticks: [tick("AAA", at("13:01:30"), 77), tick("AAA", at("13:02:01"), 11, { volume: 3 })],
			}),
		);
		expect(series.candles().at(-1)).toMatchObject({ time: seconds("13:00:00"), close: 11, volume: 33 });
	});

	test("of a day is the day's values so far", () => {
		const day = { day_open: 10, day_high: 14, day_low: 9, day_volume: 5_000 };
		const series = seriesOf("1d", [tick("AAA", at("13:30:01"), 12, day), tick("AAA", at("13:30:00"), 11, day)]);
		expect(series.candles()).toEqual([
			{ time: seconds("05:00:00"), open: 10, high: 14, low: 9, close: 12, volume: 5_000, vwap: null, forming: true },
		]);
	});

	test("of a day starts where the market's days start", () => {
		const closed = bar("AAA", "2013-10-06T22:00:00Z", 9, { interval: "1d" });
		const series = seriesOf("1d", [closed, tick("AAA", at("23:10:00"), 12)]);
		expect(series.candles().map((candle) => candle.time)).toEqual([
			Date.parse("2013-10-06T22:00:00Z") / 1_000,
			seconds("22:00:00"),
		]);
	});

	test("of a day is not shown once that day has closed", () => {
		const series = seriesOf("1d", [
			tick("AAA", at("20:00:00"), 12),
			bar("AAA", at("05:00:00"), 12.5, { interval: "1d" }),
		]);
		expect(series.candles().map(({ close, forming }) => [close, forming])).toEqual([[12.5, false]]);
	});
});

test("a window starts at a whole interval, a day where the day starts", () => {
	const start = (interval: Interval) => new Series(interval).windowOf(at("04:59:59.999"));
	expect(start("1m")).toBe(seconds("04:59:00"));
	expect(start("5m")).toBe(seconds("04:55:00"));
	expect(start("1h")).toBe(seconds("04:00:00"));
	expect(start("1d")).toBe(Date.parse("2013-10-06T05:00:00Z") / 1_000);
});
