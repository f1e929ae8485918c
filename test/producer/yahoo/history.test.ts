import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import type { YahooHistorySpec } from "../../../producer/feed.ts";
import { readBars } from "../../../producer/yahoo/bars.ts";
import { yahooHistory } from "../../../producer/yahoo/history.ts";
import { checkChartInterval, readRange } from "../../../producer/yahoo/range.ts";
import { sent } from "../support.ts";
import { type Answers, type ChartRow, chartOf, fakeYahoo, html, refused, tooMany } from "./answers.ts";

const NOW = Date.parse("2026-03-06T22:00:00Z");
const at = (iso: string) => Date.parse(iso) / 1000;
const row = (iso: string, close: number | null = 10, volume: number | null = 100): ChartRow =>
	close === null
		? [at(iso), null, null, null, null, null]
		: [at(iso), close - 0.5, close + 1, close - 1, close, volume];
const open = (answers: Answers, spec: Partial<YahooHistorySpec> = {}, now = NOW) => {
	const fake = fakeYahoo(answers);
	const asked: YahooHistorySpec = { kind: "yahoo-history", symbols: ["AAPL", "MSFT"], from: "2026-03-02", ...spec };
	return { fake, feed: yahooHistory(asked, { fetch: fake.fetch, now, retryMs: 1 }) };
};

describe("history", () => {
	test("is the bars of all symbols as interval data, merged by time, with ids that say what they are", async () => {
		const { feed } = open({
			chart: (_, symbol) =>
				chartOf(
					symbol,
					symbol === "AAPL"
						? [
								row("2026-03-02T14:30:00Z", 150, 900),
								row("2026-03-02T14:31:00Z", 151),
								row("2026-03-02T14:33:00Z", 152),
							]
						: [row("2026-03-02T14:30:00Z", 400), row("2026-03-02T14:32:00Z", 401)],
				),
		});
		const opened = await feed;
		expect(opened).toMatchObject({ total: 5, live: false, name: "Yahoo's 1m bars of AAPL, MSFT, 2026-03-02" });
		const trades = await sent(opened);
		expect(trades.map(({ trade_id, price }) => [trade_id, price])).toEqual([
			["AAPL|2026-03-02T14:30:00.000Z|1m", 150],
			["MSFT|2026-03-02T14:30:00.000Z|1m", 400],
			["AAPL|2026-03-02T14:31:00.000Z|1m", 151],
			["MSFT|2026-03-02T14:32:00.000Z|1m", 401],
			["AAPL|2026-03-02T14:33:00.000Z|1m", 152],
		]);
		expect(trades[0]).toEqual({
			trade_id: "AAPL|2026-03-02T14:30:00.000Z|1m",
			symbol: "AAPL",
			event_time: "2026-03-02T14:30:00.000Z",
			price: 150,
			size: 900,
			source: "yahoo",
			open: 149.5,
			high: 151,
			low: 149,
			currency: "USD",
			exchange: "NMS",
		});
		expect(trades.every((trade) => Trade.safeParse(trade).success)).toBe(true);
	});

	test("of a day is that of the exchange: of Tokyo's from its midnight, of New York's to its", async () => {
		const { feed, fake } = open(
			{
				chart: (_, symbol) =>
					symbol === "7203.T"
						? chartOf(
								symbol,
								[
									row("2026-03-01T14:59:00Z"),
									row("2026-03-02T00:00:00Z"),
									row("2026-03-02T06:24:00Z"),
									row("2026-03-02T15:00:00Z"),
								],
								{ exchangeTimezoneName: "Asia/Tokyo", currency: "JPY", exchangeName: "JPX" },
							)
						: chartOf(symbol, [row("2026-03-02T04:59:00Z"), row("2026-03-02T20:59:00Z"), row("2026-03-03T05:00:00Z")]),
			},
			{ symbols: ["7203.T", "AAPL"] },
		);
		expect((await sent(await feed)).map(({ symbol, event_time }) => `${symbol} ${event_time}`)).toEqual([
			"7203.T 2026-03-02T00:00:00.000Z",
			"7203.T 2026-03-02T06:24:00.000Z",
			"AAPL 2026-03-02T20:59:00.000Z",
		]);
		// Asked for is the day of every zone, for the zone is known only by the answer.
		const { asked } = fake.charts[0] ?? {};
		expect([asked?.get("period1"), asked?.get("period2")]).toEqual([
			String(at("2026-03-01T10:00:00Z")),
			String(at("2026-03-03T12:00:00Z")),
		]);
		expect(asked?.get("interval")).toBe("1m");
	});

	test("of a range is asked for in calls of a week, and no bar comes twice", async () => {
		const { feed, fake } = open(
			{
				chart: (_, symbol, asked) => {
					const [from, to] = [Number(asked.get("period1")), Number(asked.get("period2"))];
					const bars = ["2026-02-12T15:00:00Z", "2026-02-19T15:00:00Z", "2026-02-26T15:00:00Z", "2026-03-05T15:00:00Z"];
					// Yahoo gives the bars at the edges to both.
					return chartOf(
						symbol,
						bars.filter((bar) => at(bar) >= from - 86_400 && at(bar) <= to + 86_400).map((bar) => row(bar)),
					);
				},
			},
			{ symbols: ["AAPL"], from: "2026-02-12", to: "2026-03-05" },
		);
		const opened = await feed;
		expect(opened.total).toBe(4);
		expect(opened.name).toBe("Yahoo's 1m bars of AAPL, 2026-02-12 to 2026-03-05");
		const calls = fake.charts.map(({ asked }) => [Number(asked.get("period1")), Number(asked.get("period2"))]);
		expect(calls).toHaveLength(4);
		for (const [at, [from = 0, to = 0]] of calls.entries()) {
			expect(to - from).toBeLessThanOrEqual(7 * 86_400);
			if (at > 0) expect(from).toBe(calls[at - 1]?.[1]);
		}
	});

	test("may be between two instants, in another interval, through what openFeed is given", async () => {
		const { feed, fake } = open(
			{
				chart: (_, symbol) =>
					chartOf(
						symbol,
						["14:55", "15:00", "15:55", "16:00"].map((time) => row(`2026-03-02T${time}:00Z`)),
					),
			},
			{ symbols: ["AAPL"], from: "2026-03-02T15:00:00Z", to: "2026-03-02T16:00:00Z", interval: "5m" },
		);
		expect((await sent(await feed)).map(({ trade_id }) => trade_id)).toEqual([
			"AAPL|2026-03-02T15:00:00.000Z|5m",
			"AAPL|2026-03-02T15:55:00.000Z|5m",
		]);
		expect(fake.charts[0]?.asked.get("interval")).toBe("5m");
	});

	test("leaves out bars without a trade, the one that is still forming, and the moment that Yahoo appends", async () => {
		const now = Date.parse("2026-03-02T14:34:30Z");
		const { feed } = open(
			{
				chart: (_, symbol) =>
					chartOf(symbol, [
						row("2026-03-02T14:30:00Z", 10),
						row("2026-03-02T14:31:00Z", null),
						row("2026-03-02T14:32:00Z", 12, null),
						row("2026-03-02T14:33:00Z", 13, 0),
						row("2026-03-02T14:34:00Z", 14),
						row("2026-03-02T14:34:21Z", 14.5, 0),
					]),
			},
			{ symbols: ["AAPL"] },
			now,
		);
		expect((await sent(await feed)).map(({ price, size }) => [price, size])).toEqual([
			[10, 100],
			[12, 0],
			[13, 0],
		]);
	});

	test("names the symbols that have none, and goes on with the others", async () => {
		const { feed } = open(
			{
				chart: (_, symbol) => {
					if (symbol === "GONE") return refused("Not Found", "No data found, symbol may be delisted", 404);
					return chartOf(symbol, symbol === "AAPL" ? [row("2026-03-02T14:30:00Z")] : []);
				},
			},
			{ symbols: ["GONE", "AAPL", "QUIET"] },
		);
		const opened = await feed;
		const told: string[] = [];
		for await (const batch of opened.batches(new AbortController().signal, (line) => told.push(line))) {
			expect(batch).toHaveLength(1);
		}
		expect(told).toEqual([
			"Yahoo has no 1m bars of GONE (No data found, symbol may be delisted), QUIET for 2026-03-02; going on with the others.",
		]);
	});

	test("without a single bar is an error that says what to look at", async () => {
		await expect(open({ chart: (_, symbol) => chartOf(symbol, []) }).feed).rejects.toThrow(
			"Yahoo has no 1m bars of AAPL, MSFT for 2026-03-02. Was it a trading day, and are the symbols those of finance.yahoo.com?",
		);
	});

	test("that Yahoo no longer keeps is an error with its own words and the way out", async () => {
		const words =
			"1m data not available for startTime=1589364000 and endTime=1589544000. The requested range must be within the last 30 days.";
		const { feed } = open(
			{ chart: () => refused("Unprocessable Entity", words, 422) },
			{ symbols: ["AAPL"], from: "2020-05-14" },
		);
		const error = await feed.catch((each) => each);
		expect(error.name).toBe("UserError");
		expect(error.message).toMatch(
			/^Yahoo has no 1m bars of AAPL \(1m data not available for startTime=1589364000 .*\) for 2020-05-14\. It keeps 1m bars for about 30 days/,
		);
		expect(error.message).toContain("take a later day, or --interval 1d");
	});

	test("is asked for again where Yahoo does not answer at first", async () => {
		const { feed, fake } = open(
			{ chart: (call, symbol) => (call < 3 ? tooMany() : chartOf(symbol, [row("2026-03-02T14:30:00Z")])) },
			{ symbols: ["AAPL"] },
		);
		expect((await feed).total).toBe(1);
		expect(fake.charts).toHaveLength(4);
	});

	test.each<[string, () => unknown, RegExp]>([
		["limits us", () => tooMany(), /for AAPL \(429 Too Many Requests\)\. Nothing was sent; try again later\.$/],
		[
			"cannot be reached",
			() => new TypeError("fetch failed", { cause: new Error("ECONNREFUSED") }),
			/\(ECONNREFUSED\).*--proxy URL\.$/,
		],
		["gives a page", () => html(), /\(a page of HTML instead of JSON\)/],
		[
			"has renamed a field",
			() => JSON.parse(JSON.stringify(chartOf("AAPL", [row("2026-03-02T14:30:00Z")])).replace('"close"', '"last"')),
			/\(a changed answer: indicators\.quote\.close cannot be read\)/,
		],
		[
			"names no time zone",
			() => chartOf("AAPL", [row("2026-03-02T14:30:00Z")], { exchangeTimezoneName: "New York" }),
			/\(a changed answer: "New York" is no time zone\)/,
		],
	])("is an error where Yahoo %s for good", async (_, chart, message) => {
		const error = await open({ chart }, { symbols: ["AAPL"] }).feed.catch((each) => each);
		expect(error.name).toBe("UserError");
		expect(error.message).toMatch(/^Yahoo does not answer as it should for AAPL/);
		expect(error.message).toMatch(message);
	});

	test("ends with its signal", async () => {
		const bars = Array.from({ length: 1200 }, (_, minute) =>
			row(new Date(Date.parse("2026-03-02T05:00:00Z") + minute * 60_000).toISOString()),
		);
		const opened = await open({ chart: (_, symbol) => chartOf(symbol, bars) }, { symbols: ["BTC-USD"] }).feed;
		expect(opened.total).toBe(bars.filter(([start]) => start < at("2026-03-03T05:00:00Z")).length);
		const stop = new AbortController();
		let read = 0;
		for await (const batch of opened.batches(stop.signal)) {
			read += batch.length;
			stop.abort();
		}
		expect(read).toBe(500);
	});
});

describe("a bar", () => {
	const range = readRange("2026-03-02", undefined, NOW);
	// As yahoo-finance2 hands it over.
	const read = (rows: readonly ChartRow[]) => {
		const { chart } = chartOf("AAPL", rows) as { chart: { result: unknown[] } };
		return readBars(chart.result[0], "1m", range, NOW);
	};

	test("over a night of summer time belongs to the day that the exchange counts", () => {
		// New York's clocks go forward on 2026-03-08: that day has 23 hours.
		const { from, to } = readRange("2026-03-08", undefined, Date.parse("2026-04-01T00:00:00Z")).at("America/New_York");
		expect([new Date(from).toISOString(), new Date(to).toISOString()]).toEqual([
			"2026-03-08T05:00:00.000Z",
			"2026-03-09T04:00:00.000Z",
		]);
	});

	test("keeps its float as Yahoo gives it, and a fraction of a share is rounded", () => {
		expect(read([[at("2026-03-02T14:30:00Z"), 1, 202.8300018310547, 1, 2, 10.6]])).toMatchObject([
			{ high: 202.8300018310547, size: 11 },
		]);
	});
});

describe("a range", () => {
	test.each([
		["2026-3-2", undefined, '"2026-3-2" is no day, such as 2026-03-02, and no instant'],
		["2026-02-30", undefined, '"2026-02-30" is no day'],
		["2026-03-02T14:30", undefined, "is no day"],
		["2026-03-02", "", '"" is no day'],
		["2026-03-05", "2026-03-02", "2026-03-05 to 2026-03-02 ends before it begins."],
		["2026-03-02T16:00:00Z", "2026-03-02T15:00:00Z", "ends before it begins."],
		["2026-03-09", undefined, "2026-03-09 is still to come"],
	])("from %s to %s is refused", (from, to, message) => {
		expect(() => readRange(from, to, NOW)).toThrow(message);
	});

	test("of an interval that Yahoo does not have is refused", () => {
		expect(() => checkChartInterval("3m")).toThrow(
			"Yahoo has no bars of 3m. --interval takes 1m, 2m, 5m, 15m, 30m, 1h, 90m, 1d.",
		);
		expect(() => checkChartInterval("constructor")).toThrow("Yahoo has no bars of constructor");
		expect(checkChartInterval("90m")).toBe("90m");
	});
});
