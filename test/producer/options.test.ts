import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { parseNumber, parseSymbols } from "../../producer/options.ts";
import { addReplayOptions, parseSpeed, replaySpec } from "../../producer/replay/options.ts";
import { addSyntheticOptions, syntheticSpec } from "../../producer/synthetic/options.ts";

/** What a command with these options makes of its arguments. */
function parsed<T extends object>(add: (command: Command) => Command, ...args: string[]): T {
	const command = add(new Command("try"))
		.exitOverride()
		.configureOutput({ writeErr: () => {} });
	return command.parse(args, { from: "user" }).opts<T>();
}

describe("the options of a replay", () => {
	test("become its specification", () => {
		const options = parsed(
			addReplayOptions,
			...["--map", "price=last,symbol=who", "--map", "size=qty", "--speed", "60", "--rebase", "now"],
			...["--order", "event-time", "--raw", "--interval", "1m", "--symbols", "SPY, IBM"],
		);
		expect(replaySpec("a.csv", options)).toEqual({
			kind: "replay",
			file: "a.csv",
			map: { price: "last", symbol: "who", size: "qty" },
			speed: 60,
			rebase: "now",
			order: "event-time",
			raw: true,
			interval: "1m",
			symbols: ["SPY", "IBM"],
		});
	});

	test("may all be left out", () => {
		expect(replaySpec("a.csv", parsed(addReplayOptions))).toEqual({ kind: "replay", file: "a.csv" });
	});

	test.each([
		[["--map", "price"], /--map takes field=column/],
		[["--speed", "0"], /Give a factor of real time above 0/],
		[["--speed", "fast"], /or max/],
		[["--rebase", "then"], /Allowed choices are now/],
		[["--order", "price"], /Allowed choices are event-time/],
		[["--symbols", "SPY,,IBM"], /Give names separated by commas/],
		[["--sped", "1"], /unknown option '--sped'/],
	])("refuse %j with what they take", (args, message) => {
		expect(() => parsed(addReplayOptions, ...args)).toThrow(message);
	});
});

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
	expect(parseSpeed("max")).toBe("max");
	expect(parseSpeed("0.5")).toBe(0.5);
	for (const text of ["", " ", "-1", "Infinity", "NaN"]) expect(() => parseSpeed(text)).toThrow();
	expect(parseNumber("0")).toBe(0);
	expect(() => parseNumber(" ")).toThrow();
	expect(parseSymbols(" SPY ,IBM")).toEqual(["SPY", "IBM"]);
});
