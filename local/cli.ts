import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, CommanderError } from "commander";
import { cleanCommand } from "./clean.ts";
import { isUserError, messageOf } from "./errors.ts";
import { latestCommand } from "./latest/command.ts";
import { root } from "./paths.ts";
import { queryCommand } from "./query.ts";
import { upCommand } from "./up.ts";

/** The command line with all its subcommands. */
export async function program(): Promise<Command> {
	const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
	const { produceCommand } = await import("../producer/command.ts");
	const { sqlCommand } = await import("../sql/workbench/command.ts");
	const { alertsCommand } = await import("../alerting/commands/command.ts");
	const { athenaCommand } = await import("./athena/command.ts");
	const { lakeCommand } = await import("./lake/command.ts");
	const { grafanaCommand } = await import("../grafana/command.ts");
	const { costCommand } = await import("../infra/cost/command.ts");
	const aws = await import("../infra/release/commands.ts");
	const command = new Command("tidemark")
		.description(
			"Stream analytics for market data: trades through Kinesis, Flink SQL and Iceberg, on this machine or on AWS",
		)
		.version(version)
		.showHelpAfterError("(--help lists what there is)")
		.addCommand(upCommand())
		.addCommand(produceCommand())
		.addCommand(sqlCommand())
		.addCommand(alertsCommand())
		.addCommand(queryCommand())
		.addCommand(latestCommand())
		.addCommand(athenaCommand())
		.addCommand(lakeCommand())
		.addCommand(grafanaCommand())
		.addCommand(costCommand())
		.addCommand(aws.deployCommand())
		.addCommand(aws.statusCommand())
		.addCommand(aws.snapshotsCommand())
		.addCommand(aws.rollbackCommand())
		.addCommand(aws.logsCommand())
		.addCommand(aws.startCommand())
		.addCommand(aws.stopCommand())
		.addCommand(cleanCommand());
	// Subcommands inherit neither of these.
	for (const each of [command, ...command.commands, ...command.commands.flatMap(({ commands }) => commands)])
		each.exitOverride().showHelpAfterError("(--help lists what there is)");
	return command;
}

/** Runs one command line and returns the exit code; expected failures are printed without a stack trace. */
export async function main(args: string[]): Promise<number> {
	try {
		await (await program()).parseAsync(args, { from: "user" });
		return Number(process.exitCode ?? 0);
	} catch (error) {
		if (error instanceof CommanderError) return error.exitCode;
		const trace = error instanceof Error && !isUserError(error) ? `\n${error.stack}` : "";
		process.stderr.write(`tidemark: ${messageOf(error)}${trace}\n`);
		return 1;
	}
}

if (process.argv[1] !== undefined && /[\\/](cli\.mjs|tidemark)$/.test(process.argv[1])) {
	// A terminal that was closed, or a reader such as head that has seen enough, is no reason for a stack trace.
	for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
	process.exitCode = await main(process.argv.slice(2));
}
