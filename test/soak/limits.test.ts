import { describe, expect, test } from "vitest";
import { FakeKinesis } from "../producer/support.ts";
import { type Entry, shardOf, Throttling } from "./limits.ts";

const never = (): number => 0.999;
const limits = { shards: 2, recordsPerSecond: 10, bytesPerSecond: 1000, requests: 0 };
/** Records of so many bytes, in the shard of hash key 0. */
const entries = (count: number, bytes = 3): Entry[] =>
	Array.from({ length: count }, () => ({
		PartitionKey: "A",
		ExplicitHashKey: "0",
		Data: Buffer.alloc(bytes).toString("base64"),
	}));
const count = (taken: boolean[] | undefined): number | undefined => taken?.filter((yes) => yes).length;

describe("a throttled shard", () => {
	test("takes so many records in a second, the first ones first, and has room again as time passes", () => {
		const throttling = new Throttling(limits, never);
		expect(throttling.taken(entries(12), 0)).toEqual([...Array(10).fill(true), false, false]);
		expect(count(throttling.taken(entries(12), 0))).toBe(0);
		expect(count(throttling.taken(entries(12), 500))).toBe(5);
		expect(count(throttling.taken(entries(30), 60_000))).toBe(10);
	});

	test("takes so many bytes, keys among them, and one record more than fits", () => {
		const throttling = new Throttling(limits, never);
		// 299 and a key of 1 are 300 each: the fourth begins with 100 left.
		expect(count(throttling.taken(entries(6, 299), 0))).toBe(4);
		expect(count(throttling.taken(entries(1, 299), 200))).toBe(0);
		expect(count(throttling.taken(entries(1, 299), 201))).toBe(1);
	});

	test("leaves the other shards their own room", () => {
		const throttling = new Throttling(limits, never);
		throttling.taken(entries(12), 0);
		const other = entries(12).map((entry) => ({ ...entry, ExplicitHashKey: String(2n ** 127n) }));
		expect(count(throttling.taken(other, 0))).toBe(10);
	});
});

test("a share of the requests is refused as a whole, and uses nothing up", () => {
	const draws = [0.09, 0.1, 0.05];
	const throttling = new Throttling({ ...limits, requests: 0.1 }, () => draws.shift() ?? 1);
	expect(throttling.taken(entries(10), 0)).toBeUndefined();
	expect(count(throttling.taken(entries(10), 0))).toBe(10);
	expect(throttling.taken(entries(10), 0)).toBeUndefined();
});

test.each([1, 2, 4, 7])("a record's shard of %i is the one to which Kinesis takes it", (shards) => {
	const kinesis = new FakeKinesis(shards).shards;
	const keys = Array.from({ length: 100 }, (_, at) => `S${at}`);
	expect(keys.map((PartitionKey) => shardOf({ PartitionKey }, shards))).toEqual(
		keys.map((key) => kinesis.all.indexOf(kinesis.of(key))),
	);
	for (const [at, { start, end }] of kinesis.all.entries()) {
		for (const hash of [start, end]) expect(shardOf({ ExplicitHashKey: String(hash) }, shards)).toBe(at);
	}
});
