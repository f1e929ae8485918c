import { Command } from "commander";
import { durationOption } from "../../alerting/commands/duration-option.ts";
import { UserError } from "../errors.ts";
import { formatOf } from "../format.ts";
import { addPlaceOptions } from "../place-options.ts";
import { type Found, historyRows, latestRows } from "./prices.ts";
import { withTables } from "./tables.ts";

const NOTES = `
A history is of the time up to the symbol's latest price. It is kept where the store "dynamodb" is chosen: docs/stores.md.
What is unknown is said on stderr, and the exit code is 1; what is known is printed all the same.

Examples:
  $ npx tidemark latest AAPL MSFT
  $ npx tidemark latest AAPL --history 1h --interval 5m --csv
  $ npx tidemark latest AAPL --aws --json`;

export interface LatestOptions {
	history?: string;
	interval?: string;
	json?: boolean;
	csv?: boolean;
	aws?: boolean;
	run?: string;
}

/** `tidemark latest`: what programs read of a symbol, for people. */
export function latestCommand(): Command {
	const command = new Command("latest")
		.description("print the latest prices of symbols, or their bars of the last time, from DynamoDB")
		.argument("<symbols...>", "as they are in the feed, such as AAPL MSFT")
		.option("--history <duration>", "the bars of this time up to the latest price instead: 30m, 2h, 3d")
		.option("--interval <interval>", "with --history: 1m (the default), 5m, 1h, 1d, or tick")
		.option("--json", "print one JSON array of objects")
		.option("--csv", "print CSV with a header");
	return addPlaceOptions(command)
		.addHelpText("after", NOTES)
		.action(async (symbols: string[], options: LatestOptions) => {
			const { text, unknown } = await latest(symbols, options);
			if (text) process.stdout.write(`${text}\n`);
			for (const line of unknown) process.stderr.write(`tidemark: ${line}\n`);
			if (unknown.length > 0) process.exitCode = 1;
		});
}

/**
 * What the command prints, and what is unknown of what it was asked for.
 *
 * @throws UserError for whatever its user can put right
 */
export async function latest(
	symbols: readonly string[],
	options: LatestOptions,
): Promise<{ text: string; unknown: string[] }> {
	const { history, interval, json, csv } = options;
	const format = formatOf(options);
	if (interval !== undefined && history === undefined) {
		throw new UserError(`--interval ${interval} is of a history: add --history 1h, or leave it out`);
	}
	const length = history === undefined ? undefined : durationOption("--history", history);
	const asked = [...new Set(symbols)];
	const { rows, unknown } = await withTables(
		options,
		(tables): Promise<Found> =>
			length === undefined
				? latestRows(tables, asked)
				: historyRows(tables, asked, { length, interval: interval ?? "1m" }),
	);
	// A table of nothing says nothing to people; programs get an empty array, or the header.
	if (!json && !csv && rows.rows.length === 0) return { text: "", unknown };
	return { text: format(rows), unknown };
}
