import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { barRecord, share } from "../../../landing/live_analytics/record.ts";
import { bar } from "../../support/samples.ts";

describe("a bar", () => {
	test("is one record with several measures, its time the window's start, its version when it was emitted", () => {
		expect(barRecord(bar())).toEqual({
			Dimensions: [
				{ Name: "symbol", Value: "AAPL" },
				{ Name: "interval", Value: "1m" },
			],
			MeasureName: "bar",
			MeasureValueType: "MULTI",
			MeasureValues: [
				{ Name: "open", Value: "486.56", Type: "DOUBLE" },
				{ Name: "high", Value: "487.1", Type: "DOUBLE" },
				{ Name: "low", Value: "486.5", Type: "DOUBLE" },
				{ Name: "close", Value: "487", Type: "DOUBLE" },
				{ Name: "volume", Value: "123456", Type: "BIGINT" },
				{ Name: "trade_count", Value: "789", Type: "BIGINT" },
				{ Name: "vwap", Value: "486.831234", Type: "DOUBLE" },
				{ Name: "move_pct", Value: "-0.25", Type: "DOUBLE" },
				{ Name: "day_move_pct", Value: "1.5", Type: "DOUBLE" },
			],
			Time: String(Date.parse("2013-10-07T13:30:00.000Z")),
			TimeUnit: "MILLISECONDS",
			Version: Date.parse("2013-10-07T13:31:02.100Z"),
		});
	});

	test("has no measure for what is null", () => {
		const { MeasureValues = [] } = barRecord(bar({ vwap: null, move_pct: null, day_move_pct: null }));
		expect(MeasureValues.map(({ Name }) => Name)).toEqual(["open", "high", "low", "close", "volume", "trade_count"]);
	});

	test("keeps every number as it is", () => {
		fc.assert(
			fc.property(fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true }), (close) => {
				const value = barRecord(bar({ close })).MeasureValues?.find(({ Name }) => Name === "close")?.Value;
				expect(Number(value)).toBe(close);
			}),
		);
	});
});

describe("records of one call", () => {
	test("say once what they have in common", () => {
		const { CommonAttributes, Records } = share([bar(), bar({ symbol: "MSFT" })].map(barRecord));
		expect(CommonAttributes).toEqual({
			Dimensions: [{ Name: "interval", Value: "1m" }],
			MeasureName: "bar",
			MeasureValueType: "MULTI",
			TimeUnit: "MILLISECONDS",
			Version: Date.parse(bar().emitted_at),
		});
		expect(Records.map(({ Dimensions }) => Dimensions)).toEqual([
			[{ Name: "symbol", Value: "AAPL" }],
			[{ Name: "symbol", Value: "MSFT" }],
		]);
		for (const record of Records) expect(Object.keys(record).sort()).toEqual(["Dimensions", "MeasureValues", "Time"]);
	});

	test("that are of one symbol and interval have no dimension of their own", () => {
		const { CommonAttributes, Records } = share([barRecord(bar())]);
		expect(CommonAttributes.Dimensions).toHaveLength(2);
		expect(Records[0]).not.toHaveProperty("Dimensions");
	});

	test("are the same records when the common part is put back, whatever they are", () => {
		const some = fc.record({
			symbol: fc.constantFrom("A", "B"),
			interval: fc.constantFrom("1m", "5m"),
			emitted_at: fc.constantFrom("2013-10-07T13:31:02.100Z", "2013-10-07T13:31:02.200Z"),
			close: fc.integer({ min: 1, max: 3 }),
		});
		fc.assert(
			fc.property(fc.array(some, { maxLength: 10 }), (changes) => {
				const records = changes.map((change) => barRecord(bar(change)));
				const { CommonAttributes, Records } = share(records);
				const names = (list: { Name?: string | undefined }[] = []) => list.map(({ Name }) => Name ?? "");
				const whole = Records.map((record) => {
					// Timestream refuses a dimension that is said twice.
					for (const name of names(CommonAttributes.Dimensions)) expect(names(record.Dimensions)).not.toContain(name);
					const Dimensions = [...(CommonAttributes.Dimensions ?? []), ...(record.Dimensions ?? [])];
					return { ...CommonAttributes, ...record, Dimensions: Dimensions.sort(byName) };
				});
				expect(whole).toEqual(
					records.map((record) => ({ ...record, Dimensions: record.Dimensions?.toSorted(byName) })),
				);
			}),
		);
	});

	test("of which there are none are none", () => {
		expect(share([])).toEqual({ CommonAttributes: {}, Records: [] });
	});
});

function byName(a: { Name?: string | undefined }, b: { Name?: string | undefined }): number {
	return (a.Name ?? "") < (b.Name ?? "") ? -1 : 1;
}
