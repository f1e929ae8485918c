import { type Command, Option } from "commander";

/** Adds `--aws` and `--run`. */
export function addPlaceOptions(command: Command): Command {
	return command
		.option("--aws", "of the account that AWS_REGION and AWS_PROFILE name, in place of the local stack")
		.addOption(
			new Option(
				"--run <id>",
				"of this run under .tidemark/runs, or live; by default the live stack, else the latest run",
			).conflicts("aws"),
		);
}
