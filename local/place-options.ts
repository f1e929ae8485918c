import { type Command, Option } from "commander";
import { configOption, environmentOption, type SettingsOptions } from "../infra/settings.ts";

/** Whose data a command is about. */
export interface WhereOptions extends SettingsOptions {
	aws?: boolean;
	run?: string;
}

/** Adds `--aws` with `--env` and `--config`, and `--run`. */
export function addPlaceOptions(command: Command): Command {
	return command
		.option("--aws", "of the account that AWS_REGION and AWS_PROFILE name, in place of the local stack")
		.addOption(environmentOption())
		.addOption(configOption())
		.addOption(
			new Option(
				"--run <id>",
				"of this run under .tidemark/runs, or live; by default the live stack, else the latest run",
			).conflicts("aws"),
		);
}
