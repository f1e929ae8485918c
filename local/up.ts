import { Command, InvalidArgumentError } from "commander";
import { parseSymbols } from "../producer/options.ts";
import { addReplayOptions } from "../producer/replay/options.ts";
import { addMarketOptions } from "../producer/synthetic/options.ts";
import { addYahooOptions } from "../producer/yahoo/options.ts";
import { UserError } from "./errors.ts";
import { defaultPorts, type PortName, parsePort } from "./ports.ts";
import type { UpOptions } from "./session.ts";

const EXAMPLES = `
Examples:
  $ npm start
  $ npm start -- --replay trades.csv.gz --speed 60 --rebase now
  $ npm start -- --replay trades.csv.gz --speed max --once
  $ npm start -- --yahoo AAPL,MSFT,BTC-USD --fallback synthetic
  $ npm start -- --markets US,HK,JP --hours market --rate 200
  $ npm start -- --no-feed

While it runs, each edit of the SQL files is applied to the running job, with its state: see npx tidemark sql --help. An edit
of the alerting rules is deployed; a mistake in it is said with its line, and the rules before it go on.
With --once the stack has a state of its own in .tidemark/runs, on free ports. It ends when everything is processed: stdout
gets one line of JSON with the counts, and the exit code is 1 if they do not add up or the stores disagree.`;

/** `tidemark up`: the whole stack on this machine. */
export function upCommand(): Command {
	const command = new Command("up")
		.description(
			"run the whole pipeline here: the AWS emulator with the deployed stacks, Flink, the time-series store, the live page, and a feed (the synthetic one unless --replay or --yahoo is given)",
		)
		.option(
			"--replay <files...>",
			"replay files of trades or of interval data instead, or folders of them: CSV or JSONL, also .gz",
		)
		.addHelpText("after", EXAMPLES);
	command.option(
		"--yahoo <symbols>",
		"quotes of Yahoo Finance instead, of these symbols, separated by commas",
		parseSymbols,
	);
	addMarketOptions(addReplayOptions(addYahooOptions(command)), "of the synthetic feed: ")
		.option("--no-feed", "send nothing: trades come by npx tidemark produce, or by a program of your own")
		.option("--once", "with --replay or --count: end when all is processed, and print the counts as one line of JSON")
		.option("--sql <dir>", "another SQL directory than this repository's sql")
		.option("--rules <file>", "another file of alerting rules than this repository's alerting/rules.yaml")
		.option(
			"--keep-history",
			"keep each symbol's bars in DynamoDB too, for npx tidemark latest --history; the live stack goes on with it",
		)
		.option(
			"--grafana",
			"let Grafana read QuestDB, on port 8812 of this machine: then docker compose -f grafana/compose.yaml up",
		)
		.option("--shards <n>", "shards of each stream (default: 2, or what the live stack has)", parseCount)
		.option("--parallelism <n>", "parallel subtasks of the Flink job", parseCount, 1)
		.option("--no-page", "leave the live page out");
	const ports: [PortName, string][] = [
		["aws", "the AWS emulator"],
		["flink", "Flink's REST interface"],
		["questdb", "QuestDB"],
		["page", "the live page"],
	];
	for (const [name, what] of ports) {
		command.option(`--port-${name} <n>`, `port of ${what} (default: ${defaultPorts[name]})`, parsePortOption);
	}
	return command.action(async (options: UpOptions) => {
		// Loaded only when it is wanted: all that a stack consists of is a second's work.
		const { up } = await import("./session.ts");
		process.exitCode = await up(options);
	});
}

function parseCount(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("Give a whole number, at least 1.");
	return value;
}

function parsePortOption(text: string): number {
	try {
		return parsePort(text);
	} catch (error) {
		throw error instanceof UserError ? new InvalidArgumentError(error.message) : error;
	}
}
