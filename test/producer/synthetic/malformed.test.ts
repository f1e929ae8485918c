import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { chosenListings } from "../../../producer/synthetic/listings.ts";
import { MALFORMATIONS } from "../../../producer/synthetic/malformed.ts";
import { syntheticTrades } from "../../../producer/synthetic/trades.ts";
import { isMalformed } from "./reader.ts";

const trades = syntheticTrades({
	...{ seed: 1, listings: chosenListings({ symbols: ["AAPL", "0700.HK", "NYSE:700", 'LSE:A"B'] }), hours: "always" },
	...{ rate: 50, historyMinutes: 0, start: Date.parse("2026-03-02T15:00:00.000Z"), burst: undefined },
});
const some = Array.from({ length: 200 }, () => trades.next().value);

describe("a malformed record", () => {
	test.each(Object.keys(MALFORMATIONS))("%s: is no trade by the rules, nor by the contract", (way) => {
		for (const trade of some) {
			const text = MALFORMATIONS[way]?.(trade) as string;
			expect(isMalformed(JSON.stringify(trade))).toBe(false);
			expect(isMalformed(text)).toBe(true);
			expect(Trade.safeParse(parsed(text)).success).toBe(false);
			expect(text.length).toBeGreaterThan(0);
		}
	});

	test("comes in ways that differ", () => {
		const [trade] = some as [Trade];
		const texts = Object.values(MALFORMATIONS).map((malform) => malform(trade));
		expect(new Set(texts).size).toBe(texts.length);
		expect(texts.length).toBeGreaterThan(10);
	});
});

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
