import { describe, expect, test } from "vitest";
import { barRecord, share } from "../../../landing/live_analytics/record.ts";
import { bar } from "../../support/samples.ts";
import { billedWrites, sizeOf } from "./metering.ts";

/** The event of the documentation's example, which says 83 bytes. */
const event = {
	Time: "1602983435238563000",
	Dimensions: [
		{ Name: "region", Value: "us-east-1" },
		{ Name: "az", Value: "1d" },
		{ Name: "vpc", Value: "vpc-1a2b3c4d" },
		{ Name: "hostname", Value: "host-24Gju" },
	],
	MeasureName: "cpu_utilization",
	MeasureValue: "35.0",
	MeasureValueType: "DOUBLE" as const,
};

test("the documentation's event has the size that it says, and 12 of them are one write", () => {
	expect(sizeOf(event)).toBe(83);
	expect(billedWrites({ Records: [event] })).toBe(1);
	expect(billedWrites({ Records: Array(12).fill(event) })).toBe(1);
	expect(billedWrites({ Records: Array(13).fill(event) })).toBe(2);
});

test("what is shared counts once", () => {
	const { Time, MeasureValue, MeasureValueType, Dimensions, MeasureName } = event;
	const CommonAttributes = { Dimensions: Dimensions.slice(0, 3), MeasureName };
	const own = { Time, MeasureValue, MeasureValueType, Dimensions: Dimensions.slice(3) };
	expect(sizeOf(CommonAttributes) + sizeOf(own)).toBe(83);
	expect(sizeOf(own)).toBe(34);
	// 49 bytes and 34 each: 28 events are 1,001 bytes, in place of 12.
	expect(billedWrites({ CommonAttributes, Records: Array(28).fill(own) })).toBe(1);
	expect(billedWrites({ CommonAttributes, Records: Array(29).fill(own) })).toBe(2);
});

describe("a value counts by its type", () => {
	test.each([
		["DOUBLE", "486.831234", 8],
		["BIGINT", "9007199254740991", 8],
		["TIMESTAMP", "1602983435238563000", 8],
		["BOOLEAN", "true", 1],
		["VARCHAR", "ünï", 5],
	] as const)("%s", (Type, Value, bytes) => {
		expect(sizeOf({ MeasureValues: [{ Name: "x", Value, Type }] })).toBe(1 + bytes);
		expect(sizeOf({ MeasureValue: Value, MeasureValueType: Type })).toBe(bytes);
	});
});

test("1,000 bars in calls of 100 are less than a sixth of what they are singly, with every value in them", () => {
	const bars = Array.from({ length: 100 }, (_, index) => barRecord(bar({ symbol: `S${1_000 + index}` })));
	expect(billedWrites(share(bars)) * 10).toBeLessThanOrEqual(1_000 / 6);
	expect(bars.reduce((sum, one) => sum + billedWrites(share([one])), 0)).toBe(100);
});

test("nothing is billed for nothing", () => {
	expect(billedWrites({})).toBe(0);
	expect(billedWrites(share([]))).toBe(0);
});
