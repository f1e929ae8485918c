import { expect, test } from "vitest";
import { bar } from "../../support/samples.ts";
import { barsOfSymbols } from "./bars.ts";
import { billOf, byEnd, inBatches } from "./billing.ts";

test("a bill counts the function's calls, and the same bars singly", async () => {
	const bars = barsOfSymbols([bar()], 500);
	expect(await billOf([bars])).toEqual({ bars: 500, calls: 5, billed: 75, singly: 500 });
	expect(await billOf([bars.slice(0, 4)])).toEqual({ bars: 4, calls: 1, billed: 1, singly: 4 });
	expect(await billOf([])).toEqual({ bars: 0, calls: 0, billed: 0, singly: 0 });
});

test("batches are those of a moment, or full ones", () => {
	const [first, second] = [bar(), bar({ window_end: "2013-10-07T13:32:00.000Z" })];
	expect(byEnd([first, second, first])).toEqual([[first, first], [second]]);
	expect(inBatches([first, second, first], 2)).toEqual([[first, second], [first]]);
	expect(inBatches([], 2)).toEqual([]);
});
