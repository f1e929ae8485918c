import { describe, expect, test } from "vitest";
import { comparable, joined, problemsOf } from "./answers.ts";

const needs = { time: true, text: ["symbol"], numbers: ["move"], rows: 2 };
const good = [
	{ time: 1, symbol: "A", move: 1.5 },
	{ time: 1, symbol: "B", move: null },
	{ time: 2, symbol: "A", move: -1, more: "x" },
];

describe("what is wrong with an answer", () => {
	test("is nothing where the panel can draw it", () => {
		expect(problemsOf(good, needs)).toEqual([]);
	});

	test.each([
		["no rows", [], ["0 rows, and 2 are needed"]],
		["too few rows", good.slice(0, 1), ["1 rows, and 2 are needed"]],
		["a column is missing", good.map(({ move: _, ...row }) => row), ["no column move"]],
		["a column has no value", good.map((row) => ({ ...row, move: null })), ["nothing but nulls in move"]],
		["a number is text", [...good, { time: 3, symbol: "A", move: "1.5" }], ['move has "1.5", which is no number']],
		["text is a number", [...good, { time: 3, symbol: 7, move: 1 }], ["symbol has 7, which is no string"]],
		["a time is text", [{ time: "2013-10-07", symbol: "A", move: 1 }, ...good], ["the time 2013-10-07"]],
		["a time is missing", [...good, { symbol: "A", move: 1 }], ["the time undefined"]],
		["times go back", [...good, { time: 0, symbol: "A", move: 1 }], ["times that are not in order"]],
		["a number is none", [...good, { time: 3, symbol: "A", move: Number.NaN }], ["move has null, which is no number"]],
	])("%s", (_, rows, expected) => {
		expect(problemsOf(rows, needs)).toEqual(expected);
	});
});

test("times may go back from one series to the next where a store answers series by series", () => {
	const bySymbol = good.toSorted((a, b) => a.symbol.localeCompare(b.symbol));
	expect(problemsOf(bySymbol, needs)).toEqual(["times that are not in order"]);
	expect(problemsOf(bySymbol, needs, { seriesBySeries: true })).toEqual([]);
	expect(problemsOf(good.toReversed(), needs, { seriesBySeries: true })).toEqual(["times that are not in order"]);
});

test("answers are compared by what is needed, whatever their order and last digits", () => {
	const other = good.toReversed().map((row) => ({ ...row, more: "y", move: row.move && row.move + 1e-12 }));
	expect(comparable(other, needs)).toEqual(comparable(good, needs));
	expect(comparable([{ ...good[0], move: 1.6 }, ...good.slice(1)], needs)).not.toEqual(comparable(good, needs));
});

test("answers of several queries are joined by their time", () => {
	const first = [
		{ time: 2, close: 5 },
		{ time: 1, close: 4 },
	];
	expect(joined([first, [{ time: 2, sma: 4.5 }]])).toEqual([
		{ time: 1, close: 4 },
		{ time: 2, close: 5, sma: 4.5 },
	]);
	expect(joined([first])).toEqual(first);
});
