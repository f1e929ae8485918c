import {
	CloudWatchMetricsQueryBuilder,
	CloudWatchQueryMode,
	MetricEditorMode,
	MetricQueryType,
} from "@grafana/grafana-foundation-sdk/cloudwatch";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { use } from "../interpolation.ts";
import { dataSources } from "../stores.ts";

/** A metric of CloudWatch as a panel shows it. */
export interface Metric {
	namespace: string;
	metricName: string;
	/** Values may hold variables of the dashboard. */
	dimensions: Record<string, string>;
	statistic: "Sum" | "Maximum";
	/** The series' name; CloudWatch puts the dimension's value in. */
	label: string;
	/** Seconds; left out, it is as fine as the time range allows. */
	period?: number;
	/** Left out, it is the data source's. */
	region?: string;
}

/** What of the pipeline CloudWatch knows. */
export type MetricQuery =
	| "trades_in"
	| "bars_out"
	| "lag"
	| "checkpoint_duration"
	| "checkpoint_size"
	| "job_health"
	| "lambda_errors"
	| "lambda_age"
	| "lambda_records"
	| "dead_letters"
	| "cost";

const stream = (name: string, metricName: string, statistic: Metric["statistic"], label = name): Metric => ({
	namespace: "AWS/Kinesis",
	metricName,
	dimensions: { StreamName: `${use("prefix")}-${name}` },
	statistic,
	label,
});
const job = (metricName: string, label: string): Metric => ({
	namespace: "AWS/KinesisAnalytics",
	metricName,
	dimensions: { Application: use("prefix") },
	statistic: "Maximum",
	label,
});
const lambda = (metricName: string, statistic: Metric["statistic"], label: string): Metric => ({
	namespace: "AWS/Lambda",
	metricName,
	dimensions: { FunctionName: "$function" },
	statistic,
	label,
});
/** What Tidemark's functions count themselves, below the prefix of the stacks. */
const own = (metricName: string, statistic: Metric["statistic"], label: string, service = "$function"): Metric => ({
	namespace: use("prefix"),
	metricName,
	dimensions: { service },
	statistic,
	label,
});
const dimension = (name: string, what: string) => `${use(`PROP('Dim.${name}')`)} ${what}`;

export const metrics: Record<MetricQuery, readonly Metric[]> = {
	trades_in: [stream("trades", "IncomingRecords", "Sum")],
	bars_out: ["bars", "ticks", "hits"].map((name) => stream(name, "IncomingRecords", "Sum")),
	lag: [
		stream("trades", "GetRecords.IteratorAgeMilliseconds", "Maximum", "Flink behind the stream of trades"),
		own("newest_record_age", "Maximum", "age of the newest bar at its alert", `${use("prefix")}-alerting-bars`),
	],
	checkpoint_duration: [job("lastCheckpointDuration", "last checkpoint")],
	checkpoint_size: [job("lastCheckpointSize", "last checkpoint")],
	job_health: [job("numberOfFailedCheckpoints", "failed checkpoints"), job("fullRestarts", "restarts")],
	lambda_errors: [
		lambda("Errors", "Sum", dimension("FunctionName", "errors")),
		lambda("Throttles", "Sum", dimension("FunctionName", "throttles")),
	],
	lambda_age: [lambda("IteratorAge", "Maximum", dimension("FunctionName", "behind"))],
	lambda_records: ["malformed", "rejected", "failed"].map((name) => own(name, "Sum", dimension("service", name))),
	dead_letters: [
		{
			namespace: "AWS/SQS",
			metricName: "ApproximateNumberOfMessagesVisible",
			dimensions: { QueueName: "$queue" },
			statistic: "Maximum",
			label: use("PROP('Dim.QueueName')"),
		},
	],
	cost: [
		{
			namespace: "AWS/Billing",
			metricName: "EstimatedCharges",
			dimensions: { Currency: "USD" },
			statistic: "Maximum",
			label: "month so far",
			period: 86_400,
			// The only region that has it.
			region: "us-east-1",
		},
	],
};

/** The charges are those of the month so far: a day's are what was added, and on the first of a month all of it. */
const costOfTheDay = "IF(DIFF(cost1) < 0, cost1, DIFF(cost1))";

/** The queries of a panel or an alert rule. */
export function metricTargets(name: MetricQuery): Dataquery[] {
	const found = metrics[name].map((metric, index) => metricTarget(metric, index, `${name}${index + 1}`));
	if (name !== "cost") return found;
	const [charges] = metrics.cost;
	return [
		...metrics.cost.map((metric, index) => metricTarget(metric, index, `cost${index + 1}`, true)),
		builder("B", "day", "us-east-1")
			.metricEditorMode(MetricEditorMode.Code)
			.namespace(charges?.namespace ?? "")
			.expression(costOfTheDay)
			.label("day")
			.period("86400")
			.statistic("Maximum")
			.build(),
	];
}

function metricTarget(metric: Metric, index: number, id: string, hide = false): Dataquery {
	return builder(String.fromCharCode(65 + index), id, metric.region ?? "default")
		.metricEditorMode(MetricEditorMode.Builder)
		.namespace(metric.namespace)
		.metricName(metric.metricName)
		.dimensions(metric.dimensions)
		.matchExact(true)
		.statistic(metric.statistic)
		.period(metric.period === undefined ? "" : String(metric.period))
		.label(metric.label)
		.hide(hide)
		.build();
}

function builder(refId: string, id: string, region: string): CloudWatchMetricsQueryBuilder {
	return new CloudWatchMetricsQueryBuilder()
		.queryMode(CloudWatchQueryMode.Metrics)
		.metricQueryType(MetricQueryType.Search)
		.datasource(dataSources.cloudwatch)
		.refId(refId)
		.id(id)
		.region(region);
}
