import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Outgoing } from "../../../producer/feed.ts";
import { deaggregate } from "../../../producer/publish/aggregate.ts";
import {
	type FlightRules,
	LARGE_BYTES,
	PLAIN_RECORDS,
	partsOf,
	planFlight,
	SMALL_BYTES,
	sizeOf,
} from "../../../producer/publish/flight.ts";
import { evenShards, outgoing } from "../support.ts";

const rules = (more: Partial<FlightRules> = {}): FlightRules => ({
	latenessMs: 2000,
	aggregate: "auto",
	tooMany: false,
	aggregateBytes: SMALL_BYTES,
	shards: evenShards(4),
	...more,
});
const at = (...times: (number | undefined)[]): Outgoing[] =>
	times.map((time) => (time === undefined ? { key: "x", time, data: Buffer.from("x") } : outgoing("SPY", time)));

describe("a plain flight", () => {
	const length = (records: Outgoing[]) => planFlight(records, rules({ aggregate: "off" })).length;

	test("spans half the lateness, whichever way", () => {
		expect(length(at(0, 500, 1000, 1001))).toBe(3);
		expect(length(at(5000, 4000, 3999))).toBe(2);
		expect(length(at(5000, 4500, 5400, 5501))).toBe(3);
	});

	test("takes at least one, also far from the others, and what has no time with it", () => {
		expect(length(at(0, 60_000))).toBe(1);
		expect(length(at(undefined, undefined, 0, undefined, 999_999))).toBe(4);
	});

	test("holds no more than eight full requests", () => {
		expect(length(Array.from({ length: 5000 }, () => outgoing("SPY", 0)))).toBe(PLAIN_RECORDS);
		expect(PLAIN_RECORDS).toBe(4000);
	});

	test("of no records is empty", () => {
		for (const aggregate of ["auto", "on", "off"] as const) {
			expect(planFlight([], rules({ aggregate })).length).toBe(0);
		}
	});

	test("has one Kinesis record for each, under its own key", () => {
		const records = at(0, 1, 2);
		const parts = partsOf(records, { length: 3, aggregated: false }, evenShards(2));
		expect(parts.map(({ entry, records: inside, bytes }) => [entry, inside, bytes])).toEqual(
			records.map((record) => [{ PartitionKey: "SPY", Data: record.data }, [record], sizeOf(record)]),
		);
	});
});

describe("auto", () => {
	test("is plain as long as that takes all that waits", () => {
		expect(planFlight(at(0, 900, 1000), rules())).toEqual({ length: 3, aggregated: false });
	});

	test("is aggregated when records would be left waiting", () => {
		expect(planFlight(at(0, 900, 90_000), rules())).toEqual({ length: 3, aggregated: true });
	});

	test("is aggregated where the feed gives more than plain records allow, unless that is off", () => {
		expect(planFlight(at(0, 900), rules({ tooMany: true }))).toEqual({ length: 2, aggregated: true });
		expect(planFlight(at(0, 900), rules({ tooMany: true, aggregate: "off" }))).toEqual({
			length: 2,
			aggregated: false,
		});
	});
});

describe("an aggregated flight", () => {
	const record = fc.record({
		symbol: fc.constantFrom("SPY", "IBM", "AIG", "BAC", "AAPL"),
		time: fc.integer({ min: 0, max: 1e9 }),
		pad: fc.integer({ min: 0, max: 20_000 }),
	});

	test("has one Kinesis record a shard, in it the feed's order, none too large, nothing missing", () => {
		fc.assert(
			fc.property(fc.array(record, { minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (raw, count) => {
				const shards = evenShards(count);
				const records = raw.map(({ symbol, time, pad }, id) => outgoing(symbol, time, `${id}${"x".repeat(pad)}`));
				const flight = planFlight(records, rules({ aggregate: "on", shards }));
				expect(flight.length).toBeGreaterThan(0);
				const taken = records.slice(0, flight.length);
				const parts = partsOf(taken, flight, shards);
				expect(parts.length).toBeLessThanOrEqual(count);
				expect(parts.reduce((sum, part) => sum + part.records.length, 0)).toBe(taken.length);
				const lanes = new Set<string>();
				for (const { entry, bytes, records: inside } of parts) {
					const key = entry.PartitionKey as string;
					const shard = shards.of(key);
					expect(lanes.has(shard.id)).toBe(false);
					lanes.add(shard.id);
					if (inside.length > 1) {
						expect(bytes).toBeLessThanOrEqual(51_300);
						expect(entry.ExplicitHashKey).toBe(shard.hashKey);
					}
					const own = taken.filter((each) => shards.of(each.key) === shard);
					const landed = deaggregate({ key, data: entry.Data as Buffer });
					expect(landed.map(({ key: each, data }) => [each, data.toString("latin1")])).toEqual(
						own.map(({ key: each, data }) => [each, data.toString("latin1")]),
					);
				}
			}),
			{ numRuns: 60 },
		);
	});

	test("ends where the first shard's record is full, with what is larger alone", () => {
		const large = outgoing("SPY", 0, "x".repeat(200_000));
		const on = rules({ aggregate: "on", shards: evenShards(1) });
		expect(planFlight([large, outgoing("SPY", 1)], on).length).toBe(1);
		expect(planFlight([outgoing("SPY", 1), large], on).length).toBe(1);
		const many = Array.from({ length: 2000 }, (_, time) => outgoing("SPY", time));
		const { length } = planFlight(many, on);
		expect(length).toBeGreaterThan(200);
		expect(length).toBeLessThan(500);
		const five = planFlight(many, { ...on, aggregateBytes: LARGE_BYTES }).length;
		expect(five).toBeGreaterThan(4.9 * length);
		expect(five).toBeLessThan(5.3 * length);
	});

	test("leaves a single trade as it is", () => {
		const shards = evenShards(4);
		const parts = partsOf([outgoing("SPY", 0)], { length: 1, aggregated: true }, shards);
		expect(parts[0]?.entry).toEqual({ PartitionKey: "SPY", Data: outgoing("SPY", 0).data });
	});
});
