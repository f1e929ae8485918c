import { Command } from "commander";
import { addSendOptions, produce, type SendOptions } from "../sending.ts";
import { addSyntheticOptions, type SyntheticOptions, syntheticSpec } from "./options.ts";

/** `tidemark produce synthetic`. */
export function syntheticCommand(): Command {
	const command = new Command("synthetic").description("invented trades that look like a market's, until Ctrl-C");
	return addSendOptions(addSyntheticOptions(command))
		.addHelpText("after", EXAMPLES)
		.action((options: SyntheticOptions & SendOptions) => produce(syntheticSpec(options), options));
}

const EXAMPLES = `
Examples:
  $ tidemark produce synthetic
  $ tidemark produce synthetic --symbols AAPL,TSLA --rate 500 --history 0 --seed 7

It ends with Ctrl-C; what was made by then is still sent, and stdout gets one line of JSON with the counts.`;
