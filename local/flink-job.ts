import { setTimeout as sleep } from "node:timers/promises";
import type { Workbench } from "../sql/workbench/workbench.ts";
import { type FlinkSettings, writeFlinkConf } from "./flink-config.ts";
import type { FlinkRest } from "./flink-rest.ts";

/** A job to run on a workbench's Flink. */
export interface JobRun {
	plan: string;
	/** Flink's configuration directory, which is written. */
	conf: string;
	settings: FlinkSettings;
	/** Aborts the wait; what was started is left to whoever aborts. */
	signal?: AbortSignal;
}

/** Planning or loading a big plan on a busy machine takes this long at most. */
const LIMIT_MS = 300_000;

/**
 * Starts a job and waits until each of its tasks runs, its state restored. Throws with Flink's own reason where a task
 * fails before that; the job is cancelled then. Throws at once where Flink itself has ended.
 */
export async function runJob(workbench: Workbench, rest: FlinkRest, run: JobRun): Promise<void> {
	writeFlinkConf(run.conf, run.settings);
	const { job: id } = await workbench.request<{ job: string }>("start", { plan: run.plan, conf: run.conf });
	const until = performance.now() + LIMIT_MS;
	let ended = false;
	void workbench.child.exited.then(() => {
		ended = true;
	});
	while (true) {
		run.signal?.throwIfAborted();
		if (ended) await workbench.request("stop", {}); // which says how it ended
		const job = await rest.job().catch(() => undefined);
		if (job?.id === id) {
			if (job.state === "RUNNING" && job.vertices.every(({ status }) => status === "RUNNING")) return;
			const failure = await rest.failure(id).catch(() => undefined);
			if (failure !== undefined) {
				await workbench.request("stop", {});
				throw new Error(failure);
			}
		}
		if (performance.now() > until) {
			await workbench.request("stop", {});
			throw new Error(`The job did not run within ${LIMIT_MS / 1000} s`);
		}
		await sleep(100);
	}
}

/** Stops the job with a savepoint below `folder` and returns the savepoint's path. Throws where it cannot be taken. */
export async function stopJob(workbench: Workbench, folder: string): Promise<string> {
	const { savepoint } = await workbench.request<{ savepoint?: string }>("stop", { savepoint: folder });
	if (savepoint === undefined) throw new Error("No job runs of which a savepoint could be taken");
	return savepoint.replace(/^file:/, "");
}
