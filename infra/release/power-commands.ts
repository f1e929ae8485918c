import { Command } from "commander";
import { type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { startApplication, stopApplication } from "./operate.ts";
import { operatorOf, refuseWhileDeploying } from "./operator.ts";

/** `tidemark start`: a stopped application goes on. */
export function startCommand(): Command {
	return addAccountOptions(new Command("start"))
		.description("start the stopped application on AWS from its newest snapshot, and wait until it runs")
		.option("--snapshot <name>", "another snapshot: npx tidemark snapshots")
		.option("--without-state", "none: the stream is read from its oldest record")
		.action(async (options: AccountOptions & { snapshot?: string; withoutState?: boolean }) => {
			const { snapshot, withoutState: anew = false } = options;
			await withAccount(options, async (account) => {
				await refuseWhileDeploying(account);
				await startApplication(operatorOf(account), { anew, ...(snapshot === undefined ? {} : { snapshot }) });
			});
			process.stdout.write("The application runs\n");
		});
}

/** `tidemark stop`: the application rests, and its state is kept. */
export function stopCommand(): Command {
	return addAccountOptions(new Command("stop"))
		.description("stop the application on AWS with a snapshot; trades wait in the stream for its retention")
		.option("--force", "at once and without a snapshot: it goes on from the newest one")
		.action(async ({ force = false, ...options }: AccountOptions & { force?: boolean }) => {
			await withAccount(options, async (account) => {
				await refuseWhileDeploying(account);
				await stopApplication(operatorOf(account), force);
			});
			process.stdout.write("The application is stopped; npx tidemark start goes on from its newest snapshot\n");
		});
}
