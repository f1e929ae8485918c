import type { Command } from "commander";
import type { SyntheticSpec } from "../feed.ts";
import { parseNumber, parseSymbols } from "../options.ts";
import { DEFAULT_HISTORY_MINUTES, DEFAULT_RATE } from "./synthetic.ts";

/** What addSyntheticOptions adds, as commander gives it. */
export interface SyntheticOptions {
	readonly symbols?: readonly string[];
	readonly seed?: number;
	readonly rate?: number;
	readonly history?: number;
}

/** Adds the options of the synthetic feed to a command. */
export function addSyntheticOptions(command: Command): Command {
	return command
		.option("--symbols <list>", "symbols, separated by commas (default: a dozen well-known ones)", parseSymbols)
		.option("--seed <number>", "the same seed gives the same trades, relative to the start (default: 1)", parseNumber)
		.option("--rate <number>", `trades a second, all symbols together (default: ${DEFAULT_RATE})`, parseNumber)
		.option(
			"--history <minutes>",
			`minutes of the past, thinner and sent at once, before it goes on live (default: ${DEFAULT_HISTORY_MINUTES})`,
			parseNumber,
		);
}

/** The synthetic feed of the parsed options. */
export function syntheticSpec({ symbols, seed, rate, history }: SyntheticOptions): SyntheticSpec {
	return { kind: "synthetic", symbols, seed, rate, historyMinutes: history };
}
