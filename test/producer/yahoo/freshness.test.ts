import { describe, expect, test } from "vitest";
import { Freshness } from "../../../producer/yahoo/freshness.ts";

const T = 1_000_000;

describe("a symbol", () => {
	test("that nobody has asked for yet is not stale", () => {
		expect(new Freshness(["AAPL"]).stale(T)).toEqual([]);
	});

	test("is stale when more than two polls and a half have passed it by, whatever its poll's time", () => {
		const fresh = new Freshness(["AAPL", "0700.HK"]);
		fresh.current("AAPL", T, 30_000);
		fresh.current("0700.HK", T, 120_000);
		expect(fresh.stale(T + 75_000)).toEqual([]);
		expect(fresh.stale(T + 75_001)).toEqual([{ symbol: "AAPL", since: T, why: "no newer answer from Yahoo" }]);
		expect(fresh.stale(T + 300_001).map(({ symbol }) => symbol)).toEqual(["AAPL", "0700.HK"]);
		fresh.current("AAPL", T + 300_000, 30_000);
		expect(fresh.stale(T + 300_001).map(({ symbol }) => symbol)).toEqual(["0700.HK"]);
	});

	test("is stale for what is odd about it, at once if it never was current, and until it is", () => {
		const fresh = new Freshness(["AAPL", "GONE"]);
		fresh.current("AAPL", T, 30_000);
		expect(fresh.odd("GONE", "unknown to Yahoo")).toBe(true);
		expect(fresh.odd("GONE", "unknown to Yahoo")).toBe(false);
		expect(fresh.odd("AAPL", "no price")).toBe(true);
		expect(fresh.odd("NOBODY", "not asked for")).toBe(false);
		expect(fresh.stale(T + 1)).toEqual([{ symbol: "GONE", since: undefined, why: "unknown to Yahoo" }]);
		expect(fresh.stale(T + 75_001)).toContainEqual({ symbol: "AAPL", since: T, why: "no price" });
		expect([fresh.seen("AAPL"), fresh.seen("GONE")]).toEqual([true, false]);
		fresh.current("GONE", T, 30_000);
		expect(fresh.stale(T + 1)).toEqual([]);
	});

	test("is stale for the outage, while there is one", () => {
		const fresh = new Freshness(["AAPL", "MSFT"]);
		fresh.current("AAPL", T, 1000);
		fresh.outage = "Yahoo: 429 Too Many Requests";
		expect(fresh.stale(T + 1)).toEqual([{ symbol: "MSFT", since: undefined, why: "Yahoo: 429 Too Many Requests" }]);
		expect(fresh.stale(T + 2501)).toMatchObject([
			{ symbol: "AAPL", why: "Yahoo: 429 Too Many Requests" },
			{ symbol: "MSFT" },
		]);
	});
});
