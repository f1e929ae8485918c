import { setTimeout as sleep } from "node:timers/promises";

/** A job as Flink's REST interface tells it. */
export interface FlinkJob {
	id: string;
	state: string;
	vertices: { id: string; name: string; parallelism: number; status: string }[];
}

/** Numbers of one job, each where it is counted. */
export interface JobNumbers {
	/** Records that the source read, clocks aside, since the stream's beginning (kept in checkpoints). */
	recordsRead: number;
	/** Clock records that the source read. */
	clocksRead: number;
	/** The lowest watermark of any subtask behind the sources, epoch ms; undefined until all of them have one. */
	watermark: number | undefined;
	/** Rows that Flink itself dropped as late, per vertex that dropped any. */
	lateDropped: Record<string, number>;
}

const RECORDS = /(^|\.)tidemark\.records_read$/;
const CLOCKS = /(^|\.)tidemark\.clocks_read$/;
const WATERMARK = /^\d+\.(.*\.)?currentInputWatermark$/;
const LATE = /(^|\.)numLateRecordsDropped$/;
/** Flink's way to say that there is no watermark yet. */
const NO_WATERMARK = -(2 ** 63);

/** Flink's REST interface at a base URL. Each call throws where Flink does not answer. */
export function flinkRest(url: string) {
	async function call<T>(path: string, init: RequestInit = {}): Promise<T> {
		const response = await fetch(`${url}${path}`, { signal: AbortSignal.timeout(20_000), ...init });
		const text = await response.text();
		if (!response.ok) throw new Error(`Flink answers ${response.status} to ${path}: ${text.slice(0, 500)}`);
		return JSON.parse(text) as T;
	}

	/** The newest job, if there is one. */
	async function job(): Promise<FlinkJob | undefined> {
		const { jobs } = await call<{ jobs: { jid: string; "start-time": number }[] }>("/jobs/overview");
		const newest = jobs.sort((a, b) => b["start-time"] - a["start-time"])[0];
		if (!newest) return undefined;
		const detail = await call<{ jid: string; state: string; vertices: FlinkJob["vertices"] }>(`/jobs/${newest.jid}`);
		return { id: detail.jid, state: detail.state, vertices: detail.vertices };
	}

	/** What a job has counted, and how far its event time has come. */
	async function numbers({ id, vertices }: FlinkJob): Promise<JobNumbers> {
		const result: JobNumbers = { recordsRead: 0, clocksRead: 0, watermark: Number.POSITIVE_INFINITY, lateDropped: {} };
		for (const vertex of vertices) {
			const path = `/jobs/${id}/vertices/${vertex.id}/metrics`;
			const names = (await call<{ id: string }[]>(path)).map((metric) => metric.id);
			const wanted = names.filter((name) => [RECORDS, CLOCKS, WATERMARK, LATE].some((each) => each.test(name)));
			if (wanted.length === 0) continue;
			const values = await call<{ id: string; value: string }[]>(`${path}?get=${encodeURIComponent(wanted.join(","))}`);
			addNumbers(result, vertex.name, values);
		}
		if (result.watermark === Number.POSITIVE_INFINITY) result.watermark = undefined;
		return result;
	}

	/** Takes a checkpoint now and waits until it is complete. Throws where it fails or takes longer than the time-out. */
	async function checkpoint(id: string, timeoutMs = 60_000): Promise<void> {
		const until = performance.now() + timeoutMs;
		const { "request-id": request } = await call<{ "request-id": string }>(`/jobs/${id}/checkpoints`, {
			method: "POST",
			headers: { "content-type": "application/json" },
			body: "{}",
		});
		while (true) {
			const answer = await call<{
				status: { id: string };
				operation?: { "checkpoint-id"?: number; "failure-cause"?: { "stack-trace": string } };
			}>(`/jobs/${id}/checkpoints/${request}`);
			const failure = answer.operation?.["failure-cause"]?.["stack-trace"];
			if (failure) throw new Error(`The checkpoint failed: ${failure.split("\n")[0]}`);
			if (answer.status.id === "COMPLETED") return;
			if (performance.now() > until) throw new Error(`The checkpoint was not complete after ${timeoutMs / 1000} s`);
			await sleep(100);
		}
	}

	/** Why a task of a job failed last, in one line of the deepest cause; undefined if none did. */
	async function failure(id: string): Promise<string | undefined> {
		const { exceptionHistory } = await call<{ exceptionHistory: { entries: { stacktrace: string }[] } }>(
			`/jobs/${id}/exceptions?maxExceptions=1`,
		);
		const trace = exceptionHistory.entries[0]?.stacktrace;
		if (trace === undefined) return undefined;
		const causes = trace.split("\n").filter((line) => /^(Caused by: )?[\w.$]+(Exception|Error)\b/.test(line));
		return (causes.at(-1) ?? trace.split("\n")[0] ?? trace).replace(/^Caused by: /, "");
	}

	return { job, numbers, checkpoint, failure };
}
export type FlinkRest = ReturnType<typeof flinkRest>;

/** Adds one vertex's metrics; exported for its tests. */
export function addNumbers(into: JobNumbers, vertex: string, metrics: { id: string; value: string }[]): void {
	for (const { id, value } of metrics) {
		const number = Number(value);
		if (RECORDS.test(id)) into.recordsRead += number;
		else if (CLOCKS.test(id)) into.clocksRead += number;
		else if (WATERMARK.test(id)) {
			// In a source's own chain a subtask without shards never has one; what comes after it combines them all.
			if (vertex.startsWith("Source:")) continue;
			const none = number <= NO_WATERMARK;
			into.watermark = none || into.watermark === undefined ? undefined : Math.min(into.watermark, number);
		} else if (LATE.test(id) && number > 0) into.lateDropped[vertex] = (into.lateDropped[vertex] ?? 0) + number;
	}
}
