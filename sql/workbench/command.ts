import { Command } from "commander";
import { applyCommand } from "./apply-command.ts";
import { graphCommand } from "./graph-command.ts";
import { lintCommand } from "./lint-command.ts";
import { tailCommand } from "./tail-command.ts";
import { testCommand } from "./test-command.ts";

/** `tidemark sql`: work on the SQL of the job. */
export function sqlCommand(): Command {
	return new Command("sql")
		.description("edit the job's SQL with help: check, test, watch, compare")
		.addCommand(testCommand())
		.addCommand(tailCommand())
		.addCommand(applyCommand())
		.addCommand(graphCommand())
		.addCommand(lintCommand());
}
