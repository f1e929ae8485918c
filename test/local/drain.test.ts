import { describe, expect, test } from "vitest";
import { drain, stillOpen, until } from "../../local/drain.ts";
import type { FlinkJob, FlinkRest, JobNumbers } from "../../local/flink-rest.ts";

const closedAt = Date.parse("2013-10-08T05:00:02.001Z");
const sent = { records: 100, clocks: 4, closedAt };
const done: JobNumbers = { recordsRead: 100, clocksRead: 4, watermark: closedAt - 2_001, lateDropped: {} };

describe("what a job has still to do", () => {
	test("is nothing once all is read and the watermark is where the closing clock puts it", () => {
		expect(stillOpen(done, sent, 2_000)).toEqual([]);
	});

	test("is to read on", () => {
		expect(stillOpen({ ...done, recordsRead: 60 }, sent, 2_000)).toEqual(["Flink has read 64 of 104 records"]);
	});

	test("is nothing where retries made it read more than was sent", () => {
		expect(stillOpen({ ...done, recordsRead: 120 }, sent, 2_000)).toEqual([]);
	});

	test("is to wait for the watermark, one millisecond too few included", () => {
		expect(stillOpen({ ...done, watermark: closedAt - 2_002 }, sent, 2_000)).toEqual([
			"the watermark is at 2013-10-08T04:59:59.999Z, the closing clock at 2013-10-08T05:00:02.001Z",
		]);
		expect(stillOpen({ ...done, watermark: undefined }, sent, 2_000)).toEqual([
			"not every part of the job has a watermark",
		]);
	});

	test("is nothing for a watermark at the end of time", () => {
		expect(stillOpen({ ...done, watermark: 2 ** 63 }, sent, 2_000)).toEqual([]);
	});
});

describe("waiting", () => {
	test("ends when nothing is missing", async () => {
		const answers = [["a", "b"], ["b"], []];
		await until(async () => answers.shift() ?? [], { everyMs: 1 });
		expect(answers).toEqual([]);
	});

	test("is given up when nothing changes, naming what is missing", async () => {
		const waiting = until(async () => ["bar A is missing", "bar B is missing"], { everyMs: 5, stuckMs: 60 });
		await expect(waiting).rejects.toThrow(
			"Nothing has changed for 0 s, and still:\n  - bar A is missing\n  - bar B is missing",
		);
	});

	test("goes on for as long as something changes", async () => {
		let n = 0;
		await until(async () => (++n < 40 ? [`${40 - n} are missing`] : []), { everyMs: 5, stuckMs: 100 });
		expect(n).toBe(40);
	});

	test("ends with the signal's reason", async () => {
		const reason = new Error("Ctrl-C");
		await expect(until(async () => ["x"], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
	});
});

describe("draining a job", () => {
	const job: FlinkJob = { id: "j1", state: "RUNNING", vertices: [] };

	/** A Flink that gives these answers one after another, then the last one for ever. */
	function flink(answers: (JobNumbers | Error | "RESTARTING")[], checkpoints: (Error | "ok")[] = []) {
		const taken: string[] = [];
		const next = () => (answers.length > 1 ? answers.shift() : answers[0]);
		let current: JobNumbers | Error | "RESTARTING" | undefined;
		const rest = {
			job: async () => {
				current = next();
				if (current instanceof Error) throw current;
				return current === "RESTARTING" ? { ...job, state: "RESTARTING" } : job;
			},
			numbers: async () => current,
			checkpoint: async (id: string) => {
				const answer = checkpoints.shift();
				if (answer instanceof Error) throw answer;
				taken.push(id);
			},
		};
		return { rest: rest as unknown as FlinkRest, taken };
	}

	test("takes a checkpoint once all is closed, not before", async () => {
		const { rest, taken } = flink([{ ...done, recordsRead: 1 }, { ...done, watermark: undefined }, done]);
		expect(await drain(rest, sent, 2_000, { everyMs: 1 })).toEqual(done);
		expect(taken).toEqual(["j1"]);
	});

	test("waits through a death of Flink and a restart of the job", async () => {
		const { rest, taken } = flink([done, new Error("connect ECONNREFUSED"), "RESTARTING", done], [new Error("gone")]);
		expect(await drain(rest, sent, 2_000, { everyMs: 1 })).toEqual(done);
		expect(taken).toEqual(["j1"]);
	});

	test("says how far it is", async () => {
		const { rest } = flink([{ ...done, recordsRead: 1 }, done]);
		const seen: number[] = [];
		await drain(rest, sent, 2_000, { everyMs: 1, onProgress: ({ recordsRead }) => seen.push(recordsRead) });
		expect(seen).toEqual([1, 100]);
	});

	test("is given up where Flink stays away", async () => {
		const { rest } = flink([new Error("connect ECONNREFUSED")]);
		await expect(drain(rest, sent, 2_000, { everyMs: 1, stuckMs: 30 })).rejects.toThrow(
			"Flink does not answer (connect ECONNREFUSED)",
		);
	});
});
