/** Reads the job's gauges over Flink's REST interface. */
import { z } from "zod";

const Overview = z.object({
	jobs: z.array(z.object({ jid: z.string(), state: z.string(), "start-time": z.number() })),
});
const Job = z.object({ vertices: z.array(z.object({ id: z.string() })) });
const Names = z.array(z.object({ id: z.string() }));
const Values = z.array(
	z.object({ id: z.string(), sum: z.number().optional(), min: z.number().optional(), max: z.number().optional() }),
);

/** What the source of trades says. Null where the gauge is not there (yet). */
export interface Gauges {
	recordsRead: number | null;
	/** Epoch milliseconds. */
	watermark: number | null;
	millisBehind: number | null;
}

/** Gauge names end so; the operator's name stands before them. */
const SUFFIXES = ["tidemark.records_read", "tidemark.watermark", "tidemark.millis_behind_latest"];

export class Flink {
	readonly #endpoint: string;
	#job: string | undefined;
	/** Which gauges each vertex of the job has. */
	#vertices = new Map<string, string[]>();
	#nextLook = 0;

	/** @param endpoint Flink's REST address, such as `http://127.0.0.1:8081` */
	constructor(endpoint: string) {
		this.#endpoint = endpoint;
	}

	/** The gauges of the newest running job. @throws where Flink does not answer */
	async gauges(): Promise<Gauges> {
		const { jobs } = Overview.parse(await this.#get("/jobs/overview"));
		const running = jobs.filter((job) => job.state === "RUNNING").sort((a, b) => b["start-time"] - a["start-time"])[0];
		if (running?.jid !== this.#job) {
			this.#job = running?.jid;
			this.#nextLook = 0;
		}
		const gauges: Gauges = { recordsRead: null, watermark: null, millisBehind: null };
		if (!this.#job) return gauges;
		// Gauges appear with their operators and shards, so the list is looked at again from time to time.
		if (performance.now() >= this.#nextLook) await this.#look(this.#job);
		for (const [vertex, names] of this.#vertices)
			await this.#read(`/jobs/${this.#job}/vertices/${vertex}`, names, gauges);
		return gauges;
	}

	async #look(job: string): Promise<void> {
		this.#vertices = new Map();
		const { vertices } = Job.parse(await this.#get(`/jobs/${job}`));
		for (const { id } of vertices) {
			const names = Names.parse(await this.#get(`/jobs/${job}/vertices/${id}/subtasks/metrics`));
			const wanted = names.map((name) => name.id).filter((name) => SUFFIXES.some((suffix) => name.endsWith(suffix)));
			if (wanted.length > 0) this.#vertices.set(id, wanted);
		}
		this.#nextLook = performance.now() + (this.#vertices.size > 0 ? 30_000 : 2_000);
	}

	async #read(vertex: string, names: string[], gauges: Gauges): Promise<void> {
		const query = new URLSearchParams({ get: names.join(","), agg: "sum,min,max" });
		for (const value of Values.parse(await this.#get(`${vertex}/subtasks/metrics?${query}`))) {
			if (value.id.endsWith("records_read")) gauges.recordsRead = (gauges.recordsRead ?? 0) + (value.sum ?? 0);
			else if (value.id.endsWith("watermark")) {
				// Long.MIN_VALUE stands for "none yet"; a subtask without shards never has one.
				const watermark = [value.min ?? 0, value.max ?? 0].find((time) => time > 0);
				if (watermark) gauges.watermark = Math.min(gauges.watermark ?? watermark, watermark);
			} else if ((value.min ?? -1) >= 0) {
				// −1 stands for "some shard has not answered yet".
				gauges.millisBehind = Math.max(gauges.millisBehind ?? 0, value.max ?? 0);
			}
		}
	}

	async #get(path: string): Promise<unknown> {
		try {
			const response = await fetch(`${this.#endpoint}${path}`, { signal: AbortSignal.timeout(3_000) });
			if (!response.ok) throw new Error(`HTTP ${response.status}`);
			return await response.json();
		} catch (cause) {
			throw new Error(`Flink at ${this.#endpoint} did not answer ${path}`, { cause });
		}
	}
}
