import { Command } from "commander";
import { describe, expect, test } from "vitest";
import { produceCommand } from "../../../producer/command.ts";
import { openFeed } from "../../../producer/index.ts";
import {
	addHistoryOptions,
	addSymbolsOption,
	addYahooOptions,
	type HistoryOptions,
	parseEvery,
	readFallback,
	type YahooOptions,
	yahooOrHistorySpec,
} from "../../../producer/yahoo/options.ts";
import { formatWait, nameSome } from "../../../producer/yahoo/words.ts";

/** The specification that these arguments of `tidemark produce yahoo` give. */
function specOf(...args: string[]) {
	const command = addHistoryOptions(addYahooOptions(addSymbolsOption(new Command("yahoo"))))
		.exitOverride()
		.configureOutput({ writeErr: () => {} });
	const options = command.parse(args, { from: "user" }).opts<{ symbols: string[] } & YahooOptions & HistoryOptions>();
	return yahooOrHistorySpec(options.symbols, options);
}
const of = ["--symbols", "AAPL,MSFT"];

describe("the options of Yahoo", () => {
	test("become a live feed", () => {
		expect(specOf(...of)).toEqual({ kind: "yahoo", symbols: ["AAPL", "MSFT"] });
		expect(specOf(...of, "--every", "1m", "--proxy", "http://proxy:3128")).toEqual({
			kind: "yahoo",
			symbols: ["AAPL", "MSFT"],
			intervalMs: 60_000,
			proxy: "http://proxy:3128",
		});
	});

	test("name a fallback as the issue writes it, wherever it stands", () => {
		expect(specOf(...of, "--fallback", "synthetic")).toMatchObject({ fallback: { kind: "synthetic" } });
		expect(specOf("--fallback", "replay", "day.csv", ...of)).toMatchObject({
			symbols: ["AAPL", "MSFT"],
			fallback: { kind: "replay", files: ["day.csv"] },
		});
	});

	test("become a history of a day or of several", () => {
		expect(specOf(...of, "--history", "2020-05-14", "--interval", "1m")).toEqual({
			kind: "yahoo-history",
			symbols: ["AAPL", "MSFT"],
			from: "2020-05-14",
			to: undefined,
			interval: "1m",
			proxy: undefined,
		});
		expect(specOf(...of, "--history", "2020-05-14..2020-05-15")).toMatchObject({
			from: "2020-05-14",
			to: "2020-05-15",
		});
	});

	test.each([
		[["--every", "5s"], /--every takes 15s or more, but was given 5 s/],
		[["--every", "soon"], /Give a time such as 30s or 2m/],
		[["--every", "-30s"], /Give a time such as 30s or 2m/],
		[
			["--proxy", "proxy:3128"],
			/--proxy takes the URL of an HTTP proxy, such as http:\/\/proxy:3128, but was given proxy:3128/,
		],
		[["--fallback", "other"], /--fallback takes synthetic, or replay FILE, but was given other\./],
		[["--fallback", "replay"], /--fallback takes synthetic, or replay FILE, but was given replay\./],
		[["--fallback", "synthetic", "day.csv"], /but was given synthetic day\.csv\./],
		[["--fallback", "replay", "a.csv", "b.csv"], /but was given replay a\.csv b\.csv\./],
		[["--history", "yesterday"], /"yesterday" is no day, such as 2026-03-02/],
		[["--history", "2020-05-14..2020-05-15..2020-05-16"], /Give a day such as 2026-03-02, or a range/],
		[["--history", "2020-05-15..2020-05-14"], /ends before it begins/],
		[["--history", "2999-01-01"], /is still to come/],
		[["--history", "2020-05-14", "--interval", "7m"], /Yahoo has no bars of 7m/],
		[
			["--interval", "1m"],
			/--interval is the length of past bars: add --history DAY\. The time between polls is --every/,
		],
		[
			["--history", "2020-05-14", "--every", "1m"],
			/--every is the time between live polls: leave it out with --history/,
		],
		[
			["--history", "2020-05-14", "--fallback", "synthetic"],
			/--fallback is for live quotes: leave it out with --history/,
		],
	])("refuse %j", (args, message) => {
		expect(() => specOf(...of, ...args)).toThrow(message);
	});

	test("need symbols", () => {
		expect(() => specOf("--every", "1m")).toThrow(/required option '--symbols <list>' not specified/);
		expect(() => specOf("--symbols", "AAPL,,MSFT")).toThrow(/Give names separated by commas/);
	});
});

describe("the command", () => {
	test("is there, with its examples", () => {
		const command = produceCommand().commands.find((each) => each.name() === "yahoo");
		let help = "";
		command?.configureOutput({
			writeOut: (text) => {
				help += text;
			},
		});
		command?.outputHelp();
		expect(help).toContain("--history 2026-03-02 --interval 1m --symbols AAPL,MSFT");
		for (const option of [
			"--symbols",
			"--every",
			"--proxy",
			"--fallback",
			"--history",
			"--interval",
			"--no-close",
			"--stream",
		]) {
			expect(help).toContain(option);
		}
	});

	test("opens its feeds by their specification", async () => {
		await expect(openFeed({ kind: "yahoo", symbols: [] })).rejects.toThrow("No symbols to ask Yahoo for");
		await expect(openFeed({ kind: "yahoo-history", symbols: ["AAPL"], from: "2999-01-01" })).rejects.toThrow(
			"still to come",
		);
	});
});

test("a time between polls may be in seconds, minutes or hours", () => {
	expect(["30s", "30", "1.5m", "2 m", "1h"].map(parseEvery)).toEqual([30_000, 30_000, 90_000, 120_000, 3_600_000]);
});

test("a fallback of nothing is none", () => {
	expect(() => readFallback([])).toThrow("--fallback takes synthetic, or replay FILE");
});

test("waits and lists are said shortly", () => {
	expect([5, 40_000, 89_000, 90_000, 900_000, 7_200_000].map(formatWait)).toEqual([
		"1 s",
		"40 s",
		"89 s",
		"2 min",
		"15 min",
		"2 h",
	]);
	expect(nameSome(["A", "B", "C"], 3)).toBe("A, B, C");
	expect(nameSome(["A", "B", "C"], 2)).toBe("A, B and 1 more");
});
