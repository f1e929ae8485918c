import { describe, expect, test } from "vitest";
import { type CaseRelations, expectedRows, fullTime, givenRows } from "../../../sql/workbench/case-rows.ts";
import type { Case, CaseRow, Value } from "../../../sql/workbench/cases.ts";

const relations: CaseRelations = {
	trades: {
		eventTime: "plausible_time",
		columns: [
			{ name: "trade_id", type: "STRING", given: true },
			{ name: "symbol", type: "STRING", given: true },
			{ name: "event_time", type: "TIMESTAMP_LTZ(3)", given: true },
			{ name: "price", type: "DOUBLE", given: true },
			{ name: "arrived_at", type: "TIMESTAMP_LTZ(3)", given: true },
			{ name: "plausible_time", type: "TIMESTAMP_LTZ(3) *ROWTIME*", given: false },
		],
	},
	bars: { eventTime: null, columns: [{ name: "window_start", type: "TIMESTAMP(3)", given: true }] },
};

function aCase(rows: (Record<string, Value> | string)[], more: Partial<Case> = {}): Case {
	const given = rows.map((row, i): CaseRow => {
		if (typeof row === "string") return { place: `f:${i + 1}`, values: {}, record: row };
		const { shard, ...values } = row;
		return { place: `f:${i + 1}`, values, ...(shard === undefined ? {} : { shard: shard as number | "all" }) };
	});
	return {
		name: "c",
		place: "f:0",
		date: "2024-01-02",
		defaults: {},
		given: { trades: given },
		expect: {},
		order: "any",
		batch: true,
		parallelism: true,
		lateness: 2,
		shards: 1,
		...more,
	};
}

const rowsOf = (test: Case) => givenRows(test, relations).trades?.rows.map(({ values }) => values);

describe("a given row", () => {
	test("has defaults: fixed ones, its number, and copies of its other columns", () => {
		const defaults = { trades: { symbol: "A", trade_id: "=row", arrived_at: "=event_time", price: 1 } };
		expect(
			rowsOf(
				aCase([{ event_time: "09:30:01.5" }, { event_time: "09:31", price: null, arrived_at: "10:00" }], { defaults }),
			),
		).toEqual([
			{
				symbol: "A",
				trade_id: "1",
				event_time: "2024-01-02T09:30:01.500Z",
				arrived_at: "2024-01-02T09:30:01.500Z",
				price: 1,
			},
			{
				symbol: "A",
				trade_id: "2",
				event_time: "2024-01-02T09:31:00.000Z",
				arrived_at: "2024-01-02T10:00:00.000Z",
				price: null,
			},
		]);
	});

	test("takes numbers for texts, and infinity as a number that JSON can hold", () => {
		expect(rowsOf(aCase([{ trade_id: 7, price: Number.POSITIVE_INFINITY }, { price: -Infinity }]))).toEqual([
			{ trade_id: "7", price: "1e999" },
			{ price: "-1e999" },
		]);
	});

	test("that is a record arrives at its event time, or when the one before did", () => {
		const record = '{"symbol":"A","event_time":"2024-01-02T09:30:00.000Z"}';
		const [first, second, third] = givenRows(aCase(["{", record, "{}"]), relations).trades?.rows ?? [];
		expect(first?.values).toEqual({ arrived_at: "2024-01-02T00:00:00.000Z" });
		expect(second).toEqual({ record, values: { arrived_at: "2024-01-02T09:30:00.000Z" }, shard: 0, key: "A" });
		expect(third?.values).toEqual({ arrived_at: "2024-01-02T09:30:00.000Z" });
	});

	test("has a time to put it into order by, unless it has none", () => {
		const record = '{"event_time":"2024-01-02T00:00:02.000Z"}';
		const at = Date.parse("2024-01-02T00:00:01Z");
		expect(givenRows(aCase([{ event_time: "00:00:01" }, { price: 1 }, record]), relations).trades?.times).toEqual([
			at,
			null,
			at + 1000,
		]);
	});

	test("comes from the shard of its symbol, its own, or from all", () => {
		const rows = [
			{ symbol: "A" },
			{ symbol: "B" },
			{ symbol: "C" },
			{ symbol: "A" },
			{ symbol: "A", shard: 1 },
			{ shard: "all" },
		];
		const shards = givenRows(aCase(rows, { shards: 2 }), relations).trades?.rows.map(({ shard }) => shard);
		expect(shards).toEqual([0, 1, 0, 0, 1, 0, 1]);
		expect(() => givenRows(aCase([{ symbol: "A", shard: 1 }]), relations)).toThrow(
			"f:1: shard 1 is beyond the 1 of the case",
		);
	});
});

test.each([
	["an unknown column", [{ prise: 1 }], "f:1: trades has no column prise: it has trade_id, symbol"],
	["a computed column", [{ plausible_time: "09:30" }], "f:1: plausible_time of trades is computed"],
	[
		"a time that is none",
		[{ event_time: "noon" }],
		'f:1: event_time is a time, such as 09:30:01.5 or 2024-01-02T09:30:00Z, not "noon"',
	],
	["a number as a time", [{ event_time: 930 }], "not 930"],
])("%s is an error with its place", (_, rows, message) => {
	expect(() => givenRows(aCase(rows), relations)).toThrow(message);
});

test("an unknown relation is an error, given or expected", () => {
	expect(() => givenRows(aCase([], { given: { trade: [] } }), relations)).toThrow(
		"f:0: there is no source or view trade: there are bars, trades",
	);
	expect(() => expectedRows(aCase([], { expect: { bar: [] } }), relations)).toThrow("no source or view bar");
});

test("expected times are in full, with a zone only where the column has one", () => {
	const row = (values: Record<string, Value>) => ({ place: "f:9", values });
	const test = aCase([], {
		expect: { bars: [row({ window_start: "09:30" })], trades: [row({ plausible_time: "09:30" })] },
	});
	expect(expectedRows(test, relations)).toEqual({
		bars: [row({ window_start: "2024-01-02T09:30:00.000" })],
		trades: [row({ plausible_time: "2024-01-02T09:30:00.000Z" })],
	});
});

test.each([
	["9:05", "2024-01-02T09:05:00.000Z"],
	["09:30:01.25", "2024-01-02T09:30:01.250Z"],
	["2024-03-01 10:00", "2024-03-01T10:00:00.000Z"],
	["2024-03-01T10:00:00+02:00", "2024-03-01T08:00:00.000Z"],
	["2024-03-01", undefined],
	["25:00", undefined],
	[9, undefined],
])("%s is %s", (text, full) => {
	expect(fullTime(text, "2024-01-02")).toBe(full);
});
