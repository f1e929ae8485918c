import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { openFeed } from "../../../producer/index.ts";
import { LISTINGS, listing } from "../../../producer/synthetic/market.ts";
import { exponential, normal, seededRandom } from "../../../producer/synthetic/random.ts";
import { type Market, openSynthetic, syntheticTrades } from "../../../producer/synthetic/synthetic.ts";
import { accepted } from "../support.ts";

const START = Date.parse("2026-03-02T15:00:00.000Z");
const NAMES = LISTINGS.map(({ symbol }) => symbol);
const market = (more: Partial<Market> = {}): Market => ({
	seed: 1,
	symbols: NAMES,
	rate: 50,
	historyMinutes: 0,
	start: START,
	...more,
});
function take(count: number, of: Market): Trade[] {
	const trades = syntheticTrades(of);
	return Array.from({ length: count }, () => trades.next().value);
}

describe("random numbers", () => {
	test("are the same for a seed, others for another, and spread over 0 to 1", () => {
		const ten = (seed: number) => Array.from({ length: 10 }, seededRandom(seed));
		expect(ten(7)).toEqual(ten(7));
		expect(ten(7)).not.toEqual(ten(8));
		const many = Array.from({ length: 10_000 }, seededRandom(3));
		expect(Math.min(...many)).toBeGreaterThanOrEqual(0);
		expect(Math.max(...many)).toBeLessThan(1);
		for (let tenth = 0; tenth < 10; tenth++) {
			const inside = many.filter((value) => Math.floor(value * 10) === tenth).length;
			expect(inside).toBeGreaterThan(850);
			expect(inside).toBeLessThan(1150);
		}
	});

	test("of a distribution have its mean and spread", () => {
		const random = seededRandom(5);
		const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
		const normals = Array.from({ length: 20_000 }, () => normal(random));
		expect(mean(normals)).toBeCloseTo(0, 1);
		expect(mean(normals.map((value) => value * value))).toBeCloseTo(1, 1);
		const waits = Array.from({ length: 20_000 }, () => exponential(random, 4));
		expect(mean(waits)).toBeCloseTo(0.25, 2);
		expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
	});
});

describe("a listing", () => {
	test("of a symbol that nobody knows has a price that follows from its name", () => {
		expect(listing("ZZZZ")).toEqual(listing("ZZZZ"));
		expect(listing("ZZZZ").previousClose).not.toBe(listing("ZZZY").previousClose);
		expect(listing("ZZZZ").previousClose).toBeGreaterThan(1);
	});

	test("of a well-known one is the known one", () => {
		expect(listing("AAPL")).toBe(LISTINGS[0]);
	});
});

describe("synthetic trades", () => {
	test("are trades of the contract, in the order of their times, with sequence, side and the rest", () => {
		const trades = take(1500, market());
		let last = START;
		const sequences = new Map<string, number>();
		for (const trade of trades) {
			expect(Trade.parse(trade)).toEqual(trade);
			expect(Date.parse(trade.event_time)).toBeGreaterThanOrEqual(last);
			last = Date.parse(trade.event_time);
			const next = sequences.get(trade.symbol) ?? 0;
			expect(trade.sequence).toBe(next);
			sequences.set(trade.symbol, next + 1);
			expect(trade).toMatchObject({ source: "synthetic", currency: "USD" });
			expect(trade.price * 100).toBeCloseTo(Math.round(trade.price * 100), 6);
			expect(trade.previous_close).toBe(listing(trade.symbol).previousClose);
		}
		expect([...sequences.keys()].sort()).toEqual([...NAMES].sort());
		expect(new Set(trades.map(({ side }) => side))).toEqual(new Set(["buy", "sell"]));
		expect(new Set(trades.map(({ symbol, trade_id }) => symbol + trade_id)).size).toBe(trades.length);
	});

	test("are the same for a seed and other ones for another", () => {
		expect(take(500, market())).toEqual(take(500, market()));
		expect(take(500, market({ seed: 2 }))).not.toEqual(take(500, market()));
	});

	test("only move in time when the start does", () => {
		const [here, there] = [take(500, market()), take(500, market({ start: START + 86_400_000 }))];
		const shifted = here.map((trade) => ({
			...trade,
			event_time: new Date(Date.parse(trade.event_time) + 86_400_000).toISOString(),
		}));
		expect(there).toEqual(shifted);
	});

	test("come at the rate, in the history at a tenth of it", () => {
		const trades = take(20_000, market({ historyMinutes: 30 }));
		const live = trades.filter(({ event_time }) => Date.parse(event_time) >= START);
		const history = trades.length - live.length;
		expect(history / (30 * 60)).toBeCloseTo(5, 0);
		const seconds = (Date.parse(live.at(-1)?.event_time as string) - START) / 1000;
		expect(live.length / seconds).toBeGreaterThan(48);
		expect(live.length / seconds).toBeLessThan(52);
	});

	test("move by 1 % within five minutes every few minutes, and stay near the previous close for a day", () => {
		const hours = 6;
		const count = hours * 3600 * 10;
		const latest = new Map<string, { time: number; price: number }[]>();
		const crossed = new Map<string, number>();
		let [crossings, furthest] = [0, 0];
		for (const trade of take(count, market({ rate: 10 }))) {
			const time = Date.parse(trade.event_time);
			const path = latest.get(trade.symbol) ?? [];
			latest.set(trade.symbol, path);
			path.push({ time, price: trade.price });
			while ((path[0]?.time ?? time) < time - 300_000) path.shift();
			const move = trade.price / (path[0]?.price ?? trade.price) - 1;
			if (Math.abs(move) >= 0.01 && (crossed.get(trade.symbol) ?? 0) < time - 300_000) {
				crossings++;
				crossed.set(trade.symbol, time);
			}
			furthest = Math.max(furthest, Math.abs(trade.price / (trade.previous_close as number) - 1));
		}
		expect(furthest).toBeLessThan(0.25);
		// One every two to six minutes.
		expect(crossings).toBeGreaterThan((hours * 60) / 6);
		expect(crossings).toBeLessThan((hours * 60) / 1.5);
	});
});

describe("the synthetic feed", () => {
	test("gives its history at once, then goes on live, and knows its horizon", async () => {
		const feed = await openFeed({ kind: "synthetic", rate: 200, historyMinutes: 1, symbols: ["AAPL", "XYZ"] });
		expect(feed).toMatchObject({ total: undefined, live: true, name: "synthetic trades of AAPL, XYZ" });
		const began = Date.now();
		const stop = new AbortController();
		let [history, live] = [0, 0];
		for await (const batch of feed.batches(stop.signal)) {
			for (const { key, time } of batch.map(accepted)) {
				expect(["AAPL", "XYZ"]).toContain(key);
				expect(time).toBeLessThanOrEqual(Date.now());
				if ((time as number) < began) history++;
				else live++;
			}
			const horizon = feed.horizon?.(Date.now());
			if (horizon !== undefined) expect(horizon).toBeLessThanOrEqual(Date.now());
			if (live > 40) stop.abort();
		}
		// A minute at 20 a second.
		expect(history).toBeGreaterThan(1000);
		expect(history).toBeLessThan(1400);
		expect(Date.now() - began).toBeLessThan(5000);
	});

	test.each([
		[{ rate: 0 }, /--rate takes 1 to 50000/],
		[{ rate: Number.NaN }, /--rate takes/],
		[{ rate: 60_000 }, /was given 60000/],
		[{ historyMinutes: -1 }, /--history takes minutes, 0 or more, but was given -1/],
		[{ symbols: [] }, /--symbols names no symbol/],
	])("refuses %j", (spec, message) => {
		expect(() => openSynthetic({ kind: "synthetic", ...spec })).toThrow(message);
	});
});
