import { resolve } from "node:path";
import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { sqlOption } from "./options.ts";
import { parsePlan } from "./plan/plan.ts";
import { reportOf } from "./plan/report.ts";
import { judge, type Outcome } from "./plan/verdict.ts";
import { placeholdersIn, readReleaseDir, requireEmpty, writeReleaseDir } from "./release-dir.ts";
import { withWorkbench } from "./with-workbench.ts";
import type { Planner } from "./workbench.ts";

const NOTES = `
For a Flink that is not Managed Flink (docs/self-hosted.md). DIR is made: the SQL files and plan.json, which the runner takes
as \`sql.location\`, and release.json, which the next release needs. The plan has the placeholders' values in it: a release is
for one environment.

With --before, operators whose state can be kept have the ids of that release, so that a savepoint of its job is restored. An
edit that would lose state is refused and says which; with --accept-state-loss, start Flink with --allowNonRestoredState.`;

/** What a release is made of. */
export interface ReleaseRequest {
	sql: string;
	/** The directory to make. */
	dir: string;
	/** The property groups: the runner's file, or a Kubernetes manifest with it in a ConfigMap. */
	properties: string;
	/** The directory of the release that runs. */
	before?: string;
	acceptStateLoss?: boolean;
}

/** `tidemark sql release`: the job's files with their compiled plan, to be run anywhere. */
export function releaseCommand(): Command {
	return new Command("release")
		.description("make a directory of the job's SQL and its compiled plan, to be run on any Flink 1.20")
		.argument("<dir>", "the directory to make", (dir) => resolve(dir))
		.requiredOption("--properties <file>", "the property groups: JSON, or a manifest that holds them", (file) =>
			resolve(file),
		)
		.option("--before <dir>", "the release that runs, whose state is kept", (dir) => resolve(dir))
		.option("--accept-state-loss", "make it even if not all state can be kept")
		.addOption(sqlOption())
		.addHelpText("after", NOTES)
		.action(async (dir: string, options: Omit<ReleaseRequest, "dir">) => {
			const request = { ...options, dir };
			const { outcome, operators } = await withWorkbench((planner) => makeRelease(planner, request));
			if (outcome) process.stdout.write(`${reportOf(outcome)}\n`);
			process.stdout.write(`${dir}: a plan of ${operators} operators\n`);
		});
}

/**
 * Makes a release; the outcome tells what becomes of the state, where there is a release before. Throws {@link UserError}
 * where the edit would lose state that nobody said may be lost, and where the directory is there already.
 */
export async function makeRelease(
	planner: Planner,
	{ sql, dir, properties: file, before, acceptStateLoss = false }: ReleaseRequest,
): Promise<{ outcome?: Outcome; operators: number }> {
	requireEmpty(dir);
	const properties = placeholdersIn(file);
	const runs = before === undefined ? undefined : readReleaseDir(before);
	const { plan = "" } = await planner.compile({ sql, properties, plan: true, describe: false });
	const fresh = parsePlan(plan, sql);
	const at = new Date().toISOString();
	if (runs === undefined) {
		writeReleaseDir(dir, sql, { plan, properties, highest: 0, at });
		return { operators: fresh.nodes.length };
	}
	const outcome = judge(parsePlan(runs.plan, `the plan in ${before}`), fresh, runs.highest);
	if (outcome.verdict !== "compatible" && !acceptStateLoss) {
		throw new UserError(`${reportOf(outcome)}\nNothing was made: --accept-state-loss makes it all the same`);
	}
	writeReleaseDir(dir, sql, { plan: JSON.stringify(outcome.plan), properties, highest: outcome.highest, at });
	return { outcome, operators: outcome.plan.nodes.length };
}
