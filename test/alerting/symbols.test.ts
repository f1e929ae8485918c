import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { calendarOf } from "../../alerting/hours/hours.ts";
import { fits, takesIn } from "../../alerting/symbols.ts";

describe("a pattern", () => {
	test.each([
		["AAPL", "AAPL", true],
		["AAPL", "aapl", false],
		["AAPL", "AAPLX", false],
		["*", "", true],
		["*", "any\nthing", true],
		["*-USD", "BTC-USD", true],
		["*-USD", "BTC-USDT", false],
		["B*-*D", "BTC-USD", true],
		["BRK.B", "BRKxB", false],
		["BRK.*", "BRK.B", true],
		["^GSPC", "^GSPC", true],
		["a+(b)[c]{1}|$", "a+(b)[c]{1}|$", true],
		["a.*|.*", "zzz", false],
		["**", "A", true],
	])("%s and %s: %s", (pattern, symbol, expected) => {
		expect(fits(pattern, symbol)).toBe(expected);
	});

	test("of many stars does not take long over a long symbol", () => {
		expect(fits("*a*a*a*a*b", "a".repeat(256))).toBe(false);
		expect(calendarOf("a".repeat(256), [{ symbols: ["*a*a*a*a*b"], calendar: "24/7" }])).toBe("XNYS");
	});

	test("is what the regular expression is that has .* for each star", () => {
		const text = fc.string({ unit: fc.constantFrom("a", "b", "*"), maxLength: 8 });
		fc.assert(
			fc.property(text, text, (pattern, symbol) => {
				const expression = new RegExp(`^${pattern.replaceAll("*", ".*")}$`);
				expect(fits(pattern, symbol)).toBe(expression.test(symbol));
			}),
			{ numRuns: 2_000 },
		);
	});
});

describe("a list", () => {
	test.each([
		[["AAPL", "MSFT"], "MSFT", true],
		[["AAPL", "MSFT"], "IBM", false],
		[["*", "!SPY"], "SPY", false],
		[["*", "!SPY"], "IBM", true],
		[["!SPY"], "SPY", false],
		[["!SPY"], "IBM", true],
		[["!S*", "SPY"], "SPY", true],
		[["!S*", "SPY"], "SLV", false],
		[["SPY", "!S*"], "SPY", false],
		[["!*"], "IBM", false],
	])("%j takes %s in: %s", (patterns, symbol, expected) => {
		expect(takesIn(patterns, symbol)).toBe(expected);
	});
});
