import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import { UserError } from "../../local/errors.ts";
import { day } from "../../local/lake/day.ts";
import { setUp } from "../../local/setup.ts";
import { planner } from "../../sql/workbench/planner.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { type Account, type AccountOptions, addAccountOptions, withAccount } from "./account.ts";
import { timeoutOption, watchOption, withCarrier } from "./carrier.ts";
import { type Deployed, deploy, rehearse } from "./deploy.ts";
import type { Rebuild } from "./planning.ts";
import { stacksOf } from "./stacks.ts";

interface Options extends AccountOptions {
	dryRun?: boolean;
	acceptStateLoss?: boolean;
	rebuild?: "stream" | "lake" | Date;
	from?: string;
	to?: string;
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

const DAY_MS = 86_400_000;

/** `tidemark deploy`: brings stacks and application on AWS to what the folder says. */
export function deployCommand(): Command {
	return addAccountOptions(new Command("deploy"))
		.description(
			"deploy stacks, SQL and settings to AWS, with the state of the job that runs; go back where it is not well",
		)
		.option("--dry-run", "only say each step, and what it means for the state")
		.option("--accept-state-loss", "deploy an edit that loses state; without it such an edit is refused")
		.option(
			"--rebuild <from>",
			"start without any state: 'stream' reads it from its oldest record, an instant such as 2026-11-26T05:00:00Z from what arrived then; 'lake' reads today from the stream, and computes days before again",
			rebuildFrom,
		)
		.option("--from <day>", "the first day of the lake that --rebuild lake computes again, in UTC", day)
		.option("--to <day>", "the last one (default: yesterday)", day)
		.option("--force", "stop a job that can take no snapshot; it goes on from the newest one")
		.addOption(watchOption())
		.addOption(timeoutOption())
		.option("--yes", "do not ask before the stacks get more rights")
		.option("--json", "print how it ended as one line of JSON")
		.addHelpText("after", NOTES)
		.action(async (options: Options) => {
			const rebuild = rebuildOf(options, new Date());
			const ended = await withAccount(options, (account) => run(options, account, rebuild));
			if (ended === undefined) return;
			process.stdout.write(`${options.json ? JSON.stringify(ended) : sayDeployed(ended)}\n`);
			process.exitCode = ended.end === "old" ? 1 : 0;
		});
}

async function run(options: Options, account: Account, rebuild: Rebuild | undefined): Promise<Deployed | undefined> {
	return withCarrier(account, options.timeout, async (carrier) => {
		const { config, overrides, region, stacks: client } = account;
		const { progress, signal } = carrier;
		const { java } = await setUp(progress, { signal });
		const planning = planner(() => startWorkbench({ java }));
		const ask = process.stdin.isTTY === true && !options.yes;
		const deployer = {
			...carrier,
			stacks: stacksOf({ config, overrides, client, progress, ask, signal }),
			planner: planning,
		};
		const what = {
			config,
			region,
			sqlDir: config.sqlFolder,
			runnerJar: config.runnerJar,
			force: options.force ?? false,
			watchSeconds: options.watch,
			acceptStateLoss: options.acceptStateLoss ?? false,
			...(rebuild === undefined ? {} : { rebuild }),
		};
		try {
			if (!options.dryRun) return await deploy(what, deployer);
			process.stdout.write(`${(await rehearse(what, deployer)).join("\n\n")}\n`);
			return undefined;
		} finally {
			await planning.stop();
		}
	});
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

/** What `--rebuild` reads, and what it computes again. */
function rebuildOf({ rebuild, from, to }: Pick<Options, "rebuild" | "from" | "to">, now: Date): Rebuild | undefined {
	if (rebuild !== "lake" && (from ?? to) !== undefined)
		throw new UserError("--from and --to are days of the lake: give them with --rebuild lake, or leave them out");
	if (rebuild === undefined) return undefined;
	if (rebuild === "stream") return {};
	if (rebuild !== "lake") return { at: rebuild.toISOString() };
	const today = now.toISOString().slice(0, 10);
	const yesterday = new Date(Date.parse(today) - DAY_MS).toISOString().slice(0, 10);
	const days = { from: from ?? yesterday, to: to ?? yesterday };
	if (days.to < days.from || days.to > yesterday)
		throw new UserError(
			`--rebuild lake computes whole days again that are over, and reads today (UTC) from the stream: --from ${days.from} --to ${days.to} are none. The last can be ${yesterday}`,
		);
	return { at: `${today}T00:00:00.000Z`, days };
}

function rebuildFrom(text: string): "stream" | "lake" | Date {
	if (text === "stream" || text === "lake") return text;
	const at = z.iso.datetime({ offset: true }).safeParse(text);
	if (at.success && Date.parse(at.data) <= Date.now()) return new Date(at.data);
	throw new InvalidArgumentError("Give stream, lake, or an instant that is past, such as 2026-11-26T05:00:00Z.");
}
