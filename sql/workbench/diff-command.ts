import { Command } from "commander";
import { liveDir } from "../../local/paths.ts";
import { type Released, readRelease } from "../../local/release.ts";
import { withSqlOf } from "./git-sql.ts";
import { sqlOption } from "./options.ts";
import { type Plan, parsePlan } from "./plan/plan.ts";
import { reportOf } from "./plan/report.ts";
import { judge, type Outcome } from "./plan/verdict.ts";
import { offlineProperties, sqlDir } from "./properties.ts";
import { withWorkbench } from "./with-workbench.ts";
import type { Planner } from "./workbench.ts";

const NOTES = `
Without a GIT-REF the SQL is compared with the plan that runs here, or ran last (npm start); where there is none, with HEAD.

  compatible         no state is lost; operators that are new start empty
  partly compatible  the source's position and something else go on, other state is lost or starts empty
  incompatible       the source's position cannot be kept, or nothing else can
  unknown            an operator of a kind that Tidemark does not know has changed

Exits with 0 where the verdict is compatible, else with 1.`;

/** `tidemark sql diff`: what an edit means for the state of a job that runs. */
export function diffCommand(): Command {
	return new Command("diff")
		.description("compare the job with the one that runs, or with a git ref: which state is kept, which is lost")
		.argument("[git-ref]", "a branch, tag or commit, such as HEAD or origin/main")
		.addOption(sqlOption())
		.option("--json", "print the verdict and each operator's outcome as JSON")
		.addHelpText("after", NOTES)
		.action(async (ref: string | undefined, { sql, json = false }: { sql: string; json?: boolean }) => {
			const release = sql === sqlDir ? readRelease(liveDir()) : undefined;
			const { outcome, against } = await withWorkbench((planner) => judgeAgainst(planner, sql, ref, release));
			const { plan: _, highest: __, ...said } = outcome;
			if (!json) process.stderr.write(`Against ${against}\n`);
			process.stdout.write(json ? `${JSON.stringify({ against, ...said }, null, "\t")}\n` : `${reportOf(outcome)}\n`);
			process.exitCode = outcome.verdict === "compatible" ? 0 : 1;
		});
}

/** Judges a SQL directory against a git ref; where none is given against a release, and where there is none against HEAD. */
export async function judgeAgainst(
	planner: Planner,
	sql: string,
	ref?: string,
	release?: Released,
): Promise<{ outcome: Outcome; against: string }> {
	if (ref === undefined && release) {
		const { properties, highest, at } = release.release;
		const old = parsePlan(release.plan, "the plan that runs");
		const fresh = await planOf(planner, sql, properties);
		return { outcome: judge(old, fresh, highest), against: `the plan that runs, or ran last, since ${at}` };
	}
	const name = ref ?? "HEAD";
	const old = await withSqlOf(name, sql, (dir) => planOf(planner, dir, offlineProperties(dir)));
	const fresh = await planOf(planner, sql, offlineProperties(sql));
	const why = ref === undefined ? ": no job of this SQL has run here (npm start)" : "";
	return { outcome: judge(old, fresh), against: `${name}${why}` };
}

async function planOf(planner: Planner, sql: string, properties: Record<string, string>): Promise<Plan> {
	const { plan = "" } = await planner.compile({ sql, properties, plan: true, describe: false });
	return parsePlan(plan, sql);
}
