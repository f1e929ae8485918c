import { describe, expect, test } from "vitest";
import { Bar } from "../../contracts.ts";
import { deadLetter, messageOf, parseRecord } from "../../landing/records.ts";
import { kinesisRecords } from "../support/kinesis.ts";
import { bar } from "../support/samples.ts";

function only(value: unknown) {
	const [record] = kinesisRecords([value]);
	if (!record) throw new Error("one record was asked for");
	return record;
}

test("a good record is its value, with unknown fields left out", () => {
	expect(parseRecord(Bar, only({ ...bar(), note: "new field" }))).toEqual(bar());
});

describe("what a malformed record says about itself", () => {
	const nested = "[".repeat(200_000);
	test.each([
		["no JSON", "not json", "not one JSON value in UTF-8"],
		["nothing", "", "not one JSON value in UTF-8"],
		["two objects", "{}{}", "not one JSON value in UTF-8"],
		["bytes that are no text", Buffer.from([0x7b, 0xff, 0x7d]), "not one JSON value in UTF-8"],
		["deep nesting", nested, "not one JSON value in UTF-8"],
		["an array", "[]", "record: Invalid input: expected object, received array"],
		["null", "null", "record: Invalid input: expected object, received null"],
		["a number as text", { ...bar(), open: "486.56" }, "open: Invalid input: expected number, received string"],
		["a number out of range", JSON.stringify(bar()).replace("486.56", "1e999"), "open: Invalid input"],
		["a missing field", { ...bar(), close: undefined }, "close: Invalid input: expected number, received undefined"],
		["a price of zero", { ...bar(), low: 0 }, "low: Too small"],
		["half a share", { ...bar(), volume: 0.5 }, "volume: Invalid input: expected int"],
		["no interval", { ...bar(), interval: "2 minutes" }, "interval: must be a number and s, m, h or d"],
		["a local time", { ...bar(), window_start: "2013-10-07T13:30:00.000+02:00" }, "window_start: Invalid ISO datetime"],
		["a day that is not", { ...bar(), window_start: "2013-02-30T13:30:00.000Z" }, "window_start: Invalid ISO datetime"],
		["an empty symbol", { ...bar(), symbol: "" }, "symbol: Too small"],
	])("%s", (_, value, reason) => {
		expect(() => parseRecord(Bar, only(value))).toThrow(reason);
	});

	test("all its mistakes at once", () => {
		const wrong = only({ ...bar(), open: -1, close: null });
		expect(() => parseRecord(Bar, wrong)).toThrow(/open: .*; close: /);
	});
});

describe("a dead letter", () => {
	test("keeps text as text and anything else as base64", () => {
		expect(deadLetter(only("\u0000é"), "malformed", "why")).toMatchObject({ payload: "\u0000é" });
		const letter = deadLetter(only(Buffer.from([0xff, 0x00])), "malformed", "why");
		expect(letter).toMatchObject({ payload_base64: "/wA=" });
		expect(letter).not.toHaveProperty("payload");
	});

	test("has a reason of bounded length", () => {
		expect(deadLetter(only("x"), "malformed", "y".repeat(10_000)).detail).toHaveLength(500);
	});
});

test("anything that was thrown has a message", () => {
	expect(messageOf(new Error("why"))).toBe("why");
	expect(messageOf("text")).toBe("text");
	expect(messageOf(undefined)).toBe("undefined");
});
