import { type Command, Option } from "commander";
import type { SyntheticFaults, SyntheticSpec } from "../feed.ts";
import { orInvalid, parseNumber, parseSymbols } from "../options.ts";
import { parseFaults } from "./fault-options.ts";
import { DEFAULT_HISTORY_MINUTES, DEFAULT_RATE } from "./synthetic.ts";

/** Which trades, how many and when: what `tidemark up` takes too. */
export interface MarketOptions {
	readonly symbols?: readonly string[];
	readonly seed?: number;
	readonly rate?: number;
	readonly hours?: "always" | "market";
	readonly markets?: readonly string[];
	readonly exchanges?: readonly string[];
	readonly count?: number;
	readonly faults?: SyntheticFaults;
	readonly truth?: string;
}

/** What addSyntheticOptions adds, as commander gives it. */
export interface SyntheticOptions extends MarketOptions {
	readonly history?: number;
}

/** Adds the options of a synthetic market, apart from its symbols; `where` begins each description. */
export function addMarketOptions(command: Command, where = ""): Command {
	return command
		.option(
			"--seed <number>",
			`${where}the same seed gives the same trades, relative to the start (default: 1)`,
			parseNumber,
		)
		.option("--rate <number>", `${where}trades a second, all symbols together (default: ${DEFAULT_RATE})`, parseNumber)
		.addOption(
			new Option(
				"--hours <when>",
				`${where}with market each symbol trades in its exchange's regular hours only (default: always)`,
			).choices(["always", "market"]),
		)
		.option("--markets <list>", `${where}instead of symbols, all listings of these places: US,HK,JP,…`, parseSymbols)
		.option("--exchanges <list>", `${where}instead of symbols, all listings of these: NYSE,HKEX,LSE,…`, parseSymbols)
		.option("--count <trades>", `${where}end after so many trades`, parseNumber)
		.option(
			"--faults <list>",
			`${where}do wrong on purpose: duplicates=1%,disorder=500ms,late=0.1%,malformed=0.1%,burst=10x@30s`,
			(text) => orInvalid(() => parseFaults(text)),
		)
		.option(
			"--truth <file>",
			`${where}write each fault, and the exact counts at the end, to this file as lines of JSON`,
		);
}

/** Adds the options of the synthetic feed to a command. */
export function addSyntheticOptions(command: Command): Command {
	command.option(
		"--symbols <list>",
		"symbols, separated by commas: AAPL, 0700.HK, LSE:ABC (default: a dozen well-known ones)",
		parseSymbols,
	);
	return addMarketOptions(command).option(
		"--history <minutes>",
		`minutes of the past, thinner and sent at once, before it goes on live (default: ${DEFAULT_HISTORY_MINUTES}; 0 with --faults or --truth)`,
		parseNumber,
	);
}

/** The synthetic feed of the parsed options, for a stream whose reader has this lateness. */
export function syntheticSpec({ history, ...options }: SyntheticOptions, latenessMs?: number): SyntheticSpec {
	const { symbols, seed, rate, hours, markets, exchanges, count, faults, truth } = options;
	const market = { symbols, seed, rate, hours, markets, exchanges };
	return { kind: "synthetic", ...market, historyMinutes: history, count, faults, truth, latenessMs };
}
