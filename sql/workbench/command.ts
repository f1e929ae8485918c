import { Command } from "commander";
import { applyCommand } from "./apply-command.ts";
import { checkCommand } from "./check-command.ts";
import { diffCommand } from "./diff-command.ts";
import { graphCommand } from "./graph-command.ts";
import { lintCommand } from "./lint-command.ts";
import { mutateCommand } from "./mutate-command.ts";
import { planCommand } from "./plan-command.ts";
import { releaseCommand } from "./release-command.ts";
import { tailCommand } from "./tail-command.ts";
import { testCommand } from "./test-command.ts";

const NOTES = `
While npm start runs, each edit of the SQL files is planned, and applied to the running job from a savepoint. The guide is
docs/sql-guide.md.`;

/** `tidemark sql`: work on the SQL of the job. */
export function sqlCommand(): Command {
	return new Command("sql")
		.description("edit the job's SQL with help: check, test, watch, compare")
		.addHelpText("after", NOTES)
		.addCommand(checkCommand())
		.addCommand(testCommand())
		.addCommand(tailCommand())
		.addCommand(diffCommand())
		.addCommand(applyCommand())
		.addCommand(planCommand())
		.addCommand(releaseCommand())
		.addCommand(graphCommand())
		.addCommand(lintCommand())
		.addCommand(mutateCommand());
}
