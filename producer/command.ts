import { Command } from "commander";
import { replayCommand } from "./replay/command.ts";
import { syntheticCommand } from "./synthetic/command.ts";
import { yahooCommand } from "./yahoo/command.ts";

/** `tidemark produce`: a feed into the trades stream, of the local stack or elsewhere. */
export function produceCommand(): Command {
	return new Command("produce")
		.description("send trades into the stream")
		.addCommand(replayCommand())
		.addCommand(syntheticCommand())
		.addCommand(yahooCommand());
}
