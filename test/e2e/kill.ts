import { readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { flinkRest } from "../../local/flink-rest.ts";
import type { StackRecord } from "../../local/stack.ts";
import { readJson } from "./files.ts";

const recordsRead = "tidemark.records_read";

/**
 * Sends SIGKILL to the Flink of the one run in this state directory as soon as it has read some records and completed a
 * checkpoint. Resolves to whether that happened before the run was over.
 */
export async function killFlinkAfter(state: string, records: number, over: Promise<unknown>): Promise<boolean> {
	let done = false;
	over.finally(() => {
		done = true;
	});
	while (!done) {
		const stack = currentRun(state);
		const flink = stack?.processes.find(({ name }) => name === "Flink");
		if (stack && flink && (await hasRead(stack.endpoints.flink, records).catch(() => false))) {
			process.kill(flink.pid, "SIGKILL");
			return true;
		}
		await sleep(200);
	}
	return false;
}

/**
 * Sends SIGKILL to Flink so many times, each at a random moment within seconds of when its job runs again. Resolves to how
 * often that happened before the run was over.
 *
 * @param random numbers from 0 to 1
 */
export async function killFlinkOften(
	state: string,
	times: number,
	over: Promise<unknown>,
	random: () => number,
): Promise<number> {
	let done = false;
	over.finally(() => {
		done = true;
	});
	const killed = new Set<number>();
	while (!done && killed.size < times) {
		await sleep(100);
		const stack = currentRun(state);
		const flink = stack?.processes.find(({ name }) => name === "Flink");
		if (!stack || !flink || killed.has(flink.pid)) continue;
		if (!(await runs(stack.endpoints.flink).catch(() => false))) continue;
		await sleep(1_000 + random() * 5_000); // a start that is not over is not one more life
		if (done) break;
		process.kill(flink.pid, "SIGKILL");
		killed.add(flink.pid);
	}
	return killed.size;
}

async function runs(flink: string): Promise<boolean> {
	const job = await flinkRest(flink).job();
	return job?.state === "RUNNING" && job.vertices.every(({ status }) => status === "RUNNING");
}

/** The stack.json of the one run in this state directory, as soon as there is one. */
export function currentRun(state: string): StackRecord | undefined {
	try {
		const [run] = readdirSync(join(state, "runs"));
		return run ? readJson<StackRecord>(join(state, "runs", run, "stack.json")) : undefined;
	} catch {
		return undefined;
	}
}

async function hasRead(flink: string, records: number): Promise<boolean> {
	const get = async <T>(path: string) => (await (await fetch(`${flink}${path}`)).json()) as T;
	const { jobs } = await get<{ jobs: { id: string }[] }>("/jobs");
	const job = jobs[0]?.id;
	const { counts } = await get<{ counts: { completed: number } }>(`/jobs/${job}/checkpoints`);
	if (counts.completed === 0) return false;
	const { vertices } = await get<{ vertices: { id: string }[] }>(`/jobs/${job}`);
	for (const { id } of vertices) {
		const path = `/jobs/${job}/vertices/${id}/subtasks/metrics`;
		const names = (await get<{ id: string }[]>(path)).filter((metric) => metric.id.endsWith(recordsRead));
		for (const { id: name } of names) {
			const [metric] = await get<{ sum: number }[]>(`${path}?get=${encodeURIComponent(name)}`);
			if ((metric?.sum ?? 0) >= records) return true;
		}
	}
	return false;
}
