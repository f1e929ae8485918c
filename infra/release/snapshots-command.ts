import { Command, InvalidArgumentError } from "commander";
import { type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { described } from "./managed-flink.ts";
import { pruneSnapshots, takeSnapshot } from "./operate.ts";
import { operatorOf, refuseWhileDeploying } from "./operator.ts";

/** `tidemark snapshots`: the states that an application can be started from. */
export function snapshotsCommand(): Command {
	return new Command("snapshots")
		.description("the states that the application on AWS can be started from: list, create, prune")
		.addCommand(listCommand(), { isDefault: true })
		.addCommand(createCommand())
		.addCommand(pruneCommand());
}

function listCommand(): Command {
	return addAccountOptions(new Command("list"))
		.description("all snapshots, newest first, with the application's version that each is of")
		.option("--json", "print them as JSON")
		.action(async (options: AccountOptions & { json?: boolean }) => {
			const snapshots = await withAccount(options, async ({ flink }) => {
				await described(flink);
				return flink.snapshots();
			});
			if (options.json) return void process.stdout.write(`${JSON.stringify(snapshots, null, "\t")}\n`);
			for (const { SnapshotName, SnapshotStatus, SnapshotCreationTimestamp: at, ApplicationVersionId } of snapshots)
				process.stdout.write(
					`${at?.toISOString()}  ${SnapshotStatus?.padEnd(8)}  version ${ApplicationVersionId}  ${SnapshotName}\n`,
				);
			if (snapshots.length === 0) process.stdout.write("There are none\n");
		});
}

function createCommand(): Command {
	return addAccountOptions(new Command("create"))
		.description("take a snapshot of the running job, and wait until it is there")
		.argument("[name]", "letters, digits, points, dashes and underscores (default: manual and the time)", name)
		.action(async (given: string | undefined, options: AccountOptions) => {
			const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
			const snapshot = given ?? `manual-${time}`;
			await withAccount(options, async (account) => {
				await refuseWhileDeploying(account);
				await takeSnapshot(operatorOf(account), snapshot);
			});
			process.stdout.write(`The snapshot ${snapshot} is ready\n`);
		});
}

function pruneCommand(): Command {
	return addAccountOptions(new Command("prune"))
		.description("delete old snapshots: AWS keeps 1,000 at most")
		.option("--keep <count>", "so many of the newest that are ready stay", count, 20)
		.option("--dry-run", "only say which")
		.action(async ({ keep, dryRun = false, ...options }: AccountOptions & { keep: number; dryRun?: boolean }) => {
			const gone = await withAccount(options, async (account) => {
				await refuseWhileDeploying(account);
				return pruneSnapshots(account.flink, keep, dryRun);
			});
			for (const each of gone) process.stdout.write(`${dryRun ? "would go" : "deleted"}  ${each}\n`);
			process.stdout.write(`${gone.length} of the snapshots ${dryRun ? "would be" : "are"} deleted\n`);
		});
}

function name(text: string): string {
	if (/^[a-zA-Z0-9_.-]{1,256}$/.test(text)) return text;
	throw new InvalidArgumentError("Give letters, digits, points, dashes and underscores, 256 at most.");
}

function count(text: string): number {
	const number = Number(text);
	if (Number.isInteger(number) && number >= 1) return number;
	throw new InvalidArgumentError("Give a whole number above 0: the newest is what the job goes on from.");
}
