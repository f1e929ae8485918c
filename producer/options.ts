import { type Command, InvalidArgumentError, Option } from "commander";
import { parseMap, USUAL_NAMES } from "./columns.ts";
import type { ReplaySpec, SyntheticSpec } from "./feed.ts";
import { DEFAULT_HISTORY_MINUTES, DEFAULT_RATE } from "./synthetic.ts";

/** What addReplayOptions adds, as commander gives it. */
export type ReplayOptions = Omit<ReplaySpec, "kind" | "file" | "latenessMs">;

/** What addSyntheticOptions adds, as commander gives it. */
export interface SyntheticOptions {
	readonly symbols?: readonly string[];
	readonly seed?: number;
	readonly rate?: number;
	readonly history?: number;
}

/** Adds the options of a replay to a command. */
export function addReplayOptions(command: Command): Command {
	return command
		.option(
			"--map <field=column,…>",
			`take a field of a trade from this column; found by themselves are ${usualNames()}, others by their own name`,
			(text, before: Record<string, string> | undefined) => orInvalid(() => parseMap(text, before)),
		)
		.option("--speed <factor>", "times real time, or max: as fast as it can be sent (default: max)", parseSpeed)
		.addOption(
			new Option("--rebase <when>", "move event times to the present; none is ever ahead of now").choices(["now"]),
		)
		.addOption(new Option("--order <by>", "sort the file on the way, whatever its size").choices(["event-time"]))
		.option("--raw", "send each line's bytes as they are, checking nothing (JSONL)")
		.option("--interval <length>", "of interval data, such as 1m (default: the file's smallest step)")
		.option("--symbols <list>", "only these symbols, separated by commas", parseSymbols);
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

/** The feed of a file and the parsed options. */
export function replaySpec(file: string, options: ReplayOptions): ReplaySpec {
	const { map, speed, rebase, order, raw, interval, symbols } = options;
	return { kind: "replay", file, map, speed, rebase, order, raw, interval, symbols };
}

/** The synthetic feed of the parsed options. */
export function syntheticSpec({ symbols, seed, rate, history }: SyntheticOptions): SyntheticSpec {
	return { kind: "synthetic", symbols, seed, rate, historyMinutes: history };
}

/** A factor of real time above 0, or `max`. */
export function parseSpeed(text: string): number | "max" {
	if (text === "max") return "max";
	const factor = Number(text);
	if (text.trim() !== "" && factor > 0 && Number.isFinite(factor)) return factor;
	throw new InvalidArgumentError("Give a factor of real time above 0, such as 1 or 60, or max.");
}

/** Names separated by commas. */
export function parseSymbols(text: string): string[] {
	const symbols = text.split(",").map((symbol) => symbol.trim());
	if (!symbols.includes("")) return symbols;
	throw new InvalidArgumentError("Give names separated by commas, such as SPY,IBM.");
}

/** A number, 0 or more. */
export function parseNumber(text: string): number {
	const number = Number(text);
	if (text.trim() !== "" && number >= 0 && Number.isFinite(number)) return number;
	throw new InvalidArgumentError("Give a number, 0 or more.");
}

function orInvalid<T>(work: () => T): T {
	try {
		return work();
	} catch (error) {
		throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
	}
}

function usualNames(): string {
	return Object.entries(USUAL_NAMES)
		.map(([field, names]) => `${field} (${names.join(", ")})`)
		.join(", ");
}
