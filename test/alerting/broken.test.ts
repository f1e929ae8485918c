import { describe, expect, test } from "vitest";
import { Bar, Hit } from "../../contracts.ts";
import { parseRecord } from "../../landing/records.ts";
import { kinesisRecords } from "../support/kinesis.ts";
import { bar, hit } from "../support/samples.ts";
import { type Bytes, brokenBars, brokenHits, odd, rejectedBars, rejectedHits } from "./broken.ts";

/** What is wrong with a record by its contract; undefined where nothing is. */
function wrong(schema: typeof Hit | typeof Bar, bytes: Bytes): string | undefined {
	const [record] = kinesisRecords([bytes]);
	try {
		parseRecord<unknown>(schema, record as never);
	} catch (error) {
		return (error as Error).message;
	}
	return undefined;
}

describe("the table of broken records is what it says, before it is sent anywhere", () => {
	test.each([
		["hits", Hit, brokenHits({ ...hit() })],
		["bars", Bar, brokenBars({ ...bar() })],
	] as const)("more than a hundred kinds of %s break the contract", (_, schema, records) => {
		expect(Object.keys(records).length).toBeGreaterThan(100);
		for (const [kind, record] of Object.entries(records)) expect(wrong(schema, record), kind).toMatch(/.+/);
	});

	test.each([
		["hits", Hit, rejectedHits({ ...hit() })],
		["bars", Bar, rejectedBars({ ...bar() })],
	] as const)("the %s that are refused for other reasons are good by the contract", (_, schema, records) => {
		for (const [kind, record] of Object.entries(records)) expect(wrong(schema, record), kind).toBeUndefined();
	});

	test.each([
		["hits", Hit, odd((symbol) => ({ ...hit({ symbol }) }))],
		["bars", Bar, odd((symbol) => ({ ...bar({ symbol }) }))],
	] as const)("the odd %s are good", (_, schema, records) => {
		for (const { record, symbol } of records) expect(wrong(schema, record), symbol).toBeUndefined();
	});
});
