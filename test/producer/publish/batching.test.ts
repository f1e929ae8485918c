import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../../producer/feed.ts";
import { Linger, RecordRate } from "../../../producer/publish/batching.ts";
import { partsOf } from "../../../producer/publish/flight.ts";
import { evenShards, outgoing } from "../support.ts";

const flight = { ms: 5, throttled: false, aggregated: false, records: 100, parts: 100 };
const flown = (count: number, each: Partial<typeof flight>, linger = new Linger()): Linger => {
	for (let at = 0; at < count; at++) linger.flown({ ...flight, ...each });
	return linger;
};

describe("how long a trade waits for others", () => {
	test("is 10 ms at least, also where Kinesis answers at once", () => {
		expect(new Linger().ms).toBe(10);
		expect(flown(100, { ms: 0 }).ms).toBe(10);
	});

	test("is four round trips, up to a second", () => {
		expect(flown(100, { ms: 25 }).ms).toBeCloseTo(100);
		expect(flown(100, { ms: 2000 }).ms).toBe(1000);
	});

	test("forgets one slow answer", () => {
		const linger = flown(1, { ms: 1000 });
		expect(linger.ms).toBeGreaterThan(500);
		expect(flown(30, { ms: 5 }, linger).ms).toBeLessThan(25);
	});

	test("grows with each flight that was throttled, to a second, and comes back", () => {
		const linger = flown(30, { ms: 25 });
		const before = linger.ms;
		expect(flown(1, { ms: 25, throttled: true }, linger).ms).toBeCloseTo(2 * before, 0);
		expect(flown(10, { ms: 25, throttled: true }, linger).ms).toBe(1000);
		expect(flown(60, { ms: 25 }, linger).ms).toBeCloseTo(100);
	});

	test("grows while aggregated records have less than 16 trades in them, and only then", () => {
		expect(flown(50, { aggregated: true, records: 6, parts: 2 }).ms).toBe(1000);
		expect(flown(50, { aggregated: true, records: 32, parts: 2 }).ms).toBeCloseTo(20, 1);
		expect(flown(50, { records: 2, parts: 2 }).ms).toBeCloseTo(20, 1);
		const thin = flown(50, { aggregated: true, records: 6, parts: 2 });
		expect(flown(100, { aggregated: true, records: 60, parts: 2 }, thin).ms).toBeCloseTo(20, 1);
	});
});

describe("the rate of records", () => {
	const shards = evenShards(4);
	const plain = (records: Outgoing[]) => partsOf(records, { length: records.length, aggregated: false }, shards);
	const spy = (count: number) => Array.from({ length: count }, (_, at) => outgoing("SPY", at));
	/** So many records a second into one shard, for some seconds, in ten steps each. */
	const running = (rate: RecordRate, perSecond: number, from: number, seconds: number) => {
		for (let step = 0; step <= seconds * 10; step++) rate.sent(plain(spy(perSecond / 10)), from + step * 100);
		return rate;
	};

	test("is too much from 900 a second to one shard on, and no more below 600", () => {
		const rate = new RecordRate();
		expect(running(rate, 800, 0, 3).tooMany).toBe(false);
		expect(running(rate, 1000, 3100, 3).tooMany).toBe(true);
		expect(running(rate, 700, 6200, 3).tooMany).toBe(true);
		expect(running(rate, 500, 9300, 3).tooMany).toBe(false);
	});

	test("counts each shard by itself", () => {
		const symbols = ["SPY", "IBM", "AIG", "BAC", "AAPL", "MSFT", "NVDA", "TSLA", "AMD", "JPM", "META", "AMZN"];
		const busiest = Math.max(...shards.all.map((shard) => symbols.filter((each) => shards.of(each) === shard).length));
		expect(busiest).toBeLessThan(symbols.length);
		const rate = new RecordRate();
		const perSymbol = Math.floor(800 / busiest / 10);
		for (let step = 0; step <= 30; step++) {
			const records = symbols.flatMap((symbol) => Array.from({ length: perSymbol }, (_, at) => outgoing(symbol, at)));
			rate.sent(plain(records), step * 100);
		}
		expect(perSymbol * 10 * symbols.length).toBeGreaterThan(1000);
		expect(rate.tooMany).toBe(false);
	});

	test("is too much for ten seconds after a refusal", () => {
		const rate = new RecordRate();
		rate.throttled(0);
		expect(rate.tooMany).toBe(true);
		expect(running(rate, 100, 0, 9).tooMany).toBe(true);
		expect(running(rate, 100, 9100, 3).tooMany).toBe(false);
	});
});
