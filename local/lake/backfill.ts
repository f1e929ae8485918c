import { existsSync } from "node:fs";
import { join } from "node:path";
import { withSqlOf } from "../../sql/workbench/git-sql.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { startWorkbench } from "../../sql/workbench/workbench.ts";
import { describeApplication } from "../application.ts";
import { messageOf, UserError } from "../errors.ts";
import type { Progress } from "../progress.ts";
import { readRelease } from "../release.ts";
import { setUp } from "../setup.ts";
import { onStop } from "../signals.ts";
import { findStack, type Stack } from "../stack.ts";
import { withEmulator } from "../wake.ts";
import type { Backfilled } from "./backfilled.ts";
import { waitForStore } from "./landed.ts";

/** What is to be computed again, and from what. */
export interface BackfillOptions {
	/** Days in UTC, both included. */
	from: string;
	to: string;
	layer: "bronze" | "silver";
	/** A git ref or a directory; without it the SQL of the job as it ran last. */
	sql?: string;
	dryRun?: boolean;
	resend?: boolean;
	run?: string;
}

/** A few days of an exchange's busiest symbols fit; what does not is sorted on disk. */
const JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms256m", "-Xmx3g"];

/**
 * Computes days of a local stack's lake again, and waits until corrected bars are in its store. Throws {@link UserError}
 * where that cannot be, SqlError where the SQL is wrong; each table is as it was before then, or done.
 */
export async function backfillHere(options: BackfillOptions, progress: Progress): Promise<Backfilled> {
	const stack = await findStack(options.run);
	const { java } = await setUp(progress);
	return withEmulator(stack, (awake) =>
		withSql(stack, options.sql, async (sql, called) => {
			progress.say(`Backfill of ${days(options)} with ${called}, in the lake of ${stack.id}`);
			const done = await compute(java, awake, await propertiesOf(stack, awake), sql, called, options, progress);
			if (done.tables.some(({ sent = 0 }) => sent > 0))
				await progress.step("Waiting until corrected bars are in the store", () => waitForStore(stack, awake, java));
			return done;
		}),
	);
}

/** The job's properties with the addresses at which the stack answers now. */
async function propertiesOf(stack: Stack, awake: Stack): Promise<Record<string, string>> {
	const { groups } = await describeApplication(awake.endpoints.aws, stack.outputs.ApplicationName);
	const properties = groups.find(({ PropertyGroupId }) => PropertyGroupId === "tidemark.sql")?.PropertyMap ?? {};
	return Object.fromEntries(
		Object.entries(properties).map(([name, value]) => [
			name,
			value.startsWith(stack.endpoints.aws) ? awake.endpoints.aws + value.slice(stack.endpoints.aws.length) : value,
		]),
	);
}

async function withSql<T>(
	stack: Stack,
	asked: string | undefined,
	work: (dir: string, called: string) => Promise<T>,
): Promise<T> {
	if (asked !== undefined && existsSync(join(asked, "4_job.sql"))) return work(asked, `the SQL in ${asked}`);
	if (asked !== undefined) return withSqlOf(asked, sqlDir, (dir) => work(dir, `the SQL at ${asked}`));
	const release = readRelease(stack.dir);
	return release ? work(release.sqlDir, "the SQL that the job ran last") : work(sqlDir, "the repository's SQL");
}

async function compute(
	java: string,
	awake: Stack,
	properties: Record<string, string>,
	sql: string,
	called: string,
	{ from, to, layer, dryRun = false, resend = false }: BackfillOptions,
	progress: Progress,
): Promise<Backfilled> {
	const workbench = await startWorkbench({ name: "The backfill", java, options: JVM });
	const stopped = new AbortController();
	const noLonger = onStop(
		() => {
			stopped.abort();
			void workbench.child.stop(10_000); // which drops what it had computed so far
		},
		() => workbench.child.kill(),
	);
	const id = `${awake.id}_${Date.now()}`;
	const backfill = { from, to, layer, dryRun: String(dryRun), resend: String(resend), id, sql: called };
	try {
		return await workbench.request<Backfilled>("backfill", { sql, properties, backfill }, ({ say }) =>
			progress.say(String(say)),
		);
	} catch (error) {
		if (stopped.signal.aborted)
			throw new UserError("Stopped: tables that were done stay so, the others are as they were; run it again");
		if (error instanceof UserError) throw error;
		throw new UserError(`The backfill failed: ${messageOf(error)}`, { cause: error });
	} finally {
		noLonger();
		await workbench.stop();
	}
}

function days({ from, to }: BackfillOptions): string {
	return from === to ? from : `${from} to ${to}`;
}
