import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { S3Client } from "@aws-sdk/client-s3";
import { emulated } from "../infra/emulated.ts";
import { readRelease as readStored } from "../infra/release/releases.ts";
import { parsePlan } from "../sql/workbench/plan/plan.ts";
import { judge } from "../sql/workbench/plan/verdict.ts";
import { planOnce } from "../sql/workbench/planner.ts";
import { startWorkbench, type Workbench } from "../sql/workbench/workbench.ts";
import { type Application, property } from "./application.ts";
import { messageOf, UserError } from "./errors.ts";
import { type FlinkSettings, newestCheckpoint, writeFlinkConf } from "./flink-config.ts";
import { runJob } from "./flink-job.ts";
import { flinkRest } from "./flink-rest.ts";
import { toolsDir } from "./paths.ts";
import { requireFree } from "./ports.ts";
import type { Child } from "./process.ts";
import { isSameRelease, keepRelease, type Release, readRelease, readSqlFiles } from "./release.ts";
import { placesIn } from "./stack.ts";
import { stampIn } from "./steps.ts";

/** How to start Flink. */
export interface FlinkStart {
	/** The stack's directory. */
	dir: string;
	port: number;
	java: string;
	checkpointMs: number;
	parallelism: number;
	/** Runs the plan that ran last, whatever the SQL directory holds by now. */
	again?: boolean;
	/** Told why the job cannot go on with its state, before it starts without; must remove the checkpoints. */
	onAnew?: (reason: string) => Promise<void>;
	signal?: AbortSignal;
	onStart?: (child: Child) => void;
}

/** Flink with its planner in one process, and the job that runs in it. */
export interface Flink {
	child: Child;
	workbench: Workbench;
}

/**
 * Together these keep the JVM below 1.6 GiB. The quick compiler alone: the optimizing one costs more, on the cores that
 * planning needs, than it saves in a whole day of real trades (docs/decisions/9-one-warm-planner.md).
 */
const OPTIONS = [
	"-Xms128m",
	"-Xmx896m",
	"-XX:MaxMetaspaceSize=320m",
	"-XX:MaxDirectMemorySize=192m",
	"-XX:ReservedCodeCacheSize=96m",
	"-XX:+UseSerialGC",
	"-XX:TieredStopAtLevel=1",
];

/**
 * Starts Flink and the job, and waits until the job runs: from the newest complete checkpoint in the stack's directory if
 * there is one. SQL that was edited meanwhile keeps its state if all of it can be kept.
 */
export async function startFlink(start: FlinkStart): Promise<Flink> {
	const { dir, port, java, signal } = start;
	await requireFree("flink", port);
	const places = placesIn(dir);
	const temporary = join(places.flink, "tmp");
	// Flink unpacks its planner here at each start; what a killed one left is of no use.
	rmSync(temporary, { recursive: true, force: true });
	mkdirSync(temporary, { recursive: true });
	writeFlinkConf(places.flinkConf, flinkSettings(start));
	const workbench = await startWorkbench({
		name: "Flink",
		java,
		options: [...OPTIONS, `-Djava.io.tmpdir=${temporary}`],
		log: places.log("flink"),
		log4j: join(places.flinkConf, "log4j2.properties"),
		cwd: places.flink,
	});
	start.onStart?.(workbench.child);
	const stop = () => void workbench.child.stop();
	signal?.addEventListener("abort", stop, { once: true });
	try {
		const { plan, release } = await releaseToRun(workbench, start);
		const rest = flinkRest(`http://127.0.0.1:${port}`);
		// Only now: what cannot go on has removed its checkpoints.
		const settings = flinkSettings(start);
		await runJob(workbench, rest, { plan, conf: places.flinkConf, settings, ...(signal ? { signal } : {}) });
		keepRelease(dir, plan, release);
		return { child: workbench.child, workbench };
	} catch (error) {
		await workbench.child.stop();
		signal?.throwIfAborted();
		// A process that ended has said so, with the last lines of its log.
		const message = messageOf(error);
		throw new UserError(/^Flink /.test(message) ? message : `Flink does not run the job: ${message}`, { cause: error });
	} finally {
		signal?.removeEventListener("abort", stop);
	}
}

/** Flink's configuration for a stack, to start from its newest checkpoint. */
export function flinkSettings({ dir, port, checkpointMs, parallelism }: FlinkStart): FlinkSettings {
	const { checkpoints } = placesIn(dir);
	return { port, checkpoints, checkpointMs, parallelism, restoreFrom: newestCheckpoint(checkpoints) };
}

/** What a release of these files is compiled from. */
export function releaseOf(dir: string, sql: Release["sql"]): Omit<Release, "highest" | "at"> {
	return {
		sql,
		properties: sqlPropertiesIn(dir),
		runner: stampIn(toolsDir(), "runner"),
	};
}

function sqlPropertiesIn(dir: string): Record<string, string> {
	return groupsIn(dir).find(({ PropertyGroupId }) => PropertyGroupId === "tidemark.sql")?.PropertyMap ?? {};
}

/** The property groups as writeProperties wrote them. */
function groupsIn(dir: string): Application["groups"] {
	return JSON.parse(readFileSync(placesIn(dir).properties, "utf8"));
}

/** The job's files that the application was given. */
async function deployedSql(location: string, { S3_ENDPOINT = "" }: Record<string, string>): Promise<Release["sql"]> {
	if (!location.startsWith("s3://")) return readSqlFiles(location);
	const s3 = new S3Client({ ...emulated(S3_ENDPOINT), forcePathStyle: true });
	try {
		return (await readStored(s3, location)).sql;
	} finally {
		s3.destroy();
	}
}

async function releaseToRun(workbench: Workbench, start: FlinkStart): Promise<{ plan: string; release: Release }> {
	const { dir, again = false, onAnew } = start;
	const before = readRelease(dir);
	if (again && before) return before;
	const sql = property({ groups: groupsIn(dir) }, "tidemark.runner", "sql.location");
	// What was deployed, and not what was saved since: that is an edit of the job that will run.
	const now = releaseOf(dir, await deployedSql(sql, sqlPropertiesIn(dir)));
	if (before && isSameRelease(before.release, now)) return before;
	const plan = await planOnce({ sql, properties: now.properties }, workbench.compile, { files: now.sql });
	const at = new Date().toISOString();
	const restores = newestCheckpoint(placesIn(dir).checkpoints) !== undefined;
	if (!before || !restores) return { plan, release: { ...now, highest: before?.release.highest ?? 0, at } };
	const outcome = judge(
		parsePlan(before.plan, "the plan that ran last"),
		parsePlan(plan, "the new plan"),
		before.release.highest,
	);
	if (outcome.verdict !== "compatible") {
		await onAnew?.(
			`The SQL changed since the last start, and not all state can be kept (${outcome.reasons.join("; ")})`,
		);
	}
	return { plan: JSON.stringify(outcome.plan), release: { ...now, highest: outcome.highest, at } };
}
