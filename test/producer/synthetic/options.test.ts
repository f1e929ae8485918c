import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { syntheticCommand } from "../../../producer/synthetic/command.ts";
import { addSyntheticOptions, type SyntheticOptions, syntheticSpec } from "../../../producer/synthetic/options.ts";

function parsed(...args: string[]): SyntheticOptions {
	const command = addSyntheticOptions(new Command("try"))
		.exitOverride()
		.configureOutput({ writeErr: () => {} });
	return command.parse(args, { from: "user" }).opts<SyntheticOptions>();
}

describe("the options of the synthetic feed", () => {
	test("become its specification", () => {
		const options = parsed(
			...["--symbols", "A,LSE:B", "--seed", "7", "--rate", "500", "--history", "0", "--hours", "market"],
			...["--count", "1000", "--faults", "late=1%,disorder=500ms", "--truth", "truth.jsonl"],
		);
		expect(syntheticSpec(options, 3000)).toEqual({
			kind: "synthetic",
			symbols: ["A", "LSE:B"],
			seed: 7,
			rate: 500,
			historyMinutes: 0,
			hours: "market",
			count: 1000,
			faults: { late: 0.01, disorderMs: 500 },
			truth: "truth.jsonl",
			latenessMs: 3000,
		});
		expect(syntheticSpec(parsed("--markets", "US,HK", "--exchanges", "LSE"))).toMatchObject({
			markets: ["US", "HK"],
			exchanges: ["LSE"],
		});
	});

	test("may all be left out", () => {
		expect(syntheticSpec(parsed())).toEqual({ kind: "synthetic" });
	});

	test.each(["--seed", "--rate", "--history", "--count"])("%s takes a number, 0 or more", (option) => {
		for (const value of ["many", "-1", "Infinity"]) {
			expect(() => parsed(`${option}=${value}`)).toThrow(/Give a number, 0 or more/);
		}
	});

	test.each([
		[["--symbols", "SPY,,IBM"], /Give names separated by commas/],
		[["--markets", ","], /Give names separated by commas/],
		[["--hours", "office"], /Allowed choices are always, market/],
		[["--faults", "dupes=1%"], /option '--faults <list>' argument 'dupes=1%' is invalid. There is no fault "dupes"/],
		[["--faults", "late=200%"], /but was given 200 %/],
		[["--truth"], /argument missing/],
		[["--fault", "late=1%"], /unknown option '--fault'/],
	])("refuse %j with what they take", (args, message) => {
		expect(() => parsed(...args)).toThrow(message);
	});
});

test("the help of the command has an example of each kind", () => {
	let text = "";
	syntheticCommand()
		.configureOutput({ writeOut: (part) => (text += part) })
		.outputHelp();
	for (const part of ["--hours market", "--markets US,HK,JP", "--faults duplicates=1%", "--truth truth.jsonl"]) {
		expect(text).toContain(part);
	}
	for (const [, faults] of text.matchAll(/--faults (\S+=\S+)/g))
		expect(() => parsed("--faults", faults as string)).not.toThrow();
});
