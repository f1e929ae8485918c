import { describe, expect, test } from "vitest";
import { type Moments, quantile, type Spread, STAGES, spreads, TOTALS, tableOf, verdicts } from "./stages.ts";

/** An alert at a lateness of 2 s. */
const alert: Moments = {
	put: 1_000,
	arrived: 1_010,
	emitted: 3_210,
	hit: 3_300,
	called: 3_320,
	published: 3_380,
	queued: 3_385,
	received: 3_440,
};

function later(ms: number): Moments {
	const { put, arrived, ...rest } = alert;
	const shifted = Object.fromEntries(Object.entries(rest).map(([name, time]) => [name, time + ms]));
	return { ...(shifted as Omit<Moments, "put" | "arrived">), put, arrived };
}

describe("the quantile", () => {
	const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

	test.each([
		[hundred, 0.5, 50],
		[hundred, 0.95, 95],
		[hundred, 0.99, 99],
		[hundred, 1, 100],
		[[7], 0.5, 7],
		[[7], 0.99, 7],
		[[3, 1, 2], 0.5, 2],
		[[3, 1, 2], 0.99, 3],
		[[3, 1, 2], 0, 1],
	])("of %j at %d is %d", (values, share, expected) => {
		expect(quantile(values, share)).toBe(expected);
	});

	test("leaves the values as they are", () => {
		const values = [3, 1, 2];
		quantile(values, 0.5);
		expect(values).toEqual([3, 1, 2]);
	});

	test("is none of nothing", () => {
		expect(() => quantile([], 0.5)).toThrow("no quantile of nothing");
	});
});

describe("the stages", () => {
	test("are what comes between one moment and the next, the lateness taken off where it is waited for", () => {
		expect(spreads(STAGES, [alert], 2_000).map(({ name, p50 }) => [name.slice(0, 14), p50])).toEqual([
			["stream: PutRec", 10],
			["Flink: to the ", 200],
			["stream: sink t", 90],
			["Lambda: until ", 20],
			["Lambda: to its", 60],
			["SNS: to the qu", 5],
		]);
	});

	test("make the whole together", () => {
		const sum = STAGES.reduce((total, { of }) => total + of(alert, 2_000), 0);
		const [all, beyond, consumer] = TOTALS.map(({ of }) => of(alert, 2_000));
		expect({ all, beyond, consumer }).toEqual({ all: 2_385, beyond: 385, consumer: 440 });
		expect(sum).toBe(beyond);
	});

	test("each have quantiles of their own", () => {
		const alerts = Array.from({ length: 100 }, (_, at) => later(at));
		const [, flink] = spreads(STAGES, alerts, 2_000);
		expect(flink).toMatchObject({ p50: 249, p95: 294, p99: 298 });
		const [stream] = spreads(STAGES, alerts, 2_000);
		expect(stream).toMatchObject({ p50: 10, p99: 10 });
	});
});

describe("the targets", () => {
	const spread = (p50: number, p99: number): Spread => ({ name: "", p50, p95: p50, p99 });

	test("are met below their limits", () => {
		expect(verdicts(spread(799.4, 1_499))).toEqual([
			"met    p50 beyond the lateness: 799 ms, of less than 800",
			"met    p99 beyond the lateness: 1499 ms, of less than 1500",
		]);
	});

	test("are missed at them, each by itself", () => {
		expect(verdicts(spread(800, 900)).map((line) => line.slice(0, 10))).toEqual(["MISSED p50", "met    p99"]);
		expect(verdicts(spread(100, 1_500)).map((line) => line.slice(0, 10))).toEqual(["met    p50", "MISSED p99"]);
	});
});

test("the table has whole milliseconds, in columns", () => {
	const rows = [
		{ name: "Lambda", p50: 12.4, p95: 130.5, p99: 1_000 },
		{ name: "a longer name", p50: -1, p95: 2, p99: 3 },
	];
	expect(tableOf(rows).split("\n")).toEqual([
		"|               | p50 ms | p95 ms | p99 ms |",
		"| ------------- | -----: | -----: | -----: |",
		"| Lambda        |     12 |    131 |   1000 |",
		"| a longer name |     -1 |      2 |      3 |",
	]);
});
