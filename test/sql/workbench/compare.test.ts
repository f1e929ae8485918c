import { expect, test } from "vitest";
import type { Value } from "../../../sql/workbench/cases.ts";
import { compare, sayDifference } from "../../../sql/workbench/compare.ts";

type Row = Record<string, Value>;
const difference = (expected: Row[], found: Row[]) =>
	compare(
		"bars",
		expected.map((values, i) => ({ place: `f:${i + 1}`, values })),
		found,
	);
const say = (expected: Row[], found: Row[]) => {
	const differs = difference(expected, found);
	return differs ? sayDifference(differs, "2024-01-02") : [];
};

test.each<[string, Row[], Row[]]>([
	["nothing", [], []],
	["the same in another order", [{ a: 1 }, { a: 2 }], [{ a: 2 }, { a: 1 }]],
	["columns that are not named", [{ a: 1 }], [{ a: 1, b: 2 }]],
	["NULL", [{ a: null }], [{ a: null }]],
	["numbers but for what adding in another order makes", [{ a: 0.3 }], [{ a: 0.1 + 0.2 }]],
	["nested values", [{ a: { b: [1] } }], [{ a: { b: [1] } }]],
	[
		"rows whose columns only fit in one way",
		[{ a: 1 }, { a: 1, b: 2 }],
		[
			{ a: 1, b: 2 },
			{ a: 1, b: 3 },
		],
	],
	[
		"rows that fit in one way, the other first",
		[{ a: 1 }, { b: 2 }],
		[
			{ a: 1, b: 2 },
			{ a: 1, b: 3 },
		],
	],
])("%s is equal", (_, expected, found) => {
	expect(difference(expected, found)).toBeNull();
});

test.each<[string, Row[], Row[]]>([
	["a value", [{ a: 1 }], [{ a: 2 }]],
	["a rounding", [{ a: 0.007813 }], [{ a: 0.007812 }]],
	["NULL for a value", [{ a: null }], [{ a: 0 }]],
	["a value for NULL", [{ a: 0 }], [{ a: null }]],
	["a text for a number", [{ a: "1" }], [{ a: 1 }]],
	["a copy too many", [{ a: 1 }], [{ a: 1 }, { a: 1 }]],
	["a copy too few", [{ a: 1 }, { a: 1 }], [{ a: 1 }]],
	["rows where none are expected", [], [{ a: 1 }]],
	["a nested value", [{ a: { b: [1] } }], [{ a: { b: [2] } }]],
])("%s differs", (_, expected, found) => {
	expect(difference(expected, found)).not.toBeNull();
});

test("a row that is alike is said to have changed, with its columns", () => {
	expect(
		say(
			[{ symbol: "A", window_start: "2024-01-02T09:30:00.000", close: 11, high: 12 }],
			[{ symbol: "A", window_start: "2024-01-02T09:30:00.000", close: 12, high: 12 }],
		),
	).toEqual(["bars  changed     symbol=A window_start=09:30:00 high=12  close: expected 11, found 12  (f:1)"]);
});

test("others are missing and unexpected", () => {
	expect(say([{ a: 1, b: "x y" }], [{ a: 2, b: null, c: 3 }])).toEqual([
		'bars  missing     a=1 b="x y"  (f:1)',
		"bars  unexpected  a=2 b=null",
	]);
	expect(say([], [{ a: 2, b: null, at: "2024-01-03T09:30:00.500Z" }])).toEqual([
		"bars  unexpected  a=2 at=2024-01-03T09:30:00.500",
	]);
});
