import { UserError } from "../../local/errors.ts";
import { changedFiles, readSqlFiles } from "../../local/release.ts";
import { check } from "../../sql/workbench/check/check.ts";
import { sayCheck } from "../../sql/workbench/check-command.ts";
import { parsePlan } from "../../sql/workbench/plan/plan.ts";
import { judge, type Outcome } from "../../sql/workbench/plan/verdict.ts";
import type { Planner } from "../../sql/workbench/workbench.ts";
import { initialPositionOf } from "../properties.ts";
import { type Configuration, propertiesOf, SQL_GROUP } from "./configuration.ts";
import type { Days } from "./journal.ts";
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
	planner: Planner,
	sqlDir: string,
	properties: Record<string, string>,
	running: StoredRelease | undefined,
): Promise<PlannedRelease> {
	const { plan = "" } = await planner.compile({ sql: sqlDir, properties, plan: true, describe: false });
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
export async function checkSql(planner: Planner, sqlDir: string): Promise<number> {
	const began = performance.now();
	const result = await check(planner, sqlDir);
	const errors = result.findings.filter(({ severity }) => severity === "error");
	if (errors.length === 0) return result.findings.length;
	throw new UserError(
		`The SQL has mistakes, nothing is deployed:\n${sayCheck(result, (performance.now() - began) / 1000)}`,
	);
}

/** How an edit that loses state was accepted, and where what is lost is to come from. */
export interface Acceptance {
	acceptStateLoss: boolean;
	/** Start without any state. */
	rebuild?: Rebuild;
}

/** Where results come from again. */
export interface Rebuild {
	/** The stream is read from what arrived at this instant on (ISO 8601), or from its oldest record. */
	at?: string;
	/** Days that are then computed again from the lake. */
	days?: Days;
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
			? "it starts without any, where the setting initialPosition says"
			: "it goes on with what can be kept";
	return `Not deployed: the edit is ${verdict} with the state of the job that runs.
${reasons.map((reason) => `  - ${reason}`).join("\n")}
  --accept-state-loss                        ${what}
  --accept-state-loss --rebuild stream       nothing is kept, the stream is read from its oldest record
  --accept-state-loss --rebuild INSTANT      nothing is kept, the stream is read from what arrived then, such as ${example}
  --accept-state-loss --rebuild lake --from DAY
                                             nothing is kept, today is read from the stream, the days before from the lake`;
}

const example = "2026-11-26T05:00:00Z";

/** What becomes of the state with a new release, to go after its name. */
export function sayStart({ restore, configuration }: { restore: Restore; configuration: Configuration }): string {
	if (!startsAnew(restore))
		return `goes on from its newest snapshot${restore.allowNonRestored ? ", with what can be kept" : ""}`;
	const position = initialPositionOf(propertiesOf(configuration, SQL_GROUP));
	const from =
		position === "LATEST"
			? "with what comes from then on"
			: `with ${position === "TRIM_HORIZON" ? "the stream's oldest record" : `what arrived in the stream from ${position} on`}`;
	return `starts without state, ${from}`;
}
