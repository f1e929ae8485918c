import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Overrides } from "../../../infra/config.ts";
import { capacityOf } from "../../../infra/cost/capacity.ts";
import { type Demand, loadOf } from "../../../infra/cost/load.ts";
import { demand } from "./demand.ts";

function capacity(changes: Partial<Demand> = {}, config: Overrides = {}) {
	const asked = demand(changes, config);
	return capacityOf(asked, loadOf(asked));
}

describe("on demand", () => {
	test("a new stream has four shards, which is enough for 1,000 trades/s one by one", () => {
		expect(capacity()).toEqual({
			mode: "on-demand",
			// 1,000 x 169 bytes are 0.16 MiB/s, which is one shard; and one for each KPU.
			shardsNeeded: 3,
			shards: { trades: 4, bars: 4, ticks: 4, hits: 4 },
			// 250 trades/s and shard.
			aggregated: false,
			// 1,000 / 375 (three quarters of 500) = 2.7.
			kpus: 3,
			parallelism: 3,
			consumers: { trades: 1, bars: 2, ticks: 1, hits: 1 },
			// 4 x 2 for bars, 4 for ticks, 4 for hits.
			concurrency: 16,
		});
	});

	test("10,000 trades/s are aggregated, and want more shards than their bytes", () => {
		expect(capacity({ tradesPerSecond: 10_000 })).toMatchObject({
			// 10,000 / 375 = 26.7; 10,000 x 169 bytes / 786,432 = 2.1.
			kpus: 27,
			parallelism: 27,
			shardsNeeded: 27,
			shards: { trades: 4 },
			aggregated: true,
		});
	});

	test("100,000 trades/s", () => {
		// 16,900,000 / 786,432 = 21.5; 100,000 / 375 = 266.7.
		expect(capacity({ tradesPerSecond: 100_000 })).toMatchObject({
			shards: { trades: 22 },
			shardsNeeded: 267,
			kpus: 267,
		});
	});
});

describe("provisioned", () => {
	test("one number is for all four streams", () => {
		expect(capacity({}, { shards: 3 })).toMatchObject({
			mode: "provisioned",
			shards: { trades: 3, bars: 3, ticks: 3, hits: 3 },
			concurrency: 12,
		});
	});

	test("too few are made enough: 2,000 symbols have 2,000 ticks a second, for which three shards are three quarters full", () => {
		const { shards, shardsNeeded } = capacity({ tradesPerSecond: 30_000, symbols: 2_000 }, { shards: 1 });
		// 30,000 / 375 = 80 KPU: a shard for each.
		expect(shardsNeeded).toBe(80);
		expect(shards).toEqual({ trades: 80, bars: 80, ticks: 80, hits: 80 });
		// 370 trades/s are one KPU; 2,000 symbols have 338 ticks of them.
		expect(capacity({ tradesPerSecond: 370, symbols: 2_000 }, { shards: 1 }).shards.ticks).toBe(1);
	});

	test("over 900 trades a second and shard are aggregated", () => {
		expect(capacity({ tradesPerSecond: 3_600 }).aggregated).toBe(false);
		expect(capacity({ tradesPerSecond: 3_601 }).aggregated).toBe(true);
	});
});

describe("KPUs", () => {
	test("are no fewer than are configured", () => {
		expect(capacity({}, { parallelism: 8, parallelismPerKpu: 2 })).toMatchObject({ kpus: 4, parallelism: 8 });
	});

	test("grow with the rate, and the parallelism with them", () => {
		expect(capacity({ tradesPerSecond: 10_000 }, { parallelism: 2, parallelismPerKpu: 2 })).toMatchObject({
			kpus: 27,
			parallelism: 54,
		});
	});

	test("take twice as much where AWS has given RocksDB small write buffers", () => {
		// 1,000 / 750 = 1.3; 10,000 / 750 = 13.3.
		expect(capacity({ tuned: true }).kpus).toBe(2);
		expect(capacity({ tuned: true, tradesPerSecond: 10_000 })).toMatchObject({ kpus: 14, shardsNeeded: 14 });
	});
});

test("each store reads bars, and ticks where they are kept", () => {
	const stores = ["influxdb", "dynamodb"] as const;
	expect(capacity({ stores }).consumers).toMatchObject({ bars: 3, ticks: 1 });
	expect(capacity({ stores }, { historyTicks: true }).consumers).toMatchObject({ bars: 3, ticks: 2 });
	expect(capacity({ stores: [] }).consumers.bars).toBe(1);
});

test("nothing is more than full, and more trades never need less", () => {
	const rate = fc.double({ min: 0, max: 1e6, noNaN: true });
	fc.assert(
		fc.property(rate, rate, fc.option(fc.integer({ min: 1, max: 64 })), (a, b, given) => {
			const config = given === null ? {} : { shards: given };
			const [low, high] = [Math.min(a, b), Math.max(a, b)].map((tradesPerSecond) =>
				capacity({ tradesPerSecond }, config),
			);
			expect(high?.kpus).toBeGreaterThanOrEqual(low?.kpus ?? 0);
			expect(high?.shards.trades).toBeGreaterThanOrEqual(low?.shards.trades ?? 0);
			expect((Math.max(a, b) * 169) / (high?.shards.trades ?? 0)).toBeLessThanOrEqual(1_048_576);
			expect(Math.max(a, b) / (high?.kpus ?? 0)).toBeLessThanOrEqual(500);
		}),
	);
});
