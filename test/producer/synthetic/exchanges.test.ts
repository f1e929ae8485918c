import fc from "fast-check";
import { IANAZone } from "luxon";
import { describe, expect, test } from "vitest";
import {
	EXCHANGES,
	type Exchange,
	exchangeNamed,
	exchangeOfSuffix,
	toTick,
} from "../../../producer/synthetic/exchanges.ts";

describe("the exchanges", () => {
	test("have names and endings of their own, zones that there are, and sessions in order", () => {
		expect(new Set(EXCHANGES.map(({ name }) => name)).size).toBe(EXCHANGES.length);
		const suffixes = EXCHANGES.flatMap((each) => each.suffixes);
		expect(new Set(suffixes).size).toBe(suffixes.length);
		for (const { name, zone, sessions, currency, market } of EXCHANGES) {
			expect(IANAZone.isValidZone(zone), name).toBe(true);
			expect(currency).toMatch(/^[A-Z]{3}$/);
			expect(market).toMatch(/^[A-Z]{2}$/);
			const clocks = sessions.flat();
			expect(clocks.every((clock) => /^\d\d:\d\d$/.test(clock))).toBe(true);
			expect([...clocks].sort()).toEqual(clocks);
			expect(new Set(clocks).size).toBe(clocks.length);
		}
	});

	test.each([
		["NASDAQ", "USD"],
		["NYSE", "USD"],
		["TSX", "CAD"],
		["LSE", "GBP"],
		["EURONEXT", "EUR"],
		["XETRA", "EUR"],
		["HKEX", "HKD"],
		["JPX", "JPY"],
		["SSE", "CNY"],
		["SZSE", "CNY"],
		["TWSE", "TWD"],
		["KRX", "KRW"],
		["NSE", "INR"],
		["ASX", "AUD"],
	])("%s has %s", (name, currency) => {
		expect(exchangeNamed(name)?.currency).toBe(currency);
	});

	test("are found by name and by a symbol's ending", () => {
		expect(exchangeNamed("XNOWHERE")).toBeUndefined();
		expect(exchangeOfSuffix("1234.HK")?.name).toBe("HKEX");
		expect(exchangeOfSuffix("ABC.AS")?.name).toBe("EURONEXT");
		expect(exchangeOfSuffix("BRK.B")).toBeUndefined();
		expect(exchangeOfSuffix("AAPL")).toBeUndefined();
	});
});

describe("a price in ticks", () => {
	test("is the nearest there is, written without a rest of rounding, and never 0", () => {
		const at = (name: string, price: number) => toTick(price, exchangeNamed(name) as Exchange);
		expect(at("NASDAQ", 189.3049)).toBe(189.3);
		expect(at("HKEX", 300.06)).toBe(300.05);
		expect(at("JPX", 3214.3)).toBe(3214.5);
		expect(at("KRX", 78_320)).toBe(78_300);
		expect(at("LSE", 0.72449)).toBe(0.724);
		expect(at("NASDAQ", 0.0001)).toBe(0.01);
		expect(at("KRX", 3)).toBe(50);
	});

	test("is within half a tick, whatever the exchange", () => {
		fc.assert(
			fc.property(fc.constantFrom(...EXCHANGES), fc.double({ min: 1, max: 1e5, noNaN: true }), (exchange, price) => {
				const rounded = toTick(Math.max(price, exchange.tick), exchange);
				expect(Math.abs(rounded - Math.max(price, exchange.tick))).toBeLessThanOrEqual(exchange.tick / 2 + 1e-9);
				expect(String(rounded).replace(/^\d+\.?/, "").length).toBeLessThanOrEqual(3);
			}),
		);
	});
});
