/** What is read of AWS' answers: figures of CloudWatch, lines of the log, sizes, ids. */
import type { CloudWatchClient } from "@aws-sdk/client-cloudwatch";
import { describe, expect, test } from "vitest";
import { lineOf, sayLine } from "../../../infra/release/logs.ts";
import { readMetrics } from "../../../infra/release/metrics.ts";
import { newReleaseId } from "../../../infra/release/releases.ts";
import { sayRevision } from "../../../infra/release/revision.ts";
import { partitionOf } from "../../../infra/release/stacks.ts";
import { kpusOf } from "../../../infra/release/status.ts";

const since = new Date("2026-11-26T13:00:00Z");
const until = new Date("2026-11-26T13:05:00Z");
const minute = (count: number) => new Date(since.getTime() + count * 60_000);

describe("CloudWatch's figures", () => {
	/** Answers in the shape of "GetMetricData" of CloudWatch's API reference, a page after the other. */
	function client(...pages: { Id: string; Timestamps: Date[]; Values: number[] }[][]) {
		const asked: {
			StartTime?: Date;
			NextToken?: string;
			MetricDataQueries?: { Id?: string; Expression?: string }[];
		}[] = [];
		const send = async ({ input }: { input: (typeof asked)[number] }) => {
			const page = asked.length;
			asked.push(input);
			return {
				MetricDataResults: pages[page] ?? [],
				...(page < pages.length - 1 ? { NextToken: `page-${page + 1}` } : {}),
			};
		};
		return { asked, client: { send } as unknown as CloudWatchClient };
	}
	const measured = { application: "tidemark", streams: { trades: "t", bars: "b" } };

	test("are of the time that is asked for, over all pages", async () => {
		const { asked, client: cloudWatch } = client(
			[
				{ Id: "restarts", Timestamps: [minute(-1), minute(0)], Values: [2, 2] },
				{ Id: "trades", Timestamps: [minute(-1), minute(0), minute(1)], Values: [500, 10, 20] },
				{ Id: "behind", Timestamps: [minute(1), minute(2)], Values: [90_000, 40_000] },
			],
			[
				{ Id: "restarts", Timestamps: [minute(1)], Values: [5] },
				{ Id: "size", Timestamps: [minute(3)], Values: [7] },
				{ Id: "age", Timestamps: [minute(3)], Values: [1] },
			],
		);
		expect(await readMetrics(cloudWatch, measured, since, until)).toEqual({
			restarts: 3,
			failedCheckpoints: null,
			lastCheckpointMs: null,
			lastCheckpointBytes: 7,
			behindMs: 40_000,
			tradesIn: 30,
			barsOut: null,
		});
		expect(asked[1]?.NextToken).toBe("page-1");
		// A counter's value before the time is needed to know by how much it grew.
		expect(asked[0]?.StartTime).toEqual(new Date("2026-11-26T12:55:00Z"));
		const { Expression } = asked[0]?.MetricDataQueries?.find(({ Id }) => Id === "behind") ?? {};
		expect(Expression).toBe(
			`SELECT MAX(millisBehindLatest) FROM "AWS/KinesisAnalytics" WHERE Application = 'tidemark'`,
		);
	});

	test("of the age of records stand in where there is none of the shards", async () => {
		const { client: cloudWatch } = client([{ Id: "age", Timestamps: [minute(1)], Values: [1234] }]);
		expect((await readMetrics(cloudWatch, measured, since, until)).behindMs).toBe(1234);
	});
});

describe("a line of the log", () => {
	const at = new Date("2026-11-26T13:00:00.123Z");

	test("is read from Managed Flink's JSON; its causes are kept", () => {
		const line = lineOf(
			at,
			JSON.stringify({
				messageType: "ERROR",
				logger: "org.apache.flink.runtime.taskmanager.Task",
				message: "Sink: bars (1/2) switched from RUNNING to FAILED",
				throwableInformation: ["java.io.IOException: no", "\tat a.B.c(B.java:1)", "Caused by: x.AccessDenied: bars"],
			}),
		);
		expect(sayLine(line, false)).toBe(
			"2026-11-26T13:00:00.123Z ERROR Task: Sink: bars (1/2) switched from RUNNING to FAILED\n    java.io.IOException: no\n    Caused by: x.AccessDenied: bars",
		);
		expect(sayLine(line, true)).toContain("B.java:1");
	});

	test.each(["no JSON at all\n", '"a text"', '{"other":1}'])("that is another is given as it is: %j", (text) => {
		expect(sayLine(lineOf(at, text), false)).toBe(`2026-11-26T13:00:00.123Z INFO  ${text.trimEnd()}`);
	});
});

test.each([
	[1, 1, 2],
	[4, 1, 5],
	[5, 2, 4],
	[8, 8, 2],
])("%i subtasks, %i to a KPU, are %i KPUs with the one for orchestration", (Parallelism, ParallelismPerKPU, kpus) => {
	const ParallelismConfigurationDescription = { Parallelism, ParallelismPerKPU };
	const FlinkApplicationConfigurationDescription = { ParallelismConfigurationDescription };
	expect(kpusOf({ ApplicationConfigurationDescription: { FlinkApplicationConfigurationDescription } } as never)).toBe(
		kpus,
	);
});

test("a release's id has time and revision, and sorts by time", () => {
	const revision = { commit: "9eaa352c0ffee", branch: "main", edited: true };
	const id = newReleaseId(new Date("2026-11-26T13:00:00.007Z"), revision);
	expect(id).toBe("20261126T130000007Z-9eaa352-edited");
	expect(newReleaseId(new Date("2026-11-26T13:00:00.008Z"), null) > id).toBe(true);
	expect(sayRevision(revision)).toBe("9eaa352 on main, with edits");
	expect(sayRevision(null)).toBe("in no git repository");
});

test.each([
	["eu-central-1", "aws"],
	["cn-north-1", "aws-cn"],
	["us-gov-west-1", "aws-us-gov"],
])("ARNs of %s are of the partition %s", (region, partition) => {
	expect(partitionOf(region)).toBe(partition);
});
