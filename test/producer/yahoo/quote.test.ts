import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { Changes } from "../../../producer/yahoo/changes.ts";
import { isOdd, type Quote, readQuote } from "../../../producer/yahoo/quote.ts";
import { QUOTED, quoteOf } from "./answers.ts";

const POLL = Date.parse("2026-03-02T20:30:07.123Z");

function read(over: Record<string, unknown> = {}, symbol = "AAPL"): Quote {
	const quote = readQuote(quoteOf(symbol, over));
	if (!quote || isOdd(quote)) throw new Error(`not read: ${JSON.stringify(quote)}`);
	return quote;
}

describe("a quote", () => {
	test("is read as Yahoo gives it", () => {
		expect(read()).toEqual({
			symbol: "AAPL",
			price: 149.5,
			time: QUOTED * 1000,
			volume: 1_000_000,
			previousClose: 148,
			dayOpen: 147.75,
			dayHigh: 150.25,
			dayLow: 147.1,
			currency: "USD",
			exchange: "NMS",
			marketState: "REGULAR",
			day: "2026-03-02",
			lacking: [],
		});
	});

	test("has the same time as a Date, which yahoo-finance2 makes of it, and as seconds", () => {
		expect(read({ regularMarketTime: new Date(QUOTED * 1000) })).toEqual(read());
	});

	test("belongs to the exchange's own day", () => {
		const time = Date.parse("2026-03-02T00:30:00Z") / 1000;
		expect(read({ regularMarketTime: time, gmtOffSetMilliseconds: 32_400_000 }).day).toBe("2026-03-02");
		expect(read({ regularMarketTime: time, gmtOffSetMilliseconds: -18_000_000 }).day).toBe("2026-03-01");
	});

	test("of an index may have no volume, of a crypto currency has none of the day, and neither lacks anything", () => {
		const index = read({ quoteType: "INDEX", regularMarketVolume: undefined, bid: undefined, exchange: "SNP" });
		expect(index).toMatchObject({ volume: undefined, lacking: [] });
		const crypto = read({ quoteType: "CRYPTOCURRENCY", regularMarketVolume: 35_123_456_789.5, exchange: "CCC" });
		expect(crypto).toMatchObject({ volume: undefined, lacking: [] });
	});

	test("before the opening has no open, high and low, though Yahoo says 0", () => {
		const early = read({
			regularMarketOpen: 0,
			regularMarketDayHigh: 0,
			regularMarketDayLow: null,
			marketState: "PRE",
		});
		expect(early).toMatchObject({ dayOpen: undefined, dayHigh: undefined, dayLow: undefined, price: 149.5 });
	});

	test("of a share says what it lacks", () => {
		const quote = read({ regularMarketVolume: undefined, currency: null });
		expect(quote.lacking).toEqual(["regularMarketVolume", "currency"]);
		expect(quote.price).toBe(149.5);
	});

	test.each([
		[{ regularMarketPrice: undefined }, "regularMarketPrice is missing"],
		[{ regularMarketPrice: null }, "regularMarketPrice is null"],
		[{ regularMarketPrice: { raw: 149.5, fmt: "149.50" } }, 'regularMarketPrice is {"raw":149.5,"fmt":"149.50"}'],
		[
			{ regularMarketTime: undefined, regularMarketVolume: "1M" },
			'regularMarketTime is missing, regularMarketVolume is "1M"',
		],
	])("that cannot be used says which field it is: %j", (over, problem) => {
		expect(readQuote(quoteOf("ODD", over))).toEqual({ symbol: "ODD", problem });
	});

	test.each([null, "AAPL", {}, { symbol: "" }, { symbol: 5 }, []])("that has no symbol is nobody's: %j", (raw) => {
		expect(readQuote(raw)).toBeUndefined();
	});
});

describe("a trade", () => {
	test("is made of the first quote, with everything that is known and no size", () => {
		const trade = new Changes().trade(read(), POLL);
		expect(trade).toEqual({
			trade_id: "yahoo|AAPL|2026-03-02T20:30:00.000Z|149.5|1000000",
			symbol: "AAPL",
			event_time: "2026-03-02T20:30:07.123Z",
			price: 149.5,
			size: 0,
			source: "yahoo",
			quote_time: "2026-03-02T20:30:00.000Z",
			previous_close: 148,
			day_open: 147.75,
			day_high: 150.25,
			day_low: 147.1,
			exchange: "NMS",
			currency: "USD",
			market_state: "REGULAR",
		});
		expect(Trade.safeParse(trade).success).toBe(true);
	});

	test("is made only when price, volume or Yahoo's time has changed", () => {
		const changes = new Changes();
		const made = [
			{},
			{},
			{ bid: 1, marketCap: 5, regularMarketDayHigh: 151 },
			{ regularMarketPrice: 149.6 },
			{ regularMarketPrice: 149.6, regularMarketVolume: 1_000_250 },
			{ regularMarketPrice: 149.6, regularMarketVolume: 1_000_250, regularMarketTime: QUOTED + 1 },
			{ regularMarketPrice: 149.6, regularMarketVolume: 1_000_250, regularMarketTime: QUOTED + 1 },
		].map((over, poll) => changes.trade(read(over), POLL + poll)?.size);
		expect(made).toEqual([0, undefined, undefined, 0, 250, 0, undefined]);
	});

	test("has the growth of the day's volume as its size, each symbol for itself", () => {
		const changes = new Changes();
		const size = (volume: unknown, over = {}, symbol = "AAPL") =>
			changes.trade(read({ regularMarketVolume: volume, ...over }, symbol), POLL)?.size;
		expect(size(1000)).toBe(0);
		expect(size(7000, {}, "MSFT")).toBe(0);
		expect(size(1300)).toBe(300);
		expect(size(7001, {}, "MSFT")).toBe(1);
		// A correction downwards, and on from there.
		expect(size(1250)).toBe(0);
		expect(size(1260)).toBe(10);
		// The next day, though its volume is already past that of the day before.
		expect(size(5000, { regularMarketTime: QUOTED + 86_400 })).toBe(0);
		expect(size(5050, { regularMarketTime: QUOTED + 86_460 })).toBe(50);
		expect(size(undefined, { regularMarketTime: QUOTED + 86_520 })).toBe(0);
		expect(size(9000, { regularMarketTime: QUOTED + 86_580 })).toBe(0);
	});

	test("of a crypto currency has no size, and its currency in pence stays pence", () => {
		const changes = new Changes();
		const coin = (volume: number) =>
			read({ quoteType: "CRYPTOCURRENCY", regularMarketVolume: volume, regularMarketPrice: volume });
		changes.trade(coin(1), POLL);
		expect(changes.trade(coin(2), POLL)).toMatchObject({ size: 0, price: 2 });
		expect(changes.trade(read({ currency: "GBp", regularMarketPrice: 6512 }, "AZN.L"), POLL)).toMatchObject({
			price: 6512,
			currency: "GBp",
		});
	});

	test("has the same id for the same quote, and another for another", () => {
		const id = (over = {}) => new Changes().trade(read(over), POLL + Math.random())?.trade_id;
		expect(id()).toBe(id());
		expect(
			new Set([
				id(),
				id({ regularMarketPrice: 1 }),
				id({ regularMarketVolume: 2 }),
				id({ regularMarketTime: QUOTED - 1 }),
			]).size,
		).toBe(4);
		expect(id({ regularMarketVolume: undefined })).toBe("yahoo|AAPL|2026-03-02T20:30:00.000Z|149.5|-");
	});
});
