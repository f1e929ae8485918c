import { Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "./errors.ts";
import { type PortName, parsePort } from "./ports.ts";
import { type UpOptions, up } from "./session.ts";

/** `tidemark up`: the whole stack on this machine. */
export function upCommand(): Command {
	const command = new Command("up")
		.description(
			"run the whole pipeline here: AWS emulator with the deployed stacks, Flink, time-series store, live page, and a feed (synthetic unless --replay is given)",
		)
		.option("--replay <file>", "replay a file of trades (CSV or JSONL, also .gz) instead of the synthetic feed")
		.option("--speed <n>", "replay at this factor of real time, or as fast as possible with max", speed)
		.addOption(new Option("--rebase <now>", "move the replayed event times to the present").choices(["now"]))
		.option("--map <field=column,…>", "which column holds which field of a trade", pairs)
		.addOption(new Option("--order <by>", "sort the file before it is sent").choices(["event-time"]))
		.option("--raw", "send each line's bytes as they are")
		.option("--symbols <list>", "only these symbols, separated by commas", list)
		.option("--seed <n>", "seed of the synthetic feed", wholeNumber)
		.option("--once", "with --replay: end when all is processed, and print the counts as one line of JSON")
		.option("--shards <n>", "shards of each stream (default: 2, or what the live stack has)", positive)
		.option("--parallelism <n>", "parallel subtasks of the Flink job", positive, 1)
		.option("--no-page", "leave the live page out");
	const ports: [PortName, string][] = [
		["aws", "the AWS emulator"],
		["flink", "Flink's REST interface"],
		["questdb", "QuestDB"],
		["page", "the live page"],
	];
	for (const [name, what] of ports) command.option(`--port-${name} <n>`, `port of ${what}`, port);
	return command.action(async (options: UpOptions) => {
		process.exitCode = await up(options);
	});
}

function wholeNumber(text: string): number {
	if (!/^\d+$/.test(text)) throw new InvalidArgumentError("Give a whole number.");
	return Number(text);
}

function positive(text: string): number {
	const value = wholeNumber(text);
	if (value < 1) throw new InvalidArgumentError("Give a number of at least 1.");
	return value;
}

function port(text: string): number {
	try {
		return parsePort(text);
	} catch (error) {
		throw error instanceof UserError ? new InvalidArgumentError(error.message) : error;
	}
}

function speed(text: string): number | "max" {
	const value = Number(text);
	if (text === "max") return "max";
	if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("Give a number above 0, or max.");
	return value;
}

function list(text: string): string[] {
	const names = text.split(",").map((name) => name.trim());
	if (names.some((name) => name === ""))
		throw new InvalidArgumentError("Give names separated by commas, such as SPY,IBM.");
	return names;
}

function pairs(text: string): Record<string, string> {
	const entries = text.split(",").map((pair) => pair.split("=").map((part) => part.trim()));
	if (entries.some((entry) => entry.length !== 2 || entry.includes(""))) {
		throw new InvalidArgumentError("Give field=column, several separated by commas.");
	}
	return Object.fromEntries(entries) as Record<string, string>;
}
