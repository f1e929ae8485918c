import { describe, expect, test } from "vitest";
import { Bar, Tick } from "../../../contracts.ts";
import { movingMarket } from "./market.ts";

const NOW = Date.parse("2026-03-02T15:00:30.250Z");

describe("a moving market", () => {
	test("has so many symbols, each of its own, the same in each run", () => {
		const market = movingMarket(500);
		expect(new Set(market.symbols).size).toBe(500);
		const prices = (seed?: number) => {
			const each = movingMarket(500, seed);
			each.round(NOW);
			return each.symbols.map((symbol) => each.price(symbol));
		};
		expect(prices()).toEqual(prices());
		expect(prices()).not.toEqual(prices(2));
	});

	test("moves every price in every round, as seconds that replace one another", () => {
		const market = movingMarket(50);
		const first = market.round(NOW).map((tick) => Tick.parse(tick));
		const second = market.round(NOW + 250).map((tick) => Tick.parse(tick));
		expect(new Set([...first, ...second].map(({ event_time }) => event_time))).toEqual(
			new Set(["2026-03-02T15:00:30.000Z"]),
		);
		for (const [i, tick] of second.entries()) {
			expect(tick.close).not.toBe(first[i]?.close);
			expect(tick.emitted_at > (first[i]?.emitted_at ?? "")).toBe(true);
			expect(tick.close).toBe(market.price(tick.symbol));
		}
	});

	test("has a past of whole minutes, and goes on with the minute that ends", () => {
		const market = movingMarket(3);
		const past = market.past(NOW, 60).map((bar) => Bar.parse(bar));
		expect(past).toHaveLength(180);
		expect([past[0]?.window_start, past.at(-1)?.window_end]).toEqual([
			"2026-03-02T14:00:00.000Z",
			"2026-03-02T15:00:00.000Z",
		]);
		const closed = market.close(Date.parse("2026-03-02T15:01:00Z"));
		expect(closed.map(({ symbol, window_start, close }) => [symbol, window_start, close])).toEqual(
			market.symbols.map((symbol) => [symbol, "2026-03-02T15:00:00.000Z", market.price(symbol)]),
		);
	});
});
