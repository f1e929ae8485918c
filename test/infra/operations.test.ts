import { App } from "aws-cdk-lib";
import { Match, Template } from "aws-cdk-lib/assertions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Overrides, readConfig } from "../../infra/config.ts";
import { alarmMetricsOf } from "../../infra/cost/watching.ts";
import { IngestStack } from "../../infra/ingest.ts";
import { OperationsStack } from "../../infra/operations.ts";
import { tempDir } from "../local/support.ts";
import { synthesis } from "./synthesis.ts";

const { begin, end, synthesize } = synthesis();
beforeAll(begin);
afterAll(end);

interface AlarmProperties {
	AlarmName: string;
	AlarmDescription: string;
	ComparisonOperator: string;
	Threshold: number;
	DatapointsToAlarm: number;
	EvaluationPeriods: number;
	TreatMissingData: string;
	Namespace?: string;
	MetricName?: string;
	Statistic?: string;
	Period?: number;
	Dimensions?: { Name: string; Value: unknown }[];
	Metrics?: { Expression?: string; MetricStat?: { Metric: { MetricName: string }; Stat: string } }[];
	AlarmActions: unknown[];
	OKActions: unknown[];
}

const everything: Overrides = {
	stores: ["influxdb", "dynamodb", "live-analytics"],
	endpoints: { store: "https://store.example" },
};

/** With all stacks. */
function whole(): Template {
	const { operations } = synthesize(everything);
	if (!operations) throw new Error("There is no stack of operations");
	return operations;
}

/** With nothing else but the streams, which is quick. */
function operations(overrides: Overrides = {}): Template {
	const app = new App({ outdir: tempDir() });
	const config = readConfig(overrides);
	const { streams } = new IngestStack(app, "Ingest", { config });
	return Template.fromStack(new OperationsStack(app, "Operations", { config, streams, stacks: {} }));
}

function alarms(overrides?: Overrides): Map<string, AlarmProperties> {
	const template = overrides ? operations(overrides) : whole();
	const found = template.findResources("AWS::CloudWatch::Alarm");
	return new Map(Object.values(found).map(({ Properties }) => [Properties.AlarmName, Properties]));
}

function alarm(name: string, overrides?: Overrides): AlarmProperties {
	const found = alarms(overrides).get(name);
	if (!found) throw new Error(`There is no alarm ${name}: ${[...alarms(overrides).keys()].join(", ")}`);
	return found;
}

/** When it speaks, in a line. */
const when = ({
	ComparisonOperator,
	Threshold,
	DatapointsToAlarm,
	EvaluationPeriods,
	TreatMissingData,
}: AlarmProperties) =>
	`${ComparisonOperator === "LessThanThreshold" ? "<" : ">"} ${Threshold} in ${DatapointsToAlarm} of ${EvaluationPeriods}, missing ${TreatMissingData}`;

describe("alarms", () => {
	test("are there for the job, each stream, each function and each queue of dead letters", () => {
		const functions = ["landing-bars", "landing-history-bars", "landing-live-analytics", "landing-ticks"];
		const consumers = [...functions, "alerting-hits", "alerting-bars"];
		expect([...alarms().keys()].sort()).toEqual(
			[
				"tidemark-job-down",
				"tidemark-job-restarts",
				"tidemark-checkpoints-fail",
				"tidemark-checkpoints-slow",
				"tidemark-job-cpu",
				"tidemark-job-heap",
				"tidemark-job-back-pressure",
				"tidemark-job-behind",
				"tidemark-bars-silent",
				...["trades", "bars", "ticks", "hits"].map((stream) => `tidemark-${stream}-throttled`),
				...consumers.flatMap((each) => ["errors", "throttles", "behind"].map((what) => `tidemark-${each}-${what}`)),
				// The clock calls it, and a queue: it is behind no stream.
				"tidemark-alerting-watch-errors",
				"tidemark-alerting-watch-throttles",
				"tidemark-landing-dead-letters",
				"tidemark-alerting-dead-letters",
			].sort(),
		);
	});

	test("are as many as the bill counts", () => {
		const functions = ["bars", "history-bars", "live-analytics", "ticks", "hits", "alerting-bars", "watch"];
		const metrics = [...alarms().values()].flatMap(({ Metrics }) =>
			Metrics ? Metrics.filter(({ MetricStat, Expression }) => MetricStat || Expression?.startsWith("SELECT")) : [{}],
		);
		expect(metrics).toHaveLength(alarmMetricsOf(functions));
	});

	test("speak to the one topic when they begin and when they are over", () => {
		const topic = { Ref: expect.stringMatching(/^Operations/) };
		for (const { AlarmName, AlarmActions, OKActions } of alarms().values())
			expect({ AlarmName, AlarmActions, OKActions }).toEqual({ AlarmName, AlarmActions: [topic], OKActions: [topic] });
	});

	test("of a job that is stopped speak, though a job that is stopped says nothing", () => {
		const down = alarm("tidemark-job-down");
		expect(when(down)).toBe("> 0 in 5 of 5, missing breaching");
		expect(down).toMatchObject({
			Namespace: "AWS/KinesisAnalytics",
			MetricName: "downtime",
			Statistic: "Average",
			Dimensions: [{ Name: "Application", Value: "tidemark" }],
		});
		const silent = [...alarms().values()].filter(({ TreatMissingData }) => TreatMissingData === "breaching");
		expect(silent).toEqual([down]);
	});

	test.each([
		["tidemark-job-restarts", "restarts", "fullRestarts", "> 0 in 3 of 15, missing notBreaching"],
		["tidemark-checkpoints-fail", "failed", "numberOfFailedCheckpoints", "> 0 in 2 of 15, missing notBreaching"],
	])("%s goes by what is added, since the metric counts from the start on", (name, id, metric, expected) => {
		const { Metrics = [], ...rest } = alarm(name);
		expect(when(rest)).toBe(expected);
		expect(Metrics.map(({ Expression }) => Expression)).toContain(`IF(DIFF(${id}) > 0, DIFF(${id}), 0)`);
		expect(Metrics.map(({ MetricStat }) => MetricStat?.Metric.MetricName)).toContain(metric);
	});

	test.each([
		[60_000, 30_000],
		[10_000, 5_000],
	])("of slow checkpoints go by half the interval: of %i ms it is %i", (checkpointMs, half) => {
		const slow = alarm("tidemark-checkpoints-slow", { checkpointMs });
		expect(when(slow)).toBe(`> ${half} in 5 of 5, missing notBreaching`);
		expect(slow.MetricName).toBe("lastCheckpointDuration");
		expect(slow.AlarmDescription).toContain(`half of the ${checkpointMs / 1000} s`);
	});

	test("of a job that is too small go by its CPU, its heap and what waits in it", () => {
		expect(when(alarm("tidemark-job-cpu"))).toBe("> 80 in 15 of 15, missing notBreaching");
		expect(alarm("tidemark-job-cpu").MetricName).toBe("cpuUtilization");
		expect(when(alarm("tidemark-job-heap"))).toBe("> 90 in 15 of 15, missing notBreaching");
		expect(alarm("tidemark-job-heap").MetricName).toBe("heapMemoryUtilization");
		const pressure = alarm("tidemark-job-back-pressure");
		expect(when(pressure)).toBe("> 500 in 10 of 15, missing notBreaching");
		expect(pressure.Metrics?.map(({ Expression }) => Expression)).toEqual([
			`SELECT MAX(backPressuredTimeMsPerSecond) FROM "AWS/KinesisAnalytics" WHERE Application = 'tidemark'`,
		]);
	});

	test("of a job that is behind take whatever shard is furthest behind", () => {
		const behind = alarm("tidemark-job-behind");
		expect(when(behind)).toBe("> 60000 in 5 of 5, missing notBreaching");
		expect(behind.Metrics?.map(({ Expression }) => Expression)).toEqual([
			`SELECT MAX(millisBehindLatest) FROM "AWS/KinesisAnalytics" WHERE Application = 'tidemark'`,
		]);
	});

	test("of silence speak only while more than clocks comes in", () => {
		const silent = alarm("tidemark-bars-silent", { silenceMinimum: 700 });
		expect(when(silent)).toBe("< 1 in 3 of 3, missing notBreaching");
		expect(silent.Metrics?.map(({ Expression }) => Expression)).toContain(
			"IF(FILL(trades, 0) > 700, FILL(bars, 0), 1)",
		);
		const asked = silent.Metrics?.flatMap(({ MetricStat }) => (MetricStat ? [MetricStat] : []));
		expect(asked).toMatchObject([
			{ Metric: { MetricName: "IncomingRecords" }, Stat: "Sum" },
			{ Metric: { MetricName: "IncomingRecords" }, Stat: "Sum" },
		]);
	});

	test.each([
		["tidemark-hits-throttled", "AWS/Kinesis", "WriteProvisionedThroughputExceeded", "StreamName", "tidemark-hits"],
		["tidemark-landing-ticks-errors", "AWS/Lambda", "Errors", "FunctionName", "tidemark-landing-ticks"],
		["tidemark-alerting-bars-throttles", "AWS/Lambda", "Throttles", "FunctionName", "tidemark-alerting-bars"],
	])("%s: three minutes of five", (name, Namespace, MetricName, Name, Value) => {
		expect(when(alarm(name))).toBe("> 0 in 3 of 5, missing notBreaching");
		expect(alarm(name)).toMatchObject({
			Namespace,
			MetricName,
			Statistic: "Sum",
			Period: 60,
			Dimensions: [{ Name, Value }],
		});
	});

	test("of a function that is behind its stream go by the oldest record", () => {
		const behind = alarm("tidemark-alerting-hits-behind");
		expect(when(behind)).toBe("> 60000 in 5 of 5, missing notBreaching");
		expect(behind).toMatchObject({ MetricName: "IteratorAge", Statistic: "Maximum" });
	});

	test("of dead letters speak at the first", () => {
		for (const owner of ["landing", "alerting"]) {
			const letters = alarm(`tidemark-${owner}-dead-letters`);
			expect(when(letters)).toBe("> 0 in 1 of 1, missing notBreaching");
			expect(letters).toMatchObject({
				Namespace: "AWS/SQS",
				MetricName: "ApproximateNumberOfMessagesVisible",
				Dimensions: [
					{ Name: "QueueName", Value: { "Fn::ImportValue": expect.stringMatching(/DeadLetters.*QueueName/) } },
				],
			});
		}
	});

	test("have the names and the runbook of the configuration", () => {
		const named = alarms({ prefix: "second", runbook: "https://wiki.example/tidemark" });
		expect(named.size).toBe(alarms({}).size);
		for (const [name, { AlarmDescription }] of named) {
			expect(name).toMatch(/^second-[a-z-]+$/);
			expect(AlarmDescription).toMatch(/\. https:\/\/wiki\.example\/tidemark#[a-z-]+$/);
		}
	});
});

describe("the topic", () => {
	test("is encrypted with a key that CloudWatch may use, and takes TLS only", () => {
		const template = operations();
		template.resourceCountIs("AWS::SNS::Topic", 1);
		template.hasResourceProperties("AWS::SNS::Topic", {
			TopicName: "tidemark-operations",
			KmsMasterKeyId: { "Fn::GetAtt": [Match.stringLikeRegexp("^Key"), "Arn"] },
		});
		template.hasResourceProperties("AWS::KMS::Key", {
			EnableKeyRotation: true,
			KeyPolicy: {
				Statement: Match.arrayWith([
					Match.objectLike({
						Effect: "Allow",
						Principal: { Service: "cloudwatch.amazonaws.com" },
						Action: ["kms:Decrypt", "kms:GenerateDataKey*"],
					}),
				]),
			},
		});
		template.hasResourceProperties("AWS::SNS::TopicPolicy", {
			PolicyDocument: {
				Statement: Match.arrayWith([
					Match.objectLike({ Effect: "Deny", Condition: { Bool: { "aws:SecureTransport": "false" } } }),
				]),
			},
		});
	});

	test("mails those who are named, and nobody else", () => {
		operations().resourceCountIs("AWS::SNS::Subscription", 0);
		const template = operations({ operators: ["night@example.com", "day@example.com"] });
		template.resourceCountIs("AWS::SNS::Subscription", 2);
		template.hasResourceProperties("AWS::SNS::Subscription", { Protocol: "email", Endpoint: "night@example.com" });
		expect(() => operations({ operators: ["night"] })).toThrow("operators");
	});
});

test("the dashboard shows every alarm, and what each looks at", () => {
	const [dashboard] = Object.values(whole().findResources("AWS::CloudWatch::Dashboard"));
	const body = JSON.stringify(dashboard?.Properties.DashboardBody);
	const graphs = body.match(/\\"type\\":\\"metric\\"/g) ?? [];
	expect(graphs).toHaveLength(alarms().size);
	expect(body).toContain('\\"type\\":\\"alarm\\"');
	expect(dashboard?.Properties.DashboardName).toBe("tidemark-operations");
});

test("an emulator has none of it", () => {
	expect(Object.keys(synthesize({ endpoints: { aws: "http://127.0.0.1:4566" } }))).not.toContain("operations");
});
