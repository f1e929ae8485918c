import { Command } from "commander";
import { addSendOptions, latenessOf, produce, type SendOptions } from "../sending.ts";
import { addSyntheticOptions, type SyntheticOptions, syntheticSpec } from "./options.ts";

/** `tidemark produce synthetic`. */
export function syntheticCommand(): Command {
	const command = new Command("synthetic").description("invented trades that look like a market's, until Ctrl-C");
	return addSendOptions(addSyntheticOptions(command))
		.addHelpText("after", EXAMPLES)
		.action((options: SyntheticOptions & SendOptions) => produce(syntheticSpec(options, latenessOf(options)), options));
}

const EXAMPLES = `
Examples:
  $ tidemark produce synthetic
  $ tidemark produce synthetic --symbols AAPL,TSLA --rate 500 --history 0 --seed 7
  $ tidemark produce synthetic --markets US,HK,JP --hours market
  $ tidemark produce synthetic --faults duplicates=1%,late=0.1%,malformed=0.1%,burst=10x@30s --truth truth.jsonl

It ends with Ctrl-C or after --count trades; what was made by then is still sent, and stdout gets one line of JSON with
the counts. Those of --truth are what the pipeline must come to: of each kind exactly so many. Late trades begin when 20 s
of live ones are acknowledged; what is due before is made up for then. Disorder stays under half the lateness.
In market hours nothing is traded at weekends; holidays are not known. Prices on the LSE are in pounds.`;
