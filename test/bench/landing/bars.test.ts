import { expect, test } from "vitest";
import { Bar } from "../../../contracts.ts";
import { bar } from "../../support/samples.ts";
import { barsOfDays, barsOfSymbols } from "./bars.ts";

test("days that follow have the same bars, each of another time, and good by the contract", () => {
	const made = barsOfDays([bar(), bar({ symbol: "MSFT" })], 5);
	expect(made.map(({ symbol, window_start }) => `${symbol} ${window_start.slice(0, 10)}`)).toEqual([
		"AAPL 2013-10-07",
		"MSFT 2013-10-07",
		"AAPL 2013-10-08",
		"MSFT 2013-10-08",
		"AAPL 2013-10-09",
	]);
	expect(made[0]).toEqual(bar());
	for (const one of made) expect(Bar.parse(one)).toEqual(one);
	expect(() => barsOfDays([], 1)).toThrow("no bars");
});

test("more symbols have the same time", () => {
	const made = barsOfSymbols([bar({ day_move_pct: null })], 3);
	expect(made.map(({ symbol }) => symbol)).toEqual(["S000", "S001", "S002"]);
	for (const one of made) {
		expect(one.window_start).toBe(bar().window_start);
		expect(one.day_move_pct).not.toBeNull();
	}
});
