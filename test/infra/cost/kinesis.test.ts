import { expect, test } from "vitest";
import type { Overrides } from "../../../infra/config.ts";
import { capacityOf } from "../../../infra/cost/capacity.ts";
import { streamLines } from "../../../infra/cost/kinesis.ts";
import { type Demand, type Load, loadOf } from "../../../infra/cost/load.ts";
import { PRICES } from "../../../infra/cost/prices.ts";
import { demand } from "./demand.ts";

/** Records of a month in round numbers. */
const month: Load = {
	...loadOf(demand()),
	trades: 1_048_576_000,
	bars: 1_048_576,
	ticks: 10_485_760,
	hits: 0,
};

function lines(changes: Partial<Demand> = {}, config: Overrides = {}, aggregated?: boolean) {
	const asked = demand(changes, config);
	return streamLines(month, capacityOf(asked, loadOf(asked)), PRICES, aggregated);
}

test("on demand: hours of four streams, KiB of each record in, bytes of each reader out", () => {
	const [hours, written, read] = lines();
	expect(hours).toMatchObject({ quantity: 2_920, unit: "stream-hour", price: 0.04 });
	expect(hours?.monthly).toBeCloseTo(116.8, 9); // 4 x 730 x 0.04
	// 1,048,576,000 trades of 155 bytes count 1 KiB each: 1,000 GiB; ticks 10 GiB, bars 1 GiB.
	expect(written?.quantity).toBeCloseTo(1_011, 9);
	expect(written?.monthly).toBeCloseTo(1_011 * 0.08, 9);
	// Flink reads the trades, a function the ticks, two the bars: 155,000 / 1,024 + 3,010 / 1,024 + 2 x 330 / 1,024 GiB.
	expect(read?.quantity).toBeCloseTo(151.3671875 + 2.939453125 + 0.64453125, 9);
	expect(read?.monthly).toBeCloseTo(154.951171875 * 0.04, 9);
});

test("sixteen trades in a record are 2,704 bytes: 3 KiB", () => {
	const [, written] = lines({}, {}, true);
	// 65,536,000 records x 3 KiB = 187.5 GiB in place of 1,000.
	expect(written?.quantity).toBeCloseTo(187.5 + 11, 9);
});

test("provisioned: hours of all shards, and a unit for each record up to 25 KiB", () => {
	const [hours, units, ...more] = lines({}, { shards: 3 });
	expect(more).toEqual([]);
	expect(hours?.quantity).toBe(8_760); // 4 streams x 3 shards x 730
	expect(hours?.monthly).toBeCloseTo(131.4, 9);
	// 1,048.576 + 10.48576 + 1.048576 million units, 0.014 each.
	expect(units?.monthly).toBeCloseTo(1_060.110336 * 0.014, 9);
});

test("an aggregate is one unit", () => {
	const [, units] = lines({}, { shards: 2 }, true);
	expect(units?.quantity).toBeCloseTo(65.536 + 10.48576 + 1.048576, 9);
});
