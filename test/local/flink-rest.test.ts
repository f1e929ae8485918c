import { describe, expect, test } from "vitest";
import { addNumbers, type FlinkJob, flinkRest, type JobNumbers } from "../../local/flink-rest.ts";
import { jsonServer } from "./support.ts";

const job: FlinkJob = {
	id: "j1",
	state: "RUNNING",
	vertices: [
		{ id: "source", name: "Source: trades[1] -> Calc[2]", parallelism: 2, status: "RUNNING" },
		{ id: "window", name: "GlobalWindowAggregate[3]", parallelism: 2, status: "RUNNING" },
	],
};

function noNumbers(): JobNumbers {
	return { recordsRead: 0, clocksRead: 0, watermark: Number.POSITIVE_INFINITY, lateDropped: {} };
}

describe("the job", () => {
	test("is the newest one", async () => {
		const flink = flinkRest(
			await jsonServer((path) => {
				if (path === "/jobs/overview") {
					return {
						jobs: [
							{ jid: "old", "start-time": 1 },
							{ jid: "new", "start-time": 2 },
						],
					};
				}
				return path === "/jobs/new" ? { jid: "new", state: "RUNNING", vertices: job.vertices } : undefined;
			}),
		);
		expect(await flink.job()).toEqual({ ...job, id: "new" });
	});

	test("is not there before it was submitted", async () => {
		const flink = flinkRest(await jsonServer(() => ({ jobs: [] })));
		expect(await flink.job()).toBeUndefined();
	});

	test("is unknown while Flink does not answer", async () => {
		await expect(flinkRest("http://127.0.0.1:1").job()).rejects.toThrow();
		const broken = flinkRest(await jsonServer(() => undefined));
		await expect(broken.job()).rejects.toThrow(/Flink answers 404 to \/jobs\/overview/);
	});
});

describe("the job's numbers", () => {
	test("are added over the subtasks, each metric by its name", () => {
		const numbers = noNumbers();
		addNumbers(numbers, "Source: trades", [
			{ id: "0.Source__trades[1].tidemark.records_read", value: "10" },
			{ id: "1.Source__trades[1].tidemark.records_read", value: "5" },
			{ id: "0.Source__trades[1].tidemark.clocks_read", value: "2" },
			{ id: "0.numRecordsIn", value: "99" },
		]);
		expect(numbers).toMatchObject({ recordsRead: 15, clocksRead: 2 });
	});

	test("have the lowest watermark, and none as long as one subtask has none", () => {
		const numbers = noNumbers();
		addNumbers(numbers, "a", [
			{ id: "0.currentInputWatermark", value: "2000" },
			{ id: "1.GlobalWindowAggregate[3].currentInputWatermark", value: "1000" },
			{ id: "1.currentOutputWatermark", value: "1" },
		]);
		expect(numbers.watermark).toBe(1000);
		addNumbers(numbers, "b", [{ id: "0.currentInputWatermark", value: "-9223372036854775808" }]);
		expect(numbers.watermark).toBeUndefined();
		addNumbers(numbers, "c", [{ id: "0.currentInputWatermark", value: "3000" }]);
		expect(numbers.watermark).toBeUndefined();
	});

	test("leave out the watermarks of a source's own chain, where a subtask without shards has none", () => {
		const numbers = noNumbers();
		addNumbers(numbers, "Source: trades[1] -> Calc[2]", [
			{ id: "1.Calc[2].currentInputWatermark", value: "-9223372036854775808" },
		]);
		addNumbers(numbers, "GlobalWindowAggregate[3]", [{ id: "0.currentInputWatermark", value: "7" }]);
		expect(numbers.watermark).toBe(7);
	});

	test("name the vertex that dropped late rows", () => {
		const numbers = noNumbers();
		addNumbers(numbers, "Window", [
			{ id: "0.Window.numLateRecordsDropped", value: "0" },
			{ id: "1.Window.numLateRecordsDropped", value: "4" },
		]);
		expect(numbers.lateDropped).toEqual({ Window: 4 });
	});

	test("are asked of every vertex", async () => {
		const values: Record<string, { id: string; value: string }[]> = {
			source: [{ id: "0.Source.tidemark.records_read", value: "42" }],
			window: [{ id: "0.currentInputWatermark", value: "1381190400000" }],
		};
		const url = await jsonServer((path) => {
			const [, vertex = "", query] = /vertices\/(\w+)\/metrics(\?get=.*)?$/.exec(path) ?? [];
			if (query === undefined) return [...(values[vertex] ?? []).map(({ id }) => ({ id })), { id: "0.numBytesIn" }];
			return values[vertex]?.filter(({ id }) => decodeURIComponent(query).includes(id));
		});
		expect(await flinkRest(url).numbers(job)).toEqual({
			recordsRead: 42,
			clocksRead: 0,
			watermark: 1_381_190_400_000,
			lateDropped: {},
		});
	});
});

describe("a checkpoint", () => {
	function server(answers: unknown[]) {
		return jsonServer((path, method) => {
			if (method === "POST") return path === "/jobs/j1/checkpoints" ? { "request-id": "r1" } : undefined;
			return path === "/jobs/j1/checkpoints/r1" ? answers.shift() : undefined;
		});
	}

	test("is waited for until it is complete", async () => {
		const answers = [
			{ status: { id: "IN_PROGRESS" } },
			{ status: { id: "COMPLETED" }, operation: { "checkpoint-id": 3 } },
		];
		await flinkRest(await server(answers)).checkpoint("j1");
		expect(answers).toEqual([]);
	});

	test("that fails says why in one line", async () => {
		const failure = { "stack-trace": "CheckpointException: expired\n\tat a\n\tat b" };
		const flink = flinkRest(await server([{ status: { id: "COMPLETED" }, operation: { "failure-cause": failure } }]));
		await expect(flink.checkpoint("j1")).rejects.toThrow("The checkpoint failed: CheckpointException: expired");
	});

	test("is not waited for without end", async () => {
		const answers = Array.from({ length: 50 }, () => ({ status: { id: "IN_PROGRESS" } }));
		await expect(flinkRest(await server(answers)).checkpoint("j1", 200)).rejects.toThrow("not complete after 0.2 s");
	});
});
