import { Command } from "commander";
import { type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { readStatus, sayStatus } from "./status.ts";

/** `tidemark status`: what runs on AWS, and how it is. */
export function statusCommand(): Command {
	return addAccountOptions(new Command("status"))
		.description("what runs on AWS: release, revision, KPUs, lag, checkpoints, snapshot, restarts, rejects, links")
		.option("--json", "print it as JSON")
		.action(async (options: AccountOptions & { json?: boolean }) => {
			const status = await withAccount(options, (account) => readStatus(account, new Date()));
			process.stdout.write(`${options.json ? JSON.stringify(status, null, "\t") : sayStatus(status)}\n`);
			process.exitCode = status.application.status === "RUNNING" ? 0 : 1;
		});
}
