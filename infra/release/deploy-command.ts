import { setTimeout as sleep } from "node:timers/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "../../local/errors.ts";
import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { onStop } from "../../local/signals.ts";
import { startWorkbench, type Workbench } from "../../sql/workbench/workbench.ts";
import { type Account, type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { barsSince } from "./bars-seen.ts";
import { type Deployed, type Deployer, deploy, rehearse } from "./deploy.ts";
import { readCommits } from "./lake-commits.ts";
import { readMetrics } from "./metrics.ts";
import { everyMs } from "./operator.ts";
import { stacksOf } from "./stacks.ts";
import { watchJob } from "./watch.ts";

interface Options extends AccountOptions {
	dryRun?: boolean;
	acceptStateLoss?: boolean;
	rebuild?: "stream";
	force?: boolean;
	watch: number;
	timeout: number;
	yes?: boolean;
	json?: boolean;
}

const NOTES = `
The same command for the first time and for every edit. Its steps: the SQL is checked and planned against the plan that runs;
an edit that would lose state is refused before anything is changed. Then the stacks, a snapshot, the new release, and a look
at what it does: restarts, checkpoints, how far it is behind, rejects, and the bars that come out. Where it does not start or
is not healthy, what ran before comes back with its state, and the command says so and exits with 1.

Interrupted at any step (Ctrl-C, a lost connection, credentials that expire), the next deploy takes it up. Two at once refuse
each other. docs/deploying.md has each step.`;

const WATCH_EVERY_MS = 15_000;

/** `tidemark deploy`: brings stacks and application on AWS to what the folder says. */
export function deployCommand(): Command {
	return addAccountOptions(new Command("deploy"))
		.description(
			"deploy stacks, SQL and settings to AWS, with the state of the job that runs; go back where it is not well",
		)
		.option("--dry-run", "only say each step, and what it means for the state")
		.option("--accept-state-loss", "deploy an edit that loses state; without it such an edit is refused")
		.addOption(
			new Option(
				"--rebuild <from>",
				"start without any state: 'stream' reads the stream from its oldest record",
			).choices(["stream"]),
		)
		.option("--force", "stop a job that can take no snapshot; it goes on from the newest one")
		.option("--watch <seconds>", "how long the new job is looked at before it is kept", seconds, 300)
		.option("--timeout <minutes>", "after how long an operation of the service counts as hanging", minutes, 20)
		.option("--yes", "do not ask before the stacks get more rights")
		.option("--json", "print how it ended as one line of JSON")
		.addHelpText("after", NOTES)
		.action(async (options: Options) => {
			const ended = await withAccount(options, (account) => run(options, account));
			if (ended === undefined) return;
			process.stdout.write(`${options.json ? JSON.stringify(ended) : sayDeployed(ended)}\n`);
			process.exitCode = ended.end === "old" ? 1 : 0;
		});
}

async function run(options: Options, account: Account): Promise<Deployed | undefined> {
	const progress = startProgress();
	const stopped = new AbortController();
	const noLonger = onStop(
		() => stopped.abort(new UserError("Stopped by you")),
		() => process.exit(130),
	);
	const { java } = await setUp(progress, { signal: stopped.signal });
	let workbench: Promise<Workbench> | undefined;
	const deployer = deployerOf(options, account, progress, stopped.signal, () => {
		workbench ??= startWorkbench({ java });
		return workbench;
	});
	const what = {
		config: account.config,
		region: account.region,
		sqlDir: account.config.sqlFolder,
		runnerJar: account.config.runnerJar,
		force: options.force ?? false,
		watchSeconds: options.watch,
		acceptStateLoss: options.acceptStateLoss ?? false,
		...(options.rebuild === undefined ? {} : { rebuild: options.rebuild }),
	};
	try {
		if (!options.dryRun) return await deploy(what, deployer);
		process.stdout.write(`${(await rehearse(what, deployer)).join("\n\n")}\n`);
		return undefined;
	} finally {
		noLonger();
		await (await workbench?.catch(() => undefined))?.stop();
	}
}

function deployerOf(
	options: Options,
	account: Account,
	progress: ReturnType<typeof startProgress>,
	signal: AbortSignal,
	workbench: () => Promise<Workbench>,
): Deployer {
	const { config, overrides, flink, s3, glue, kinesis, metrics } = account;
	const wait = (ms: number) => sleep(ms, undefined, { signal });
	const now = () => new Date();
	return {
		stacks: stacksOf({
			config,
			overrides,
			client: account.stacks,
			progress,
			ask: process.stdin.isTTY === true && !options.yes,
			signal,
		}),
		flink,
		s3,
		workbench,
		progress,
		signal,
		now,
		patience: {
			everyMs: everyMs(),
			timeoutMs: options.timeout * 60_000,
			sleep: wait,
			elapsed: () => performance.now(),
		},
		watch: (place, journal, since, catchesUp) =>
			progress.step(`Watching the job for ${journal.entry.watchSeconds} s`, () =>
				watchJob({
					sights: {
						status: async () => (await flink.describe())?.ApplicationStatus ?? "gone",
						metrics: (from, to) =>
							readMetrics(
								metrics,
								{ application: flink.name, streams: { trades: place.TradesStream, bars: place.BarsStream } },
								from,
								to,
							),
						bars: (from) => barsSince(kinesis, place.BarsStream, from),
						commits: (name) => readCommits(glue, s3, { database: place.LakeDatabase, name }),
					},
					since,
					seconds: journal.entry.watchSeconds,
					checkpointMs: config.checkpointMs,
					silenceMinimum: config.silenceMinimum,
					catchesUp,
					everyMs: WATCH_EVERY_MS,
					sleep: wait,
					now,
					onLook: () => journal.save(),
				}),
			),
	};
}

/** How a deploy ended, for people. */
export function sayDeployed(deployed: Deployed): string {
	if (deployed.end === "same") return `The release ${deployed.release} runs already: nothing was to be done`;
	if (deployed.end === "new")
		return [
			`The release ${deployed.release} runs and is healthy (${deployed.verdict || "taken up"}):`,
			...deployed.seen.map((line) => `  ${line}`),
		].join("\n");
	const now = deployed.running
		? "What ran before runs, with its state"
		: "The application is stopped, as it was before";
	return `The release ${deployed.release} was NOT kept: ${deployed.why}\n${now}.`;
}

function seconds(text: string): number {
	const number = Number(text);
	if (Number.isInteger(number) && number >= 0 && number <= 86_400) return number;
	throw new InvalidArgumentError("Give whole seconds from 0 to 86400.");
}

function minutes(text: string): number {
	const number = Number(text);
	if (number > 0 && number <= 1440) return number;
	throw new InvalidArgumentError("Give minutes above 0, 1440 at most.");
}
