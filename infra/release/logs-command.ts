import { Command, Option } from "commander";
import { durationOption } from "../../alerting/commands/duration-option.ts";
import { UserError } from "../../local/errors.ts";
import { type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { readLog, sayLine } from "./logs.ts";
import { described } from "./managed-flink.ts";

interface Options extends AccountOptions {
	since: number;
	level: string;
	match?: string;
	trace?: boolean;
	json?: boolean;
}

/** `tidemark logs`: Flink's own words. */
export function logsCommand(): Command {
	return addAccountOptions(new Command("logs"))
		.description("Flink's log of the application on AWS, with the causes of what went wrong")
		.option(
			"--since <duration>",
			"how far back, such as 15m, 2h or 3d",
			(text) => durationOption("--since", text),
			900_000,
		)
		.addOption(
			new Option("--level <level>", "the least level").choices(["debug", "info", "warn", "error"]).default("info"),
		)
		.option("--match <text>", "only lines that have this text")
		.option("--trace", "whole stack traces, not only the causes")
		.option("--json", "a line of JSON each")
		.action(async ({ since, level, match, trace = false, json = false, ...options }: Options) => {
			await withAccount(options, async ({ flink, logs }) => {
				const [option] = (await described(flink)).CloudWatchLoggingOptionDescriptions ?? [];
				const group = /log-group:([^:]+)/.exec(option?.LogStreamARN ?? "")?.[1];
				if (!group) throw new UserError(`The application ${flink.name} has no log: deploy the stacks`);
				const asked = { since: new Date(Date.now() - since), level: level.toUpperCase(), ...(match ? { match } : {}) };
				for await (const line of readLog(logs, group, asked))
					process.stdout.write(`${json ? JSON.stringify(line) : sayLine(line, trace)}\n`);
			});
		});
}
