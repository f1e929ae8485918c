import { describe, expect, test } from "vitest";
import { Trade } from "../../../contracts.ts";
import { EXCHANGES, exchangeNamed, toTick } from "../../../producer/synthetic/exchanges.ts";
import { MarketHours } from "../../../producer/synthetic/hours.ts";
import { chosenListings, DEFAULT_LISTINGS, LISTINGS, listing } from "../../../producer/synthetic/listings.ts";
import { type Market, syntheticTrades } from "../../../producer/synthetic/trades.ts";

const START = Date.parse("2026-03-02T15:00:00.000Z");
const NAMES = DEFAULT_LISTINGS.map(({ symbol }) => symbol);
const market = (more: Partial<Market> = {}): Market => ({
	seed: 1,
	listings: DEFAULT_LISTINGS,
	hours: "always",
	rate: 50,
	historyMinutes: 0,
	start: START,
	burst: undefined,
	...more,
});
function take(count: number, of: Market): Trade[] {
	const trades = syntheticTrades(of);
	return Array.from({ length: count }, () => trades.next().value);
}
function* until(time: number, of: Market): Generator<Trade> {
	for (const trade of syntheticTrades(of)) {
		if (timeOf(trade) >= time) return;
		yield trade;
	}
}
const timeOf = ({ event_time }: Trade) => Date.parse(event_time);

describe("synthetic trades", () => {
	test("are trades of the contract, in the order of their times, with sequence, side and the rest", () => {
		const trades = take(1500, market());
		let last = START;
		const sequences = new Map<string, number>();
		for (const trade of trades) {
			expect(Trade.parse(trade)).toEqual(trade);
			expect(timeOf(trade)).toBeGreaterThanOrEqual(last);
			last = timeOf(trade);
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
		expect(new Set(trades.map(({ trader }) => trader)).size).toBeGreaterThan(40);
	});

	test.each(["always", "market"] as const)("of every exchange keep the contract, in %s hours", (hours) => {
		// A Wednesday from 00:00 UTC, so that each exchange has a session.
		const start = Date.parse("2026-01-14T00:00:00.000Z");
		const seen = new Set<string>();
		for (const trade of until(start + 86_400_000, market({ listings: LISTINGS, hours, start, rate: 0.5 }))) {
			const { exchange } = listing(trade.symbol);
			expect(Trade.parse(trade)).toEqual(trade);
			expect(trade).toMatchObject({ exchange: exchange.name, currency: exchange.currency });
			expect(trade.price).toBe(toTick(trade.price, exchange));
			seen.add(exchange.name);
		}
		expect(seen).toEqual(new Set(EXCHANGES.map(({ name }) => name)));
	});

	test("are the same for a seed and other ones for another", () => {
		expect(take(500, market())).toEqual(take(500, market()));
		expect(take(500, market({ seed: 2 }))).not.toEqual(take(500, market()));
		const open = market({ hours: "market", historyMinutes: 30 });
		expect(take(500, open)).toEqual(take(500, open));
	});

	test("only move in time when the start does, and their ids tell the runs apart", () => {
		const [here, there] = [take(500, market()), take(500, market({ start: START + 86_400_000 }))];
		const timeless = ({ trade_id, ...rest }: Trade) => ({ ...rest, event_time: "" });
		expect(there.map(timeless)).toEqual(here.map(timeless));
		expect(there.map((trade) => timeOf(trade) - 86_400_000)).toEqual(here.map(timeOf));
		const ids = new Set([...here, ...there].map(({ trade_id }) => trade_id));
		expect(ids.size).toBe(1000);
		expect(here[0]?.trade_id).toMatch(new RegExp(`^${here[0]?.symbol}-[0-9a-z]+-0$`));
	});

	test("come at the rate, in the history at a tenth of it", () => {
		const trades = take(20_000, market({ historyMinutes: 30 }));
		const live = trades.filter((trade) => timeOf(trade) >= START);
		const history = trades.length - live.length;
		expect(history / (30 * 60)).toBeCloseTo(5, 0);
		const seconds = (timeOf(live.at(-1) as Trade) - START) / 1000;
		expect(live.length / seconds).toBeGreaterThan(48);
		expect(live.length / seconds).toBeLessThan(52);
	});

	test.each([1, 1000, 50_000])("come at %i a second", (rate) => {
		const count = Math.min(100_000, rate * 2000);
		const trades = take(count, market({ rate }));
		const seconds = (timeOf(trades.at(-1) as Trade) - START) / 1000;
		expect(count / seconds / rate).toBeGreaterThan(0.93);
		expect(count / seconds / rate).toBeLessThan(1.07);
	});

	test("are shared out by weight, among hundreds of symbols too", () => {
		const many = chosenListings({ symbols: [...NAMES, ...Array.from({ length: 488 }, (_, at) => `S${at}`)] });
		const total = many.reduce((sum, { weight }) => sum + weight, 0);
		// Before any news, in the first seconds.
		const trades = take(100_000, market({ listings: many, rate: 50_000 }));
		const counts = Map.groupBy(trades, ({ symbol }) => symbol);
		expect(counts.size).toBe(500);
		for (const { symbol, weight } of DEFAULT_LISTINGS) {
			const expected = (100_000 * weight) / total;
			expect(Math.abs((counts.get(symbol)?.length ?? 0) - expected)).toBeLessThan(5 * Math.sqrt(expected));
		}
	});

	test("come ten times as often for a second every half minute, with such a burst", () => {
		const seconds = new Map<number, number>();
		for (const trade of until(START + 300_000, market({ burst: { times: 10, everyMs: 30_000 } }))) {
			const second = Math.floor(timeOf(trade) / 1000);
			seconds.set(second, (seconds.get(second) ?? 0) + 1);
		}
		const busy = [...seconds].filter(([second]) => second % 30 === 0);
		const calm = [...seconds].filter(([second]) => second % 30 !== 0);
		const mean = (list: [number, number][]) => list.reduce((sum, [, count]) => sum + count, 0) / list.length;
		expect(busy).toHaveLength(10);
		expect(mean(busy)).toBeGreaterThan(450);
		expect(mean(busy)).toBeLessThan(550);
		expect(mean(calm)).toBeGreaterThan(47);
		expect(mean(calm)).toBeLessThan(53);
	});

	test("move by 1 % within five minutes every few minutes, and stay near the previous close for a day", () => {
		const hours = 6;
		const count = hours * 3600 * 10;
		const latest = new Map<string, { time: number; price: number }[]>();
		const crossed = new Map<string, number>();
		let [crossings, furthest] = [0, 0];
		for (const trade of take(count, market({ rate: 10 }))) {
			const time = timeOf(trade);
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

describe("in market hours", () => {
	const WEEK = Date.parse("2026-01-11T00:00:00.000Z");
	const places = chosenListings({ exchanges: ["NYSE", "LSE", "HKEX", "JPX"] });
	const week = [...until(WEEK + 7 * 86_400_000, market({ listings: places, hours: "market", start: WEEK, rate: 0.4 }))];

	test("each symbol trades while its exchange is open, on each of the five days, and never else", () => {
		const hours = new Map(places.map(({ exchange }) => [exchange.name, new MarketHours(exchange, WEEK)]));
		const days = new Map<string, Set<string>>();
		for (const trade of week) {
			expect(hours.get(trade.exchange as string)?.activity(timeOf(trade))).toBeGreaterThan(0);
			const seen = days.get(trade.symbol) ?? new Set();
			days.set(trade.symbol, seen.add(trade.event_time.slice(0, 10)));
		}
		expect([...days.keys()].sort()).toEqual(places.map(({ symbol }) => symbol).sort());
		for (const seen of days.values()) {
			expect([...seen]).toEqual(["2026-01-12", "2026-01-13", "2026-01-14", "2026-01-15", "2026-01-16"]);
		}
	});

	test("an exchange has its part of the rate, most of it at the opening and the closing", () => {
		const here = week.filter(({ exchange }) => exchange === "NYSE");
		const share =
			places.filter(({ exchange }) => exchange.name === "NYSE").reduce((sum, { weight }) => sum + weight, 0) /
			places.reduce((sum, { weight }) => sum + weight, 0);
		const expected = 5 * 6.5 * 3600 * 0.4 * share;
		expect(here.length / expected).toBeGreaterThan(0.85);
		expect(here.length / expected).toBeLessThan(1.15);
		const between = (from: string, to: string) =>
			here.filter(({ event_time }) => event_time.slice(11, 16) >= from && event_time.slice(11, 16) < to).length;
		const noon = between("17:30", "18:00");
		expect(between("14:30", "15:00")).toBeGreaterThan(3 * noon);
		expect(between("20:30", "21:00")).toBeGreaterThan(2.5 * noon);
		expect(noon).toBeGreaterThan(0);
	});

	test("the previous close is the last price of the day before, from the opening on", () => {
		const closes = new Map<string, number>();
		const last = new Map<string, Trade>();
		let days = 0;
		for (const trade of week) {
			const before = last.get(trade.symbol);
			const close = closes.get(trade.symbol) ?? listing(trade.symbol).previousClose;
			if (before && timeOf(trade) - timeOf(before) > 6 * 3_600_000) {
				expect(trade.previous_close).toBe(before.price);
				closes.set(trade.symbol, before.price);
				days++;
				// It opens near where it closed.
				expect(Math.abs(trade.price / before.price - 1)).toBeLessThan(0.03);
			} else expect(trade.previous_close).toBe(close);
			last.set(trade.symbol, trade);
		}
		expect(days).toBe(4 * places.length);
	});

	test("the history is of the sessions only, and there is none of a weekend", () => {
		// Two hours before this Tokyo had its lunch and afternoon.
		const start = Date.parse("2026-01-14T05:00:00.000Z");
		const jpx = chosenListings({ exchanges: ["JPX"] });
		const history = [...until(start, market({ listings: jpx, hours: "market", start, historyMinutes: 240 }))];
		const clocks = history.map(({ event_time }) => event_time.slice(11, 16));
		expect(clocks.some((clock) => clock < "02:30")).toBe(true);
		expect(clocks.some((clock) => clock >= "03:30")).toBe(true);
		expect(clocks.every((clock) => clock < "02:30" || clock >= "03:30")).toBe(true);
		const sunday = market({ listings: jpx, hours: "market", start: WEEK + 43_200_000, historyMinutes: 120 });
		expect(take(1, sunday)[0]?.event_time).toMatch(/^2026-01-12T00:0/);
	});

	test("all closed, the next trade is the next opening's", () => {
		const start = Date.parse("2026-01-16T22:00:00.000Z");
		const [first] = take(1, market({ listings: places, hours: "market", start }));
		expect(first?.event_time).toMatch(/^2026-01-19T00:00/);
		expect(first?.exchange).toBe("JPX");
		expect(exchangeNamed("JPX")?.zone).toBe("Asia/Tokyo");
	});
});
