import { type Command, InvalidArgumentError } from "commander";
import { UserError } from "../errors.ts";
import type { ReplaySpec, SyntheticSpec, YahooHistorySpec, YahooSpec } from "../feed.ts";
import { orInvalid, parseSymbols } from "../options.ts";
import { checkChartInterval, readRange } from "./range.ts";
import { checkInterval, checkProxy, DEFAULT_INTERVAL_MS } from "./spec.ts";

/** What addYahooOptions adds, as commander gives it. */
export interface YahooOptions {
	/** Milliseconds. */
	readonly every?: number;
	readonly proxy?: string;
	readonly fallback?: readonly string[];
}

/** What addHistoryOptions adds. */
export interface HistoryOptions {
	readonly history?: { readonly from: string; readonly to: string | undefined };
	readonly interval?: string;
}

/** Adds the options of the live quotes to a command. */
export function addYahooOptions(command: Command): Command {
	return command
		.option(
			"--every <time>",
			`time between two polls of Yahoo, such as 1m (default: ${DEFAULT_INTERVAL_MS / 1000}s; at least 15s)`,
			parseEvery,
		)
		.option("--proxy <url>", "the way to Yahoo: an HTTP proxy", parseProxy)
		.option(
			"--fallback <feed...>",
			"what to go on with while Yahoo does not answer: synthetic, or replay FILE (marked in source)",
		);
}

/** Adds the options of the bars of the past. */
export function addHistoryOptions(command: Command): Command {
	return command
		.option(
			"--history <days>",
			"bars of the past instead: of a day, or from one to another with .. between them, as the exchange counts days",
			parseHistory,
		)
		.option("--interval <length>", "with --history: the bars' length (default: 1m)", (text) =>
			orInvalid(() => checkChartInterval(text)),
		);
}

/** The live feed of the parsed options. @throws UserError where the fallback is none */
export function yahooSpec(symbols: readonly string[], { every, proxy, fallback }: YahooOptions): YahooSpec {
	return { kind: "yahoo", symbols, intervalMs: every, proxy, fallback: fallback && readFallback(fallback) };
}

/**
 * The live feed or the history of the parsed options.
 * @throws UserError where options do not go together
 */
export function yahooOrHistorySpec(
	symbols: readonly string[],
	options: YahooOptions & HistoryOptions,
): YahooSpec | YahooHistorySpec {
	const { history, interval, every, fallback, proxy } = options;
	if (history === undefined) {
		if (interval !== undefined) {
			throw new UserError(
				"--interval is the length of past bars: add --history DAY. The time between polls is --every.",
			);
		}
		return yahooSpec(symbols, options);
	}
	if (every !== undefined) {
		throw new UserError(
			"--every is the time between live polls: leave it out with --history. The bars' length is --interval.",
		);
	}
	if (fallback !== undefined) throw new UserError("--fallback is for live quotes: leave it out with --history.");
	return { kind: "yahoo-history", symbols, ...history, interval, proxy };
}

/** `30s`, `2m`, `1h`, or a number of seconds, as milliseconds. */
export function parseEvery(text: string): number {
	const [, number, unit = "s"] = /^(\d+(?:\.\d+)?)\s*([smh]?)$/.exec(text.trim()) ?? [];
	if (number === undefined) throw new InvalidArgumentError("Give a time such as 30s or 2m.");
	const ms = Number(number) * ({ s: 1000, m: 60_000, h: 3_600_000 }[unit || "s"] ?? 1000);
	return orInvalid(() => checkInterval(ms));
}

/** The feed that `--fallback` names. @throws UserError where it names none */
export function readFallback(words: readonly string[]): SyntheticSpec | ReplaySpec {
	const [kind, file, ...more] = words;
	if (kind === "synthetic" && file === undefined) return { kind };
	if (kind === "replay" && file !== undefined && more.length === 0) return { kind, files: [file] };
	throw new UserError(`--fallback takes synthetic, or replay FILE, but was given ${words.join(" ")}.`);
}

function parseHistory(text: string): { from: string; to: string | undefined } {
	const [from = "", to, ...more] = text.split("..");
	if (more.length > 0)
		throw new InvalidArgumentError("Give a day such as 2026-03-02, or a range: 2026-03-02..2026-03-04.");
	orInvalid(() => readRange(from, to, Date.now()));
	return { from, to };
}

function parseProxy(text: string): string {
	return orInvalid(() => checkProxy(text));
}

/** The symbols option, which every use of Yahoo needs. */
export function addSymbolsOption(command: Command): Command {
	return command.requiredOption("--symbols <list>", "Yahoo's symbols, separated by commas", parseSymbols);
}
