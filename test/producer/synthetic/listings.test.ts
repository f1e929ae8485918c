import { describe, expect, test } from "vitest";
import { EXCHANGES, toTick } from "../../../producer/synthetic/exchanges.ts";
import { chosenListings, DEFAULT_LISTINGS, LISTINGS, listing } from "../../../producer/synthetic/listings.ts";

describe("a listing", () => {
	test("of a symbol that nobody knows has a price that follows from its name", () => {
		expect(listing("ZZZZ")).toEqual(listing("ZZZZ"));
		expect(listing("ZZZZ").previousClose).not.toBe(listing("ZZZY").previousClose);
		expect(listing("ZZZZ").previousClose).toBeGreaterThan(1);
		expect(listing("ZZZZ").exchange).toMatchObject({ name: "NASDAQ", currency: "USD" });
	});

	test("of a well-known one is the known one", () => {
		expect(listing("AAPL")).toBe(LISTINGS[0]);
		expect(listing("0700.HK").previousClose).toBe(372.4);
	});

	test("is where its ending or what stands before it says", () => {
		expect(listing("1234.HK")).toMatchObject({ symbol: "1234.HK", exchange: { name: "HKEX", currency: "HKD" } });
		expect(listing("LSE:ABC")).toMatchObject({ symbol: "ABC", exchange: { name: "LSE", currency: "GBP" } });
		expect(listing("jpx:ABC.L")).toMatchObject({ symbol: "ABC.L", exchange: { name: "JPX", currency: "JPY" } });
		for (const { name } of EXCHANGES) {
			const { previousClose, exchange } = listing(`${name}:ABC`);
			expect(previousClose).toBe(toTick(previousClose, exchange));
			// A tick is small against it.
			expect(exchange.tick / previousClose).toBeLessThan(0.005);
		}
	});

	test.each([
		["NOWHERE:ABC", /the symbol NOWHERE:ABC: there is no exchange "NOWHERE". There are NASDAQ, NYSE/],
		["LSE:", /"LSE:" names no symbol. Example: LSE:ABC/],
		[":ABC", /":ABC" names no symbol/],
	])("is none for %s", (named, message) => {
		expect(() => listing(named)).toThrow(message);
	});
});

describe("the known listings", () => {
	test("are once each, at prices of their exchange, some on every exchange", () => {
		expect(new Set(LISTINGS.map(({ symbol }) => symbol)).size).toBe(LISTINGS.length);
		expect(new Set(LISTINGS.map(({ exchange }) => exchange.name))).toEqual(new Set(EXCHANGES.map(({ name }) => name)));
		for (const { symbol, exchange, previousClose, weight } of LISTINGS) {
			expect(toTick(previousClose, exchange), symbol).toBe(previousClose);
			expect(weight).toBeGreaterThan(0);
			if (exchange.suffixes.length > 0) expect(exchange.suffixes.some((each) => symbol.endsWith(each))).toBe(true);
		}
	});
});

describe("the choice", () => {
	const symbols = (...args: Parameters<typeof chosenListings>) => chosenListings(...args).map(({ symbol }) => symbol);

	test("is a dozen American ones without options", () => {
		expect(chosenListings({})).toBe(DEFAULT_LISTINGS);
		expect(symbols({})).toEqual("AAPL MSFT NVDA AMZN GOOGL META TSLA AMD JPM BAC IBM SPY".split(" "));
	});

	test("is of the symbols as they stand", () => {
		expect(symbols({ symbols: ["TSLA", "LSE:X", "AAPL"] })).toEqual(["TSLA", "X", "AAPL"]);
	});

	test("is of places and exchanges, together", () => {
		const names = (...args: Parameters<typeof chosenListings>) => [
			...new Set(chosenListings(...args).map(({ exchange }) => exchange.name)),
		];
		expect(names({ markets: ["US", "hk"] })).toEqual(["NASDAQ", "NYSE", "ARCA", "HKEX"]);
		expect(names({ exchanges: ["LSE", "jpx"] })).toEqual(["LSE", "JPX"]);
		expect(names({ markets: ["CN"], exchanges: ["SSE", "NYSE"] })).toEqual(["NYSE", "SSE", "SZSE"]);
	});

	test.each([
		[{ symbols: [] }, /--symbols names no symbol. Example: --symbols AAPL,MSFT/],
		[{ symbols: ["AAPL", "MSFT", "AAPL"] }, /--symbols names AAPL twice/],
		[{ symbols: ["X", "LSE:X"] }, /--symbols names X twice/],
		[{ markets: [] }, /names nothing. Example: --markets US,HK/],
		[{ markets: ["XX"] }, /--markets: there is no market "XX". There are US, CA, GB, EU, DE, HK, JP, CN/],
		[{ exchanges: ["HKSE"] }, /--exchanges: there is no exchange "HKSE". There are NASDAQ, NYSE/],
		[{ symbols: ["AAPL"], markets: ["US"] }, /give one of them/],
		[{ symbols: ["AAPL"], exchanges: ["NYSE"] }, /give one of them/],
	])("is refused for %j", (choice, message) => {
		expect(() => chosenListings(choice)).toThrow(message);
	});
});
