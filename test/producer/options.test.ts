import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parseNumber, parseSymbols } from "../../producer/options.ts";
import { addSyntheticOptions, syntheticSpec } from "../../producer/synthetic/options.ts";

/** What a command with these options makes of its arguments. */
function parsed<T extends object>(add: (command: Command) => Command, ...args: string[]): T {
	const command = add(new Command("try"))
		.exitOverride()
		.configureOutput({ writeErr: () => {} });
	return command.parse(args, { from: "user" }).opts<T>();
}

describe("the options of the synthetic feed", () => {
	test("become its specification", () => {
		const options = parsed(addSyntheticOptions, "--symbols", "A,B", "--seed", "7", "--rate", "500", "--history", "0");
		expect(syntheticSpec(options)).toEqual({
			kind: "synthetic",
			symbols: ["A", "B"],
			seed: 7,
			rate: 500,
			historyMinutes: 0,
		});
	});

	test("may all be left out", () => {
		expect(syntheticSpec(parsed(addSyntheticOptions))).toEqual({ kind: "synthetic" });
	});

	test.each([["--seed"], ["--rate"], ["--history"]])("%s takes a number, 0 or more", (option) => {
		for (const value of ["many", "-1", "Infinity"]) {
			expect(() => parsed(addSyntheticOptions, `${option}=${value}`)).toThrow(/Give a number, 0 or more/);
		}
	});
});

test("values are read one by one", () => {
	expect(parseNumber("0")).toBe(0);
	expect(() => parseNumber(" ")).toThrow();
	expect(parseSymbols(" SPY ,IBM")).toEqual(["SPY", "IBM"]);
});
