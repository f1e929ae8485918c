import { Command, InvalidArgumentError, Option } from "commander";
import { configOption, environmentOption, type SettingsOptions, settingsOf } from "../../infra/settings.ts";
import { UserError } from "../errors.ts";
import { startProgress } from "../progress.ts";
import { onStop } from "../signals.ts";
import { type BackfillOptions, backfillHere } from "./backfill.ts";
import { backfillOnAws } from "./backfill-on-aws.ts";
import { type Backfilled, sayBackfilled } from "./backfilled.ts";
import { day } from "./day.ts";

interface Options extends Omit<BackfillOptions, "to">, SettingsOptions {
	to?: string;
	json?: boolean;
	aws?: boolean;
	application?: string;
	parallelism?: number;
	region?: string;
}

const NOTES = `
From bronze every record counts as if it had come in time: late trades get into their bars, and cross levels. From silver
the trades that counted count again as they did, which with the same SQL changes nothing.

Days are those of window_start and event_time, in UTC. The first bars after them are corrected too, and moves and hits as
far as they look back. Bars that differ go to the stores again. docs/lake.md says more.

  npx tidemark lake backfill --from 2013-10-07 --dry-run
  npx tidemark lake backfill --from 2013-10-07 --to 2013-10-11 --sql my-branch`;

/** `tidemark lake backfill`: days of the lake computed again as a batch job. */
export function backfillCommand(): Command {
	return new Command("backfill")
		.description("compute days of the lake again from trades it keeps, with the same SQL or another, and replace them")
		.requiredOption("--from <day>", "the first day, such as 2013-10-07", day)
		.option("--to <day>", "the last day (default: the first)", day)
		.addOption(
			new Option("--layer <layer>", "what is read: raw records, or the trades that counted")
				.choices(["bronze", "silver"])
				.default("bronze"),
		)
		.option("--sql <git-ref>", "the SQL of a branch, tag or commit, or in a directory (default: as the job ran last)")
		.option("--dry-run", "only say what would change")
		.option("--resend", "send all bars of the days to the stores, also those that are as they were")
		.option("--run <id>", "of this run under .tidemark/runs, or live; by default the live stack, else the latest run")
		.option("--json", "print what changed as JSON")
		.option("--aws", "on AWS: in a second Managed Flink application that exists only while it works")
		.addOption(environmentOption())
		.addOption(configOption())
		.option("--application <name>", "on AWS: the application that runs the job (default: the environment's)")
		.option("--parallelism <n>", "on AWS: subtasks, of one KPU each (default: as many as the job has)", count)
		.option("--region <name>", "on AWS: the region (default: AWS_REGION, or the profile's)")
		.addHelpText("after", NOTES)
		.action(async ({ json = false, from, to = from, ...options }: Options) => {
			if (to < from) throw new UserError(`The days end before they begin: --from ${from} --to ${to}`);
			const done = await run({ from, to, ...options });
			process.stdout.write(`${json ? JSON.stringify(done, null, "\t") : sayBackfilled(done)}\n`);
		});
}

async function run({ aws, ...options }: Options & { to: string }): Promise<Backfilled> {
	const progress = startProgress();
	if (!aws) return backfillHere(options, progress);
	if (options.run !== undefined) throw new UserError("--run is a run on this machine: leave it or --aws out");
	const stopped = new AbortController();
	const noLonger = onStop(
		() => stopped.abort(new UserError("Stopped: the application is removed; tables that were done stay so")),
		() => process.exit(130),
	);
	try {
		const { application = settingsOf(options).config.prefix } = options;
		return await backfillOnAws(options, { ...options, application, signal: stopped.signal }, progress);
	} catch (error) {
		stopped.signal.throwIfAborted();
		throw error;
	} finally {
		noLonger();
	}
}

function count(text: string): number {
	const number = Number(text);
	if (Number.isInteger(number) && number > 0) return number;
	throw new InvalidArgumentError("Give a whole number above 0.");
}
