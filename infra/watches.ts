import { Duration } from "aws-cdk-lib";
import { ComparisonOperator, type IMetric, MathExpression, Metric, TreatMissingData } from "aws-cdk-lib/aws-cloudwatch";
import type { Stream } from "aws-cdk-lib/aws-kinesis";
import type { Queue } from "aws-cdk-lib/aws-sqs";
import type { Config } from "./config.ts";

/** What an alarm looks at, and when it speaks. */
export interface Watch {
	/** The alarm's name below the prefix. */
	name: string;
	/** In which paragraph of docs/operating.md it says what to do. */
	runbook: string;
	/** What it means when it speaks. */
	says: string;
	metric: IMetric;
	/** It speaks where the metric is above this, or with `below` where it is less. */
	threshold: number;
	below?: boolean;
	/** In so many of the last so many of the metric's periods. */
	of: readonly [number, number];
	/** What no data means: that all is well, or that it is not. */
	missing: "well" | "breaching";
}

const MINUTE = Duration.minutes(1);

/** The Managed Flink application. Its metrics: "Metrics and dimensions in Managed Service for Apache Flink" of AWS. */
export function watchApplication({ prefix, checkpointMs }: Config): Watch[] {
	const metric = (metricName: string, statistic: "Maximum" | "Average" = "Maximum") =>
		new Metric({
			namespace: "AWS/KinesisAnalytics",
			metricName,
			dimensionsMap: { Application: prefix },
			statistic,
			period: MINUTE,
		});
	// Both count since the application was started; what is added in a minute counts, and a new start is no fewer.
	const added = (id: string, metricName: string) =>
		new MathExpression({
			expression: `IF(DIFF(${id}) > 0, DIFF(${id}), 0)`,
			usingMetrics: { [id]: metric(metricName) },
			period: MINUTE,
			label: `${metricName}, added`,
		});
	// They come with dimensions of operators and shards that nobody knows before: CloudWatch takes the highest.
	const highest = (metricName: string) =>
		new MathExpression({
			expression: `SELECT MAX(${metricName}) FROM "AWS/KinesisAnalytics" WHERE Application = '${prefix}'`,
			usingMetrics: {},
			period: MINUTE,
			label: metricName,
		});
	return [
		{
			name: "job-down",
			runbook: "the-job-is-down",
			says: "The job does not run, or the application is stopped: no bars, no alerts.",
			metric: metric("downtime", "Average"),
			threshold: 0,
			of: [5, 5],
			missing: "breaching",
		},
		{
			name: "job-restarts",
			runbook: "the-job-restarts-again-and-again",
			says: "The job has restarted in three of fifteen minutes.",
			metric: added("restarts", "fullRestarts"),
			threshold: 0,
			of: [3, 15],
			missing: "well",
		},
		{
			name: "checkpoints-fail",
			runbook: "checkpoints-fail-or-are-slow",
			says: "Checkpoints fail: rows of the lake come late, and a restart reads all since the last good one again.",
			metric: added("failed", "numberOfFailedCheckpoints"),
			threshold: 0,
			of: [2, 15],
			missing: "well",
		},
		{
			name: "checkpoints-slow",
			runbook: "checkpoints-fail-or-are-slow",
			says: `A checkpoint takes more than half of the ${checkpointMs / 1000} s between two.`,
			metric: metric("lastCheckpointDuration"),
			threshold: checkpointMs / 2,
			of: [5, 5],
			missing: "well",
		},
		{
			name: "job-cpu",
			runbook: "the-job-is-too-small",
			says: "The job's CPU has been above 80 % for a quarter of an hour.",
			metric: metric("cpuUtilization"),
			threshold: 80,
			of: [15, 15],
			missing: "well",
		},
		{
			name: "job-heap",
			runbook: "the-job-is-too-small",
			says: "The job's heap has been above 90 % for a quarter of an hour.",
			metric: metric("heapMemoryUtilization"),
			threshold: 90,
			of: [15, 15],
			missing: "well",
		},
		{
			name: "job-back-pressure",
			runbook: "the-job-is-too-small",
			says: "A part of the job waits for the next one half of its time.",
			metric: highest("backPressuredTimeMsPerSecond"),
			threshold: 500,
			of: [10, 15],
			missing: "well",
		},
		{
			name: "job-behind",
			runbook: "the-job-is-behind-the-stream",
			says: "The job is more than a minute behind the stream of trades.",
			metric: highest("millisBehindLatest"),
			threshold: 60_000,
			of: [5, 5],
			missing: "well",
		},
	];
}

/** The streams: whether they take what is sent, and whether bars come out while trades go in. */
export function watchStreams({ prefix, silenceMinimum }: Config, streams: Record<string, Stream>): Watch[] {
	const five = Duration.minutes(5);
	const records = (name: string) =>
		new Metric({
			namespace: "AWS/Kinesis",
			metricName: "IncomingRecords",
			dimensionsMap: { StreamName: `${prefix}-${name}` },
			statistic: "Sum",
			period: five,
		});
	const refused = Object.keys(streams).map(
		(name): Watch => ({
			name: `${name}-throttled`,
			runbook: "a-stream-refuses-records",
			says: `The stream ${prefix}-${name} refuses records: it has too few shards, or grows too slowly.`,
			metric: new Metric({
				namespace: "AWS/Kinesis",
				metricName: "WriteProvisionedThroughputExceeded",
				dimensionsMap: { StreamName: `${prefix}-${name}` },
				statistic: "Sum",
				period: MINUTE,
			}),
			threshold: 0,
			of: [3, 5],
			missing: "well",
		}),
	);
	return [
		{
			name: "bars-silent",
			runbook: "trades-come-in-and-no-bars-go-out",
			says: "Trades have come in for a quarter of an hour, and no bar went out.",
			metric: new MathExpression({
				expression: `IF(FILL(trades, 0) > ${silenceMinimum}, FILL(bars, 0), 1)`,
				usingMetrics: { trades: records("trades"), bars: records("bars") },
				period: five,
				label: "bars while trades come in",
			}),
			threshold: 1,
			below: true,
			of: [3, 3],
			missing: "well",
		},
		...refused,
	];
}

/** A function: its errors, whether it may run, and with `stream` how far it is behind. */
export function watchFunction({ name, stream }: { name: string; stream: boolean }): Watch[] {
	const metric = (metricName: string, statistic: "Sum" | "Maximum") =>
		new Metric({
			namespace: "AWS/Lambda",
			metricName,
			dimensionsMap: { FunctionName: name },
			statistic,
			period: MINUTE,
		});
	const about = { runbook: "a-function-fails", missing: "well" } as const;
	const watches: Watch[] = [
		{
			...about,
			name: `${name}-errors`,
			says: `The function ${name} fails; its records are tried again.`,
			metric: metric("Errors", "Sum"),
			threshold: 0,
			of: [3, 5],
		},
		{
			...about,
			name: `${name}-throttles`,
			says: `The function ${name} may not run as often as it has to.`,
			metric: metric("Throttles", "Sum"),
			threshold: 0,
			of: [3, 5],
		},
	];
	if (stream) {
		watches.push({
			...about,
			name: `${name}-behind`,
			says: `The function ${name} is more than a minute behind its stream.`,
			metric: metric("IteratorAge", "Maximum"),
			threshold: 60_000,
			of: [5, 5],
		});
	}
	return watches;
}

/** The queue of dead letters of `owner`: whether there is anything in it. */
export function watchDeadLetters(queue: Queue, owner: string): Watch {
	return {
		name: `${owner}-dead-letters`,
		runbook: "there-are-dead-letters",
		says: `What a function of ${owner} could not use is in its queue of dead letters.`,
		metric: queue.metricApproximateNumberOfMessagesVisible({ statistic: "Maximum", period: MINUTE }),
		threshold: 0,
		of: [1, 1],
		missing: "well",
	};
}

/** How CloudWatch is told of a watch's threshold and of its missing data. */
export function comparisonOf({ below = false, missing }: Watch) {
	return {
		comparisonOperator: below ? ComparisonOperator.LESS_THAN_THRESHOLD : ComparisonOperator.GREATER_THAN_THRESHOLD,
		treatMissingData: missing === "well" ? TreatMissingData.NOT_BREACHING : TreatMissingData.BREACHING,
	};
}
