import { expect, test } from "vitest";
import type { Overrides } from "../../../infra/config.ts";
import { capacityOf } from "../../../infra/cost/capacity.ts";
import { callsOf, functionLines, secondsOf } from "../../../infra/cost/functions.ts";
import { type Demand, loadOf } from "../../../infra/cost/load.ts";
import { PRICES } from "../../../infra/cost/prices.ts";
import { demand } from "./demand.ts";

function calls(changes: Partial<Demand> = {}, config: Overrides = {}) {
	const asked = demand(changes, config);
	const load = loadOf(asked);
	return callsOf(asked, load, capacityOf(asked, load));
}
const callsTo = (name: string, ...asked: Parameters<typeof calls>) =>
	calls(...asked).find((one) => one.name === name)?.calls;

test("the functions of the stacks, one for each store", () => {
	const names = (...asked: Parameters<typeof calls>) => calls(...asked).map(({ name }) => name);
	const always = ["landing-ticks", "alerting-bars", "alerting-hits", "alerting-watch"];
	expect(names({ stores: [] })).toEqual(always);
	expect(names()).toEqual(["landing-bars", ...always]);
	expect(names({ stores: ["dynamodb", "live-analytics"] }, { historyTicks: true })).toEqual([
		"landing-live-analytics",
		"landing-history-bars",
		"landing-history-ticks",
		...always,
	]);
});

test("bars come once a minute, and each of four shards has some of the 122: four calls", () => {
	// 43,800 minutes x 4 shards, all but e^-30 of them.
	expect(callsTo("landing-bars")).toBeCloseTo(175_200, 3);
	// Batches of 100: 1.2 of them are fewer than there are shards.
	expect(callsTo("alerting-bars")).toBeCloseTo(175_200, 3);
	// Batches of 10: 12.17361 a minute.
	expect(callsTo("alerting-bars", {}, { alertingBatch: 10 })).toBeCloseTo(43_800 * 12.1736111, 1);
});

test("ticks come once a second", () => {
	expect(callsTo("landing-ticks")).toBeCloseTo(4 * 2_628_000, 3);
	// One symbol with a trade in every second is in one shard: 4 x (1 - e^(-1/4)) = 0.8848 calls on the average.
	expect(callsTo("landing-ticks", { tradesPerSecond: 100, symbols: 1 })).toBeCloseTo(2_628_000 * 4 * 0.22119921693, -1);
});

test("each hit is a call, and the clock calls each minute of the month", () => {
	// A call for a hit alone: 4 x (1 - e^(-1/4)) of a shard's poll.
	expect(callsTo("alerting-hits")).toBeCloseTo(8.25 * 100 * (730 / 24) * 0.88479686772, 3);
	expect(callsTo("alerting-watch", { hoursPerDay: 1 })).toBe(43_800);
});

test("without trades only the clock calls", () => {
	const busy = calls({ tradesPerSecond: 0 }).filter((one) => one.calls > 0);
	expect(busy).toEqual([{ name: "alerting-watch", calls: 43_800, records: 0, puts: false }]);
});

test("seconds of 1,000 calls with 100,000 records", () => {
	// Waiting 20 s; (1.4 + 4.4) s of CPU at 512/1769 of one: 20.04 s.
	expect(secondsOf({ calls: 1_000, records: 100_000, puts: false })).toBeCloseTo(20 + (5.8 * 1_769) / 512, 9);
	// 1,000 + 2,000 rounds of 5 ms.
	expect(secondsOf({ calls: 1_000, records: 100_000, puts: true })).toBeCloseTo(20 + (5.8 * 1_769) / 512 + 15, 9);
});

test("the bill: a million calls of 20 ms and 1.4 ms of CPU", () => {
	const lines = functionLines([{ name: "one", calls: 1_000_000, records: 0, puts: false }], PRICES);
	expect(lines[0]?.monthly).toBeCloseTo(0.2, 9);
	// (20,000 + 1,400 x 1,769 / 512) s x 0.5 GB
	expect(lines[1]?.quantity).toBeCloseTo(0.0124185547, 9);
	expect(lines[1]?.monthly).toBeCloseTo(0.0124185547 * 13.3334, 6);
});
