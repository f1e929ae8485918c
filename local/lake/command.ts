import { Command } from "commander";
import { backfillCommand } from "./backfill-command.ts";
import { maintainCommand } from "./maintain-command.ts";
import { replayCommand } from "./replay-command.ts";

/** `tidemark lake`: what is done with the lake as a whole. */
export function lakeCommand(): Command {
	return new Command("lake")
		.description("look after the lake: compute days again, compact its files, fill a store from it")
		.addCommand(backfillCommand())
		.addCommand(maintainCommand())
		.addCommand(replayCommand());
}
