import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runJob, stopJob } from "../../local/flink-job.ts";
import type { FlinkJob, FlinkRest } from "../../local/flink-rest.ts";
import type { Workbench } from "../../sql/workbench/workbench.ts";
import { tempDir } from "./support.ts";

const JOB: FlinkJob = {
	id: "a",
	state: "RUNNING",
	vertices: [{ id: "v", name: "Source", parallelism: 1, status: "INITIALIZING" }],
};

/** A workbench that answers to `start` and `stop`, ends when it is told to, and then says how it ended. */
function workbench(stopped: object = {}) {
	const requests: string[] = [];
	let end = () => {};
	let ended = false;
	const exited = new Promise<void>((resolve) => {
		end = () => {
			ended = true;
			resolve();
		};
	});
	const request = async (what: string) => {
		if (ended) throw new Error("Flink was killed by SIGKILL");
		requests.push(what);
		return what === "start" ? { job: "a" } : stopped;
	};
	return { workbench: { request, child: { exited } } as unknown as Workbench, requests, end: () => end() };
}

function rest(job: () => FlinkJob | undefined, failure?: string): FlinkRest {
	return { job: async () => job(), failure: async () => failure } as unknown as FlinkRest;
}

function run() {
	const dir = tempDir();
	const conf = join(dir, "conf");
	return {
		plan: "{}",
		conf,
		settings: { port: 1, checkpoints: join(dir, "chk"), checkpointMs: 1_000, parallelism: 1 },
	};
}

test("a job runs when all of its tasks do", async () => {
	let looks = 0;
	const tasks = () => {
		looks += 1;
		return { ...JOB, vertices: JOB.vertices.map((each) => ({ ...each, status: looks > 2 ? "RUNNING" : each.status })) };
	};
	const options = run();
	const { workbench: its, requests } = workbench();
	await runJob(its, rest(tasks), options);
	expect(looks).toBe(3);
	expect(requests).toEqual(["start"]);
	expect(existsSync(join(options.conf, "config.yaml"))).toBe(true);
});

test("another job that runs is not taken for it", async () => {
	const abort = new AbortController();
	const other = { ...JOB, id: "b", vertices: [] };
	const running = runJob(
		workbench().workbench,
		rest(() => other),
		{ ...run(), signal: abort.signal },
	);
	setTimeout(() => abort.abort(new Error("enough")), 250);
	await expect(running).rejects.toThrow("enough");
});

test("a job that fails before it runs is stopped, and the reason is Flink's own", async () => {
	const { workbench: its, requests } = workbench();
	const failed = rest(() => ({ ...JOB, state: "FAILING" }), "No space left on device");
	await expect(runJob(its, failed, run())).rejects.toThrow("No space left on device");
	expect(requests).toEqual(["start", "stop"]);
});

test("that Flink has ended while its job was starting is known at once", async () => {
	const { workbench: its, end } = workbench();
	const running = runJob(
		its,
		rest(() => undefined),
		run(),
	);
	setTimeout(end, 50);
	await expect(running).rejects.toThrow("Flink was killed by SIGKILL");
});

test("a savepoint is a path, and one that was not taken an error", async () => {
	expect(await stopJob(workbench({ savepoint: "file:/tmp/s/savepoint-1" }).workbench, "/tmp/s")).toBe(
		"/tmp/s/savepoint-1",
	);
	await expect(stopJob(workbench().workbench, "/tmp/s")).rejects.toThrow("No job runs");
});
