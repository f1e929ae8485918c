import { InvalidArgumentError } from "commander";
import { describe, expect, test } from "vitest";
import { orInvalid, parseNumber, parseSymbols } from "../../producer/options.ts";

describe("values of options", () => {
	test("are read one by one", () => {
		expect(parseNumber("0")).toBe(0);
		expect(parseNumber("2.5")).toBe(2.5);
		expect(parseSymbols(" SPY ,IBM")).toEqual(["SPY", "IBM"]);
	});

	test.each(["", " ", "-1", "many", "Infinity", "NaN"])("%j is no number, 0 or more", (text) => {
		expect(() => parseNumber(text)).toThrow(InvalidArgumentError);
		expect(() => parseNumber(text)).toThrow("Give a number, 0 or more.");
	});

	test.each(["", "SPY,", "SPY,,IBM"])("%j names no symbols", (text) => {
		expect(() => parseSymbols(text)).toThrow("Give names separated by commas, such as SPY,IBM.");
	});

	test("that are checked elsewhere become errors of the option", () => {
		expect(orInvalid(() => 7)).toBe(7);
		const fails = () =>
			orInvalid(() => {
				throw new Error("too much");
			});
		expect(fails).toThrow(InvalidArgumentError);
		expect(fails).toThrow("too much");
	});
});
