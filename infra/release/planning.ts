import { UserError } from "../../local/errors.ts";
import { changedFiles, readSqlFiles } from "../../local/release.ts";
import { check } from "../../sql/workbench/check/check.ts";
import { sayCheck } from "../../sql/workbench/check-command.ts";
import { parsePlan } from "../../sql/workbench/plan/plan.ts";
import { judge, type Outcome } from "../../sql/workbench/plan/verdict.ts";
import type { Workbench } from "../../sql/workbench/workbench.ts";
import type { Restore } from "./managed-flink.ts";
import type { StoredRelease } from "./releases.ts";

/** What a new release runs, and what it means for the state of the one that runs. */
export interface PlannedRelease {
	/** The job's files by their path. */
	sql: Record<string, string>;
	/** The plan to run, as JSON: operators that go on have the ids that they had. */
	plan: string;
	highest: number;
	/** Undefined where no plan ran before. */
	outcome: Outcome | undefined;
	/** The files that differ from those of the release that runs. */
	changed: string[];
}

/**
 * Plans the SQL of a folder with the properties that the application will have, against the release that runs.
 *
 * @throws UserError with all that is wrong with the SQL
 */
export async function planRelease(
	workbench: Workbench,
	sqlDir: string,
	properties: Record<string, string>,
	running: StoredRelease | undefined,
): Promise<PlannedRelease> {
	const { plan = "" } = await workbench.compile({ sql: sqlDir, properties, plan: true, describe: false });
	const sql = readSqlFiles(sqlDir);
	const changed = changedFiles(running?.sql ?? {}, sql);
	const highest = running?.facts?.highest ?? 0;
	if (running?.plan === undefined) return { sql, plan, highest, outcome: undefined, changed };
	const outcome = judge(
		parsePlan(running.plan, "the plan that runs"),
		parsePlan(plan, "the new plan"),
		running.facts?.highest,
	);
	return { sql, plan: JSON.stringify(outcome.plan), highest: outcome.highest, outcome, changed };
}

/** Throws {@link UserError} with the findings where `tidemark sql check` has errors; returns how many warnings there are. */
export async function checkSql(workbench: Workbench, sqlDir: string): Promise<number> {
	const began = performance.now();
	const result = await check(workbench, sqlDir);
	const errors = result.findings.filter(({ severity }) => severity === "error");
	if (errors.length === 0) return result.findings.length;
	throw new UserError(
		`The SQL has mistakes, nothing is deployed:\n${sayCheck(result, (performance.now() - began) / 1000)}`,
	);
}

/** How an edit that loses state was accepted, and where what is lost is to come from. */
export interface Acceptance {
	acceptStateLoss: boolean;
	/** Start without any state, and read the stream from its oldest record. */
	rebuild?: "stream";
}

/** Whether a job is started anew, which reads the stream again. */
export function startsAnew({ type }: Restore): boolean {
	return type === "SKIP_RESTORE_FROM_SNAPSHOT";
}

/**
 * The state that the new code starts from, as the verdict allows it.
 *
 * @throws UserError naming the state that would be lost where that was not accepted
 */
export function restoreFor(outcome: Outcome | undefined, { acceptStateLoss, rebuild }: Acceptance): Restore {
	const anew: Restore = { type: "SKIP_RESTORE_FROM_SNAPSHOT", allowNonRestored: false };
	const go = (allowNonRestored: boolean): Restore => ({ type: "RESTORE_FROM_LATEST_SNAPSHOT", allowNonRestored });
	if (outcome === undefined && rebuild === undefined) return go(false);
	if (rebuild !== undefined) {
		if (!acceptStateLoss && outcome !== undefined)
			throw new UserError("--rebuild starts without any state: say that it may be lost with --accept-state-loss too");
		return anew;
	}
	if (outcome === undefined || outcome.verdict === "compatible") return go(false);
	if (!acceptStateLoss) throw new UserError(refusal(outcome));
	return outcome.verdict === "incompatible" ? anew : go(true);
}

function refusal({ verdict, reasons }: Outcome): string {
	const what =
		verdict === "incompatible"
			? "it starts without any, and reads the stream from its oldest record"
			: "it goes on with what can be kept";
	return `Not deployed: the edit is ${verdict} with the state of the job that runs.
${reasons.map((reason) => `  - ${reason}`).join("\n")}
  --accept-state-loss                        ${what}
  --accept-state-loss --rebuild stream       nothing is kept, the stream is read from its oldest record
  Days that are in the stream no more are computed again from the lake: npx tidemark lake backfill --aws --from DAY`;
}
