import { expect } from "vitest";

type Row = object;

/** Whole answers are the same: as many rows, in this order, of these columns; numbers to a part in a hundred million. */
export function expectSameRows(actual: Row[], expected: Row[], what: string): void {
	expect(actual.length, `rows of ${what}`).toBe(expected.length);
	const wrong = expected.flatMap((row, i) => (same(actual[i], row) ? [] : [{ expected: row, received: actual[i] }]));
	expect(wrong.slice(0, 3), what).toEqual([]);
}

function same(actual: Row | undefined, expected: Row): boolean {
	const cells = Object.entries(expected);
	const given = new Map(Object.entries(actual ?? {}));
	return given.size === cells.length && cells.every(([name, cell]) => near(given.get(name), cell));
}

/** What is rounded to 6 decimals may be on either side of a half. */
function near(a: unknown, b: unknown): boolean {
	if (typeof a !== "number" || typeof b !== "number") return a === b;
	return Math.abs(a - b) <= Math.max(2e-6, 1e-8 * Math.abs(b));
}
