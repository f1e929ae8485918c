import { describe, expect, test } from "vitest";
import { problemOf } from "../../../infra/release/bars-seen.ts";
import { type Commit, rowsIn } from "../../../infra/release/lake-commits.ts";
import { added, type JobMetrics } from "../../../infra/release/metrics.ts";
import { type Sights, type WatchOptions, watchJob } from "../../../infra/release/watch.ts";

const START = new Date("2026-11-26T13:00:00Z");
const healthy: JobMetrics = {
	restarts: 0,
	failedCheckpoints: 0,
	lastCheckpointMs: 900,
	lastCheckpointBytes: 5_000_000,
	behindMs: 0,
	tradesIn: 60_000,
	barsOut: 40,
};

/** A watch of five minutes in which each look takes no time, over what a test says that there is to see. */
function watching(seen: Partial<Sights> & { metrics?: () => Promise<JobMetrics> }, more: Partial<WatchOptions> = {}) {
	let at = START.getTime();
	let looks = 0;
	const options: WatchOptions = {
		sights: {
			status: async () => "RUNNING",
			metrics: async () => healthy,
			bars: async () => ({ bars: 12, wrong: [] }),
			commits: async (table) => (table === "trades" ? [commit(60, 1000)] : []),
			...seen,
		},
		since: START,
		seconds: 300,
		checkpointMs: 60_000,
		silenceMinimum: 10_000,
		catchesUp: false,
		everyMs: 15_000,
		sleep: async (ms) => {
			at += ms;
		},
		now: () => new Date(at),
		onLook: async () => void looks++,
		...more,
	};
	return watchJob(options).then((watched) => ({ ...watched, looks, seconds: (at - START.getTime()) / 1000 }));
}

/** So many seconds after the start. */
function commit(seconds: number, rows: number): Commit {
	return { at: new Date(START.getTime() + seconds * 1000), rows };
}

describe("a job that is watched", () => {
	test("is well after all of the time, and it is said what was seen", async () => {
		const watched = await watching({});
		expect(watched).toMatchObject({ problems: [], seconds: 300, looks: 20 });
		expect(watched.seen).toContain("12 bars came out, each as it has to be");
		expect(watched.seen).toContain("0 of 1000 records rejected (0.00 %)");
	});

	test("ends the watch at once where it ended", async () => {
		expect(await watching({ status: async () => "READY" })).toMatchObject({
			problems: ["the application is READY: the job ended"],
			seconds: 0,
		});
	});

	test.each<[string, Partial<JobMetrics>, string[]]>([
		["restarts once, as its first start may", { restarts: 1 }, []],
		["restarts twice", { restarts: 2 }, ["the job restarted 2 times"]],
		["misses one checkpoint", { failedCheckpoints: 1 }, []],
		["misses two checkpoints", { failedCheckpoints: 2 }, ["2 checkpoints failed"]],
		["takes as long for one as there is between two", { lastCheckpointMs: 60_000 }, []],
		["takes longer", { lastCheckpointMs: 60_001 }, ["a checkpoint took 60001 ms, more than the 60000 ms between two"]],
		["is ten minutes behind", { behindMs: 600_000 }, []],
		["is further behind", { behindMs: 1_260_000 }, ["the job is 21 minutes behind the stream"]],
	])("that %s", async (_, figures, problems) => {
		expect((await watching({ metrics: async () => ({ ...healthy, ...figures }) })).problems).toEqual(problems);
	});

	test("may be far behind while it reads the stream again", async () => {
		const metrics = async () => ({ ...healthy, behindMs: 9_000_000 });
		expect((await watching({ metrics }, { catchesUp: true })).problems).toEqual([]);
	});

	test("is not well where trades come in and no bar goes out, and that is not said of a quiet market", async () => {
		const silent = (tradesIn: number | null) => ({
			metrics: async () => ({ ...healthy, tradesIn, barsOut: 0 }),
			bars: async () => ({ bars: 0, wrong: [] }),
		});
		expect((await watching(silent(10_001))).problems).toEqual(["10001 records of trades came in and no bar went out"]);
		expect((await watching(silent(10_000))).problems).toEqual([]);
		expect((await watching(silent(null))).problems).toEqual([]);
	});

	test("is not well with a bar that cannot be", async () => {
		const wrong = ["the 1m bar of A at 2026-01-01T00:00:00.000Z has open 3, high 2, low 1, close 1"];
		expect(await watching({ bars: async () => ({ bars: 9, wrong }) })).toMatchObject({ problems: wrong, seconds: 0 });
	});

	test("is not well where far more is rejected than in the day before", async () => {
		const lake = (rejects: Commit[], trades: Commit[]) => ({
			commits: async (table: "trades" | "rejects") => (table === "trades" ? trades : rejects),
		});
		const before = [commit(-3600, 980), commit(60, 940)];
		// 2 % before, 6 % now: three times as much is borne, more is not.
		expect((await watching(lake([commit(-3600, 20), commit(60, 60)], before))).problems).toEqual([]);
		expect((await watching(lake([commit(-3600, 20), commit(60, 61)], before))).problems).toEqual([
			"61 of 1001 records rejected (6.09 %, 2.00 % in the day before)",
		]);
		// None before: one in a hundred is borne.
		expect((await watching(lake([commit(60, 10)], [commit(60, 990)]))).problems).toEqual([]);
		expect((await watching(lake([commit(60, 11)], [commit(60, 989)]))).problems).toHaveLength(1);
	});

	test("of which figures are not known is kept, and that is said", async () => {
		const unknown = Object.fromEntries(Object.keys(healthy).map((name) => [name, null])) as unknown as JobMetrics;
		const watched = await watching({ metrics: async () => unknown, commits: async () => [] });
		expect(watched.problems).toEqual([]);
		expect(watched.seen).toContain("restarts: not known");
		expect(watched.seen).toContain("nothing is in the lake yet of what it read, so rejects are not known");
	});
});

describe("a bar that came out", () => {
	const bar = {
		symbol: "A",
		interval: "1m",
		window_start: "2026-01-01T00:00:00.000Z",
		window_end: "2026-01-01T00:01:00.000Z",
		open: 2,
		high: 3,
		low: 1,
		close: 2.5,
		volume: 10,
		trade_count: 2,
		vwap: 2,
		change: 0.5,
		change_pct: 25,
		move_pct: null,
		day_move_pct: null,
		emitted_at: "2026-01-01T00:01:02.000Z",
	};

	test.each<[string, object | string, RegExp | undefined]>([
		["as it has to be", bar, undefined],
		["with one price", { ...bar, open: 2, high: 2, low: 2, close: 2 }, undefined],
		[
			"whose open is above its high",
			{ ...bar, open: 3.5 },
			/1m bar of A at 2026-01-01T00:00:00\.000Z has open 3\.5, high 3/,
		],
		["whose close is below its low", { ...bar, close: 0.5 }, /low 1, close 0\.5/],
		["without a price", { ...bar, close: null }, /contracts\.ts says: close/],
		["that is no JSON", "{", /no JSON/],
	])("%s", (_, record, problem) => {
		const said = problemOf(typeof record === "string" ? record : JSON.stringify(record));
		if (problem) expect(said).toMatch(problem);
		else expect(said).toBeUndefined();
	});
});

describe("a counter of CloudWatch", () => {
	const minutes = (...values: number[]) => values.map((value, index) => ({ at: index * 60_000, value }));

	test.each<[string, number[], number, number | null]>([
		["that stands still", [4, 4, 4], 60_000, 0],
		["that grows from before the time on", [4, 5, 7], 60_000, 3],
		["that grew only before", [1, 4, 4], 120_000, 0],
		["that began anew with the job", [9, 9, 2, 3], 60_000, 3],
		["of which there is nothing in the time", [4, 5], 120_000, null],
		["whose first value is in the time", [3], 0, 0],
	])("%s", (_, values, from, grown) => {
		expect(added(minutes(...values), from)).toBe(grown);
	});
});

test("rows of commits count from an instant on, up to another and without it", () => {
	const commits = [commit(-1, 1), commit(0, 10), commit(59, 100), commit(60, 1000)];
	expect(rowsIn(commits, START, new Date(START.getTime() + 60_000))).toBe(110);
});
