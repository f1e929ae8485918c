import { describe, expect, test } from "vitest";
import { observeQuiet } from "../../alerting/quiet.ts";

const exchanges = [{ symbols: ["*-USD"], calendar: "24/7" }];
const utc = (text: string) => Date.parse(`${text.length === 16 ? `${text}:00` : text}Z`);
/** What is seen at a time of symbols that traded last at theirs. */
function seen(now: string, trades: Record<string, string> = {}, since = now) {
	const all = Object.entries(trades).map(([symbol, time]) => ({ symbol, time: utc(time), price: 5 }));
	return observeQuiet(all, utc(now), utc(since), { exchanges });
}
const quietOf = (now: string, symbol: string, traded: string) =>
	seen(now, { [symbol]: traded }).symbols[0]?.fields.quiet_minutes;
const lagOf = (now: string, trades: Record<string, string> = {}, since = now) =>
	seen(now, trades, since).pipeline[0]?.fields.lag_minutes;

test("what is said of a symbol and of the pipeline", () => {
	const { symbols, pipeline } = seen("2026-11-24T15:04:59", { AAPL: "2026-11-24T14:50" });
	const time = utc("2026-11-24T15:04");
	const key = "2026-11-24T15:04:00.000Z";
	expect(symbols).toEqual([
		{
			on: "quiet",
			symbol: "AAPL",
			series: "quiet",
			key,
			time,
			fields: {
				symbol: "AAPL",
				quiet_minutes: 14,
				minutes_since_trade: 14,
				price: 5,
				last_trade: "2026-11-24T14:50:00.000Z",
			},
		},
	]);
	expect(pipeline).toEqual([
		{
			on: "pipeline",
			symbol: "pipeline",
			series: "pipeline",
			key,
			time,
			fields: {
				symbol: "pipeline",
				lag_minutes: 14,
				minutes_since_trade: 14,
				symbols: 1,
				last_trade: "2026-11-24T14:50:00.000Z",
			},
		},
	]);
});

describe("silence counts in market time", () => {
	test.each<[string, string, string, string, number | undefined]>([
		["before the opening nobody is asked", "2026-11-24T14:29", "AAPL", "2026-11-23T20:59", undefined],
		["at the opening it begins", "2026-11-24T14:30", "AAPL", "2026-11-23T20:59", 0],
		["the night before does not count", "2026-11-24T14:45", "AAPL", "2026-11-23T20:59", 15],
		["nor a trade before the opening", "2026-11-24T14:45", "AAPL", "2026-11-24T14:10", 15],
		["the last trade does", "2026-11-24T16:00", "AAPL", "2026-11-24T15:30:30", 29.5],
		["in the last minute", "2026-11-24T20:59", "AAPL", "2026-11-24T20:00", 59],
		["after the close nobody is asked", "2026-11-24T21:00", "AAPL", "2026-11-24T20:00", undefined],
		["nor after hours", "2026-11-24T22:00", "AAPL", "2026-11-24T21:30", undefined],
		["nor at the weekend", "2026-11-28T15:00", "AAPL", "2026-11-27T17:59", undefined],
		["nor on Thanksgiving", "2026-11-26T15:00", "AAPL", "2026-11-25T20:59", undefined],
		["the day after ends early", "2026-11-27T17:59", "AAPL", "2026-11-27T17:00", 59],
		["and is over then", "2026-11-27T18:00", "AAPL", "2026-11-27T17:00", undefined],
		["a pair that trades always is asked at night", "2026-11-28T03:00", "BTC-USD", "2026-11-28T02:00", 60],
		["Hong Kong in the morning", "2026-11-24T03:59", "0700.HK", "2026-11-24T01:30", 149],
		["not in its lunch break", "2026-11-24T04:30", "0700.HK", "2026-11-24T03:59", undefined],
		["after it the break does not count", "2026-11-24T05:10", "0700.HK", "2026-11-24T03:59", 10],
		["Frankfurt by its own holidays", "2026-12-24T10:00", "SAP.DE", "2026-12-23T16:00", undefined],
		["a trade from the future is no silence", "2026-11-24T15:00", "AAPL", "2026-11-24T15:30", 0],
	])("%s", (_, now, symbol, traded, expected) => {
		expect(quietOf(now, symbol, traded)).toBe(expected);
	});

	test("the hours follow the exchange's clocks", () => {
		expect(quietOf("2026-03-06T14:30", "AAPL", "2026-03-05T20:00")).toBe(0);
		expect(quietOf("2026-03-09T13:30", "AAPL", "2026-03-06T20:00")).toBe(0);
		expect(quietOf("2026-03-09T14:30", "AAPL", "2026-03-06T20:00")).toBe(60);
	});
});

describe("the pipeline", () => {
	test("is as late as its newest trade, of any symbol", () => {
		expect(lagOf("2026-11-24T15:00", { AAPL: "2026-11-24T14:40", MSFT: "2026-11-24T14:58" })).toBe(2);
		expect(lagOf("2026-11-24T15:00", { AAPL: "2026-11-24T14:40", "BTC-USD": "2026-11-24T14:30" })).toBe(20);
	});

	test("is asked while any of its symbols trades, and counts from the first of their openings", () => {
		expect(lagOf("2026-11-28T15:00", { AAPL: "2026-11-27T17:59" })).toBeUndefined();
		expect(lagOf("2026-11-28T15:00", { AAPL: "2026-11-27T17:59", "BTC-USD": "2026-11-27T17:58" })).toBe(900);
		expect(lagOf("2026-11-24T14:45", { AAPL: "2026-11-23T20:59" })).toBe(15);
	});

	test("without any trade ever counts from when the watching began, in the hours of US shares", () => {
		expect(lagOf("2026-11-24T15:00", {}, "2026-11-24T14:50")).toBe(10);
		expect(lagOf("2026-11-24T15:00", {}, "2026-11-24T10:00")).toBe(30);
		expect(lagOf("2026-11-24T10:00", {}, "2026-11-24T09:00")).toBeUndefined();
		expect(seen("2026-11-24T15:00").symbols).toEqual([]);
	});
});

test("a minute is one record, whenever in it one looks", () => {
	const keys = ["15:00:00", "15:00:30", "15:00:59"].map(
		(time) => seen(`2026-11-24T${time}`, { AAPL: "2026-11-24T14:59" }).symbols[0]?.key,
	);
	expect(new Set(keys)).toEqual(new Set(["2026-11-24T15:00:00.000Z"]));
});
