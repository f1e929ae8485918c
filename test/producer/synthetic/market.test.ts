import { describe, expect, test } from "vitest";
import { EXCHANGES, toTick } from "../../../producer/synthetic/exchanges.ts";
import { listing } from "../../../producer/synthetic/listings.ts";
import { moments, Path } from "../../../producer/synthetic/market.ts";
import { seededRandom } from "../../../producer/synthetic/random.ts";

const START = Date.parse("2026-03-02T15:00:00.000Z");
const HOUR = 3_600_000;

describe("a path", () => {
	test.each(EXCHANGES.map(({ name }) => name))("on %s has prices in ticks, sizes in lots, and both sides", (name) => {
		const { exchange } = listing(`${name}:ABC`);
		const path = new Path(listing(`${name}:ABC`), START, seededRandom(1));
		const deals = Array.from({ length: 2000 }, (_, at) => path.trade(START + at * 500));
		for (const { price, size } of deals) {
			expect(price).toBe(toTick(price, exchange));
			expect(Number.isInteger(size) && size > 0).toBe(true);
			if (!exchange.oddLots) expect(size % exchange.lot).toBe(0);
		}
		if (exchange.oddLots && exchange.lot > 1) expect(deals.some(({ size }) => size % exchange.lot !== 0)).toBe(true);
		expect(new Set(deals.map(({ side }) => side))).toEqual(new Set(["buy", "sell"]));
		expect(new Set(deals.map(({ price }) => price)).size).toBeGreaterThan(3);
	});

	test("moves the more the more time has passed, but a night is no longer than half an hour", () => {
		const spread = (ms: number) => {
			const steps = Array.from({ length: 2000 }, (_, seed) => {
				const path = new Path(listing("AAPL"), START, seededRandom(seed));
				const { price } = path.trade(START);
				return (path.trade(START + ms).price / price - 1) ** 2;
			});
			return Math.sqrt(steps.reduce((sum, each) => sum + each, 0) / steps.length);
		};
		const [minute, half, night] = [spread(60_000), spread(1_800_000), spread(17 * HOUR)];
		expect(minute).toBeGreaterThan(0.0003);
		expect(minute).toBeLessThan(0.0006);
		expect(half).toBeGreaterThan(3 * minute);
		expect(night).toBe(half);
	});

	test("runs with news, by 1 to 2.5 % within three minutes, and trades six times as often for that long", () => {
		for (let seed = 0; seed < 50; seed++) {
			const path = new Path(listing("AAPL"), START, seededRandom(seed));
			const { price } = path.trade(START);
			const weight = path.weight(START);
			path.news(START);
			expect(path.weight(START + 30_000)).toBe(6 * weight);
			expect(path.newsUntil - START).toBeGreaterThanOrEqual(60_000);
			expect(path.newsUntil - START).toBeLessThanOrEqual(180_000);
			let last = price;
			for (let time = START + 1000; time < path.newsUntil; time += 1000) last = path.trade(time).price;
			expect(Math.abs(last / price - 1)).toBeGreaterThan(0.006);
			expect(Math.abs(last / price - 1)).toBeLessThan(0.03);
			expect(path.weight(path.newsUntil)).toBe(weight);
		}
	});

	test("runs no further than its news, however long it had not traded before or after", () => {
		for (let seed = 0; seed < 50; seed++) {
			const path = new Path(listing("AAPL"), START, seededRandom(seed));
			const { price } = path.trade(START);
			path.news(START + 10 * HOUR);
			expect(Math.abs(path.trade(START + 10 * HOUR + 1000).price / price - 1)).toBeLessThan(0.015);
			expect(Math.abs(path.trade(START + 20 * HOUR).price / price - 1)).toBeLessThan(0.04);
		}
	});

	test("jumps by 0.4 to 1.2 % from one trade to the next", () => {
		for (let seed = 0; seed < 50; seed++) {
			const path = new Path(listing("MSFT"), START, seededRandom(seed));
			const { price } = path.trade(START);
			path.jump();
			const jump = Math.abs(path.trade(START).price / price - 1);
			expect(jump).toBeGreaterThan(0.0038);
			expect(jump).toBeLessThan(0.0125);
		}
	});

	test("takes its last price for the previous close after a night, not after lunch", () => {
		const path = new Path(listing("0700.HK"), START, seededRandom(1));
		expect(path.previousClose).toBe(372.4);
		path.opens(START);
		const { price } = path.trade(START + HOUR);
		path.opens(START + 2.5 * HOUR);
		expect(path.previousClose).toBe(372.4);
		path.opens(START + 18 * HOUR);
		expect(path.previousClose).toBe(price);
	});
});

test("moments are so many minutes apart on average, and go up", () => {
	const of = moments(2.5, START, seededRandom(4));
	const all = Array.from({ length: 4000 }, () => of.next().value);
	expect([...all].sort((one, other) => one - other)).toEqual(all);
	expect((all.at(-1) as number) - START).toBeGreaterThan(4000 * 2.3 * 60_000);
	expect((all.at(-1) as number) - START).toBeLessThan(4000 * 2.7 * 60_000);
});
