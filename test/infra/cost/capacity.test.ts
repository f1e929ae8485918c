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
			// 1,000 x 169 bytes are 0.16 MiB/s: one shard.
			shardsNeeded: 1,
			shards: { trades: 4, bars: 4, ticks: 4, hits: 4 },
			// 250 trades/s and shard.
			aggregated: false,
			// 1,000 of 1,875 (three quarters of 2,500).
			kpus: 1,
			parallelism: 1,
			consumers: { trades: 1, bars: 2, ticks: 1, hits: 1 },
			// 4 x 2 for bars, 4 for ticks, 4 for hits.
			concurrency: 16,
		});
	});

	test("10,000 trades/s are aggregated, and want more shards than their bytes", () => {
		expect(capacity({ tradesPerSecond: 10_000 })).toMatchObject({
			// 10,000 / 1,875 = 5.3; 10,000 x 169 bytes / 786,432 = 2.1.
			kpus: 6,
			parallelism: 6,
			shardsNeeded: 6,
			shards: { trades: 4 },
			aggregated: true,
		});
	});

	test("100,000 trades/s", () => {
		// 16,900,000 / 786,432 = 21.5; 100,000 / 1,875 = 53.3.
		expect(capacity({ tradesPerSecond: 100_000 })).toMatchObject({
			shards: { trades: 22 },
			shardsNeeded: 54,
			kpus: 54,
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
		// 30,000 / 1,875 = 16 KPU: a shard for each.
		expect(shardsNeeded).toBe(16);
		expect(shards).toEqual({ trades: 16, bars: 16, ticks: 16, hits: 16 });
		expect(capacity({ tradesPerSecond: 1_800, symbols: 2_000 }, { shards: 1 }).shards.ticks).toBe(2);
	});

	test("over 900 trades a second and shard are aggregated", () => {
		expect(capacity({ tradesPerSecond: 900 }, { shards: 1 }).aggregated).toBe(false);
		expect(capacity({ tradesPerSecond: 901 }, { shards: 1 }).aggregated).toBe(true);
	});
});

describe("KPUs", () => {
	test("are no fewer than are configured", () => {
		expect(capacity({}, { parallelism: 8, parallelismPerKpu: 2 })).toMatchObject({ kpus: 4, parallelism: 8 });
	});

	test("grow with the rate, and the parallelism with them", () => {
		expect(capacity({ tradesPerSecond: 10_000 }, { parallelism: 2, parallelismPerKpu: 2 })).toMatchObject({
			kpus: 6,
			parallelism: 12,
		});
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
			expect(Math.max(a, b) / (high?.kpus ?? 0)).toBeLessThanOrEqual(2_500);
		}),
	);
});
