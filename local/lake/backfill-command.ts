import { Command, InvalidArgumentError, Option } from "commander";
import { UserError } from "../errors.ts";
import { startProgress } from "../progress.ts";
import { backfillHere } from "./backfill.ts";
import { sayBackfilled } from "./backfilled.ts";

interface Options {
	from: string;
	to?: string;
	layer: "bronze" | "silver";
	sql?: string;
	dryRun?: boolean;
	resend?: boolean;
	run?: string;
	json?: boolean;
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
		.addHelpText("after", NOTES)
		.action(async ({ json = false, from, to = from, ...options }: Options) => {
			if (to < from) throw new UserError(`The days end before they begin: --from ${from} --to ${to}`);
			const done = await backfillHere({ from, to, ...options }, startProgress());
			process.stdout.write(`${json ? JSON.stringify(done, null, "\t") : sayBackfilled(done)}\n`);
		});
}

function day(text: string): string {
	const date = new Date(`${text}T00:00:00Z`);
	if (/^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text))
		return text;
	throw new InvalidArgumentError("Give a day, such as 2013-10-07.");
}
