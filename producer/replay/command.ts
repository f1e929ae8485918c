import { Command } from "commander";
import { addSendOptions, latenessOf, produce, type SendOptions } from "../sending.ts";
import { addReplayOptions, type ReplayOptions, replaySpec } from "./options.ts";

/** `tidemark produce replay`. */
export function replayCommand(): Command {
	const command = new Command("replay")
		.description("replay files of trades or of interval data in time order: CSV with a header, or JSONL; also with .gz")
		.argument("<files...>", "their paths; a folder stands for the files in it");
	return addSendOptions(addReplayOptions(command))
		.option("--no-close", "leave the last windows open at the end, because more will follow")
		.addHelpText("after", EXAMPLES)
		.action((files: string[], options: ReplayOptions & SendOptions) =>
			produce(
				{ ...replaySpec(files, options), latenessMs: latenessOf(options), rejects: options.rejects !== undefined },
				options,
			),
		);
}

const EXAMPLES = `
Examples:
  $ tidemark produce replay trades.csv.gz
  $ tidemark produce replay trades.csv --speed 60 --rebase now
  $ tidemark produce replay monday.csv tuesday.csv.gz days/
  $ tidemark produce replay quotes.csv --map price=last,event_time=date+time --time-zone America/New_York
  $ tidemark produce replay trades.csv --from 2020-05-14T09:30 --to 2020-05-14T16:00 --time-zone America/New_York
  $ tidemark produce replay trades.csv --rebase now --loop
  $ tidemark produce replay some.csv --order event-time --rejects rejects.jsonl
  $ tidemark produce replay broken.jsonl --raw
  $ tidemark produce replay trades.csv --endpoint aws --region eu-central-1 --stream trades

All is read and checked before the first trade is sent. Files are sent in time order: one after the other, or merged where
they overlap. Of an hour that clocks say twice in autumn, the earlier, until the file goes back into it.
At the end clock records close the last windows, up to the end of the trading day (--no-close leaves them open). stdout gets
one line of JSON with the counts. The exit code is 1 if any record failed for good.`;
