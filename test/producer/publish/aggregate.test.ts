import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AGGREGATE_OVERHEAD, aggregate, aggregatedSize, deaggregate } from "../../../producer/publish/aggregate.ts";

const HASH_KEY = "85070591730234615865843651857942052864";
const record = (key: string, text: string) => ({ key, data: Buffer.from(text) });
// Vitest compares buffers byte by byte, and slowly.
const texts = (records: { key: string; data: Buffer }[]) =>
	records.map(({ key, data }) => [key, data.toString("latin1")]);

describe("an aggregated record", () => {
	test("is, byte by byte, what the format says", () => {
		const message = Buffer.concat([
			// 1: partition keys
			Buffer.from([0x0a, 3]),
			Buffer.from("SPY"),
			Buffer.from([0x0a, 3]),
			Buffer.from("IBM"),
			// 2: explicit hash keys
			Buffer.from([0x12, 1]),
			Buffer.from("7"),
			// 3: records: 1 index of the key, 2 index of the hash key, 3 data
			Buffer.from([0x1a, 8, 0x08, 0, 0x10, 0, 0x1a, 2]),
			Buffer.from("s1"),
			Buffer.from([0x1a, 7, 0x08, 1, 0x10, 0, 0x1a, 1]),
			Buffer.from("i"),
			Buffer.from([0x1a, 6, 0x08, 0, 0x10, 0, 0x1a, 0]),
		]);
		const expected = Buffer.concat([
			Buffer.from([0xf3, 0x89, 0x9a, 0xc2]),
			message,
			createHash("md5").update(message).digest(),
		]);
		expect(aggregate([record("SPY", "s1"), record("IBM", "i"), record("SPY", "")], "7")).toEqual(expected);
	});

	test("gives back what was put in, in order, under each one's own key", () => {
		const records = fc.array(fc.record({ key: fc.string({ minLength: 1 }), data: fc.uint8Array({ maxLength: 400 }) }), {
			minLength: 1,
			maxLength: 300,
		});
		fc.assert(
			fc.property(records, (raw) => {
				const all = raw.map(({ key, data }) => ({ key: key.toWellFormed(), data: Buffer.from(data) }));
				const data = aggregate(all, HASH_KEY);
				expect(texts(deaggregate({ key: "outer", data }))).toEqual(texts(all));
				const size = all.reduce((sum, each) => sum + aggregatedSize(each), AGGREGATE_OVERHEAD);
				expect(data.length).toBeLessThanOrEqual(size);
			}),
			{ numRuns: 50 },
		);
	});

	test("of more keys and longer data than a byte can count comes back, too", () => {
		const all = Array.from({ length: 300 }, (_, at) => record(`key ${at}`, "x".repeat(at * 10)));
		expect(texts(deaggregate({ key: "", data: aggregate(all, HASH_KEY) }))).toEqual(texts(all));
	});
});

describe("any other record", () => {
	test.each([
		["a trade", Buffer.from('{"symbol":"SPY"}')],
		["nothing", Buffer.alloc(0)],
		["the magic bytes alone", Buffer.from([0xf3, 0x89, 0x9a, 0xc2])],
		[
			"one with a wrong digest",
			Buffer.concat([aggregate([record("SPY", "s")], "7").subarray(0, -1), Buffer.from([0])]),
		],
	])("stays itself: %s", (_, data) => {
		expect(deaggregate({ key: "SPY", data })).toEqual([{ key: "SPY", data }]);
	});
});
