import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { timeoutOption, watchOption, withCarrier } from "./carrier.ts";
import type { CarriedOut } from "./carry-out.ts";
import { sayDeployed } from "./deploy-command.ts";
import { type RollbackOptions, rollBack } from "./rollback.ts";
import { stacksOf } from "./stacks.ts";

interface Options extends AccountOptions {
	snapshot?: string;
	force?: boolean;
	watch: number;
	timeout: number;
	json?: boolean;
}

const NOTES = `
Without a release it is the one before. The state is the snapshot that was taken before that one was replaced: the stream is
read again from there, and what bars, hits and lake rows say since then is computed again. Lake rows of that time are replaced,
not doubled. Days that are wrong for longer than that are a backfill's: docs/operating.md.

It is a deploy of what ran then: a snapshot first, a watch afterwards, and what runs now comes back where it is not well.
Interrupted, the next rollback takes it up.`;

/** `tidemark rollback`: an earlier release with its state. */
export function rollbackCommand(): Command {
	return addAccountOptions(new Command("rollback"))
		.description("give the application on AWS an earlier release, with the state of that time")
		.argument("[release]", "its id, as tidemark status and the code bucket say (default: the one before)")
		.option("--snapshot <name>", "the state to go on from (default: the one taken before it was replaced)")
		.option("--force", "stop a job that can take no snapshot")
		.addOption(watchOption())
		.addOption(timeoutOption())
		.option("--json", "print how it ended as one line of JSON")
		.addHelpText("after", NOTES)
		.action(async (release: string | undefined, given: Options) => {
			const { snapshot, force = false, watch: watchSeconds, timeout, json } = given;
			const options = {
				...(release === undefined ? {} : { release }),
				...(snapshot === undefined ? {} : { snapshot }),
				force,
				watchSeconds,
			};
			const ended = await inAccount(given, timeout, options);
			process.stdout.write(`${json ? JSON.stringify(ended) : sayDeployed({ ...ended, verdict: "as it was" })}\n`);
			process.exitCode = ended.end === "old" ? 1 : 0;
		});
}

function inAccount(given: AccountOptions, timeout: number, options: RollbackOptions): Promise<CarriedOut> {
	return withAccount(given, (account) =>
		withCarrier(account, timeout, async (carrier) => {
			const { config, overrides, stacks: client } = account;
			const place = await stacksOf({ ...carrier, config, overrides, client, ask: false }).place();
			if (place) return rollBack(options, place, carrier);
			throw new UserError(
				'There are no stacks to roll back: "npx tidemark deploy" makes them. Check --env and --region',
			);
		}),
	);
}
