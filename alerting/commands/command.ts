import { Command } from "commander";
import { backtestCommand } from "./backtest-command.ts";
import { checkCommand } from "./check-command.ts";
import { listCommand } from "./list-command.ts";
import { redriveCommand } from "./redrive-command.ts";
import { silenceCommand } from "./silence-command.ts";
import { testCommand } from "./test-command.ts";

const NOTES = `
The rules are in alerting/rules.yaml. The guide is docs/alerting.md.`;

/** `tidemark alerts`: work on the rules, and see what they do. */
export function alertsCommand(): Command {
	return new Command("alerts")
		.description("work on the alerting rules: check, test with rows, run over the past")
		.addHelpText("after", NOTES)
		.addCommand(checkCommand())
		.addCommand(testCommand())
		.addCommand(backtestCommand())
		.addCommand(silenceCommand())
		.addCommand(listCommand())
		.addCommand(redriveCommand());
}
