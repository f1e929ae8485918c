import { Command } from "commander";
import { addSendOptions, latenessOf, produce, type SendOptions } from "../sending.ts";
import { addReplayOptions, type ReplayOptions, replaySpec } from "./options.ts";

/** `tidemark produce replay`. */
export function replayCommand(): Command {
	const command = new Command("replay")
		.description("replay a file of trades or of interval data: CSV with a header, or JSONL; also with .gz")
		.argument("<file>", "its path");
	return addSendOptions(addReplayOptions(command))
		.option("--no-close", "leave the last windows open at the end, because more will follow")
		.addHelpText("after", EXAMPLES)
		.action((file: string, options: ReplayOptions & SendOptions) =>
			produce({ ...replaySpec(file, options), latenessMs: latenessOf(options) }, options),
		);
}

const EXAMPLES = `
Examples:
  $ tidemark produce replay trades.csv.gz
  $ tidemark produce replay trades.csv --speed 60 --rebase now
  $ tidemark produce replay quotes.csv --map price=last,event_time=when --order event-time
  $ tidemark produce replay broken.jsonl --raw
  $ tidemark produce replay trades.csv --endpoint aws --region eu-central-1 --stream trades

At the end clock records close the last windows, up to the end of the trading day (--no-close leaves them open). stdout gets
one line of JSON: read, sent, retried, failed, clocks, firstEventTime, lastEventTime, closedAt. The exit code is 1 if any
record failed for good.`;
