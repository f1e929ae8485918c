import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FigureReader } from "../../../local/page/figures.ts";
import { Flink } from "../../../local/page/flink.ts";
import { Store } from "../../../local/page/history.ts";

/** A Flink that answers what the test puts here, by path; anything else is 404. */
let answers: Record<string, unknown>;
let asked: string[];
let server: ReturnType<typeof createServer>;
let url: string;

beforeEach(async () => {
	answers = {};
	asked = [];
	server = createServer((request, response) => {
		const path = request.url ?? "";
		asked.push(path);
		const answer = answers[path] ?? answers[path.split("?")[0] ?? ""];
		response.statusCode = answer === undefined ? 404 : 200;
		response.end(JSON.stringify(answer ?? {}));
	});
	await new Promise<void>((up) => server.listen(0, "127.0.0.1", () => up()));
	url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
	server.closeAllConnections();
	await new Promise((down) => server.close(down));
});

const PREFIX = "Source__trades.tidemark";
const BEHIND = `${PREFIX}.millis_behind_latest`;

function runJob(jid: string, gauges: Record<string, { sum?: number; min?: number; max?: number }>): void {
	answers["/jobs/overview"] = {
		jobs: [
			{ jid: "old", name: "tidemark", state: "FAILED", "start-time": 9 },
			{ jid, name: "tidemark", state: "RUNNING", "start-time": 5 },
		],
	};
	answers[`/jobs/${jid}`] = { vertices: [{ id: "source" }, { id: "sink" }] };
	const metrics = (vertex: string) => `/jobs/${jid}/vertices/${vertex}/subtasks/metrics`;
	answers[metrics("sink")] = [{ id: "numRecordsIn" }];
	answers[metrics("source")] = [{ id: "numRecordsIn" }, ...Object.keys(gauges).map((id) => ({ id }))];
	const query = new URLSearchParams({ get: Object.keys(gauges).join(","), agg: "sum,min,max" });
	answers[`${metrics("source")}?${query}`] = Object.entries(gauges).map(([id, values]) => ({ id, ...values }));
}

describe("the job's gauges", () => {
	test("are found by the end of their names, in the job that runs", async () => {
		runJob("j", {
			[`${PREFIX}.records_read`]: { sum: 388_417, min: 100, max: 388_317 },
			[`${PREFIX}.watermark`]: { sum: 4, min: 1_381_153_510_000, max: 1_381_153_512_000 },
			[BEHIND]: { sum: 300, min: 0, max: 250 },
		});
		expect(await new Flink(url).gauges()).toEqual({
			recordsRead: 388_417,
			watermark: 1_381_153_510_000,
			millisBehind: 250,
		});
	});

	test("are looked up once, then only read", async () => {
		runJob("j", { [`${PREFIX}.records_read`]: { sum: 1 } });
		const flink = new Flink(url);
		await flink.gauges();
		asked = [];
		await flink.gauges();
		expect(asked).toHaveLength(2);
	});

	test("are looked up again when another job runs", async () => {
		runJob("j", { [`${PREFIX}.records_read`]: { sum: 1 } });
		const flink = new Flink(url);
		await flink.gauges();
		runJob("k", { [`${PREFIX}.records_read`]: { sum: 7 } });
		expect((await flink.gauges()).recordsRead).toBe(7);
	});

	test("are unknown while no job runs, and before the first watermark", async () => {
		answers["/jobs/overview"] = { jobs: [] };
		const none = { recordsRead: null, watermark: null, millisBehind: null };
		expect(await new Flink(url).gauges()).toEqual(none);
		runJob("j", { [`${PREFIX}.watermark`]: { min: -9.223372036854776e18 } });
		expect(await new Flink(url).gauges()).toEqual(none);
	});

	test("of a subtask without shards do not hide the others', nor is a shard that has not answered at the tip", async () => {
		runJob("j", {
			[`${PREFIX}.watermark`]: { min: -9.223372036854776e18, max: 1_381_153_512_000 },
			[BEHIND]: { min: -1, max: 70 },
		});
		expect(await new Flink(url).gauges()).toMatchObject({ watermark: 1_381_153_512_000, millisBehind: null });
	});

	test("that cannot be asked for name the address", async () => {
		await expect(new Flink(url).gauges()).rejects.toThrow(`Flink at ${url} did not answer /jobs/overview`);
	});
});

describe("the strip", () => {
	const now = Date.parse("2026-11-22T15:00:00Z");
	const figures = () => new FigureReader(new Flink(url), new Store(url));
	const read = (count: number, watermark: number) =>
		runJob("j", {
			[`${PREFIX}.records_read`]: { sum: count },
			[`${PREFIX}.watermark`]: { min: watermark },
			[BEHIND]: { min: 0, max: 40 },
		});

	test("shows the rate over the last ten seconds", async () => {
		const reader = figures();
		for (const [after, count] of [
			[0, 1_000],
			[1_000, 1_500],
			[10_000, 6_000],
			[11_000, 8_500],
		] as const) {
			read(count, now);
			await reader.readJob(now + after);
		}
		expect(reader.current).toMatchObject({ tradesIn: 8_500, tradesPerSecond: 700 });
	});

	test("has no rate after the first look, nor across a restart that counts from an older checkpoint", async () => {
		const reader = figures();
		read(1_000, now);
		await reader.readJob(now);
		expect(reader.current.tradesPerSecond).toBeNull();
		read(400, now);
		await reader.readJob(now + 1_000);
		expect(reader.current).toMatchObject({ tradesIn: 400, tradesPerSecond: null });
	});

	test("shows the lag of a live stream", async () => {
		const reader = figures();
		read(1, now - 2_300);
		await reader.readJob(now);
		expect(reader.current).toMatchObject({ lagMs: 2_300, eventTime: "2026-11-22T14:59:57.700Z", behindMs: 40 });
	});

	test("shows the event time and no lag for a replay of another day", async () => {
		const reader = figures();
		read(1, Date.parse("2013-10-07T13:45:10Z"));
		await reader.readJob(now);
		expect(reader.current).toMatchObject({ lagMs: null, eventTime: "2013-10-07T13:45:10.000Z", behindMs: 40 });
	});

	test("keeps the last count and lets the lag grow while Flink does not answer", async () => {
		const reader = figures();
		read(500, now - 1_000);
		await reader.readJob(now);
		answers = {};
		await expect(reader.readJob(now + 5_000)).rejects.toThrow("did not answer");
		expect(reader.current).toMatchObject({ tradesIn: 500, tradesPerSecond: null, lagMs: 6_000, behindMs: null });
	});

	test("shows the lake's counts where the caller has them", async () => {
		const counts = { duplicates: 4, malformed: 3, invalid: 2, late: 1 };
		const reader = new FigureReader(new Flink(url), new Store(url), async () => counts);
		await reader.readLake();
		expect(reader.current.lake).toEqual(counts);
		const without = figures();
		await without.readLake();
		expect(without.current.lake).toBeNull();
	});
});
