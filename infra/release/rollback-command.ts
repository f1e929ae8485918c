import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { type Account, type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { configurationOf, sqlLocationOf } from "./configuration.ts";
import { described } from "./managed-flink.ts";
import { rollBackTo } from "./operate.ts";
import { operatorOf, refuseWhileDeploying } from "./operator.ts";
import { type ReleaseFacts, readRelease, releasesIn } from "./releases.ts";

const NOTES = `
Without a release it is the one before. The state is the snapshot that was taken before that one was replaced: the stream is
read again from there, and what bars, hits and lake rows say since then is computed again. Lake rows of that time are replaced,
not doubled. Days that are wrong for longer than that are a backfill's: docs/operating.md.`;

/** `tidemark rollback`: an earlier release with its state. */
export function rollbackCommand(): Command {
	return addAccountOptions(new Command("rollback"))
		.description("give the application on AWS an earlier release, with the state of that time")
		.argument("[release]", "its id, as tidemark status and the code bucket say (default: the one before)")
		.option("--snapshot <name>", "the state to go on from (default: the one taken before it was replaced)")
		.addHelpText("after", NOTES)
		.action(async (release: string | undefined, { snapshot, ...options }: AccountOptions & { snapshot?: string }) => {
			const done = await withAccount(options, (account) => rollBack(account, release, snapshot));
			process.stdout.write(`The release ${done} runs\n`);
		});
}

async function rollBack(account: Account, wanted: string | undefined, given: string | undefined): Promise<string> {
	await refuseWhileDeploying(account);
	const { flink, s3 } = account;
	const location = sqlLocationOf(configurationOf(await described(flink)));
	const releases = releasesIn(s3, new URL(location).host);
	let { facts } = await readRelease(s3, location);
	/** The release that replaced the one that is wanted: its snapshot has the state. */
	let replacing: ReleaseFacts | undefined = facts;
	if (!facts) throw new UserError("The application runs nothing that tidemark deploy made: there is nothing before it");
	const target = wanted ?? facts.before;
	if (!target) throw new UserError(`${facts.id} is the first release: there is none before it`);
	while (facts && facts.id !== target) {
		replacing = facts;
		facts = facts.before === null ? undefined : (await readRelease(s3, releases.location(facts.before))).facts;
	}
	if (!facts)
		throw new UserError(
			`No release before the one that runs is called ${target}: "npx tidemark status" names that one`,
		);
	await rollBackTo(
		operatorOf(account),
		{ release: facts.id, configuration: facts.configuration },
		given ?? `tidemark-${replacing?.id}`,
	);
	return facts.id;
}
