import { type CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";

/** What CloudWatch knows of a job over a time; null where it has no figure. */
export interface JobMetrics {
	/** Restarts of the whole job. */
	restarts: number | null;
	failedCheckpoints: number | null;
	/** Milliseconds and bytes of the newest checkpoint. */
	lastCheckpointMs: number | null;
	lastCheckpointBytes: number | null;
	/** Milliseconds that the newest record read is behind the stream's end, the highest of all shards. */
	behindMs: number | null;
	/** Records that came into the stream of trades, and that went into the stream of bars. */
	tradesIn: number | null;
	barsOut: number | null;
}

/** What the metrics are of. */
export interface Measured {
	application: string;
	streams: { trades: string; bars: string };
}

const MINUTE = 60_000;
/** A counter's value before the time in question is found this far back. */
const BEFORE_MS = 5 * MINUTE;

/**
 * The metrics of a job from `since` to `until`, in steps of a minute.
 * Sources: AWS, "Metrics and dimensions in Managed Service for Apache Flink"; "Monitoring Kinesis Data Streams with CloudWatch".
 */
export async function readMetrics(
	client: CloudWatchClient,
	{ application, streams }: Measured,
	since: Date,
	until: Date,
): Promise<JobMetrics> {
	const ofJob = (Id: string, MetricName: string, Stat = "Maximum") =>
		query(
			Id,
			{ Namespace: "AWS/KinesisAnalytics", MetricName, Dimensions: [dimension("Application", application)] },
			Stat,
		);
	const ofStream = (Id: string, MetricName: string, stream: string, Stat: string) =>
		query(Id, { Namespace: "AWS/Kinesis", MetricName, Dimensions: [dimension("StreamName", stream)] }, Stat);
	const queries: MetricDataQuery[] = [
		ofJob("restarts", "fullRestarts"),
		ofJob("failed", "numberOfFailedCheckpoints"),
		ofJob("duration", "lastCheckpointDuration"),
		ofJob("size", "lastCheckpointSize"),
		// Its dimensions name shards, which nobody knows before.
		{
			Id: "behind",
			Expression: `SELECT MAX(millisBehindLatest) FROM "AWS/KinesisAnalytics" WHERE Application = '${application}'`,
			Period: 60,
		},
		ofStream("age", "GetRecords.IteratorAgeMilliseconds", streams.trades, "Maximum"),
		ofStream("trades", "IncomingRecords", streams.trades, "Sum"),
		ofStream("bars", "IncomingRecords", streams.bars, "Sum"),
	];
	const points = new Map<string, Point[]>();
	let NextToken: string | undefined;
	do {
		const answer = await client.send(
			new GetMetricDataCommand({
				MetricDataQueries: queries,
				StartTime: new Date(since.getTime() - BEFORE_MS),
				EndTime: until,
				ScanBy: "TimestampAscending",
				...(NextToken === undefined ? {} : { NextToken }),
			}),
		);
		for (const { Id = "", Timestamps = [], Values = [] } of answer.MetricDataResults ?? []) {
			const found = Timestamps.map((at, index): Point => ({ at: at.getTime(), value: Values[index] ?? 0 }));
			points.set(Id, [...(points.get(Id) ?? []), ...found]);
		}
		NextToken = answer.NextToken;
	} while (NextToken !== undefined);
	const of = (id: string) => (points.get(id) ?? []).sort((a, b) => a.at - b.at);
	// A minute belongs to the time if it begins in it.
	const from = since.getTime();
	return {
		restarts: added(of("restarts"), from),
		failedCheckpoints: added(of("failed"), from),
		lastCheckpointMs: newest(of("duration"), from),
		lastCheckpointBytes: newest(of("size"), from),
		behindMs: newest(of("behind"), from) ?? newest(of("age"), from),
		tradesIn: sum(of("trades"), from),
		barsOut: sum(of("bars"), from),
	};
}

interface Point {
	at: number;
	value: number;
}

/** By how much a counter grew from `from` on. A fall is a new start of the job, whose count begins at 0. */
export function added(points: readonly Point[], from: number): number | null {
	if (!points.some(({ at }) => at >= from)) return null;
	let grown = 0;
	for (const [index, { at, value }] of points.entries()) {
		const before = points[index - 1]?.value;
		if (at < from || before === undefined) continue;
		grown += value >= before ? value - before : value;
	}
	return grown;
}

function newest(points: readonly Point[], from: number): number | null {
	return points.findLast(({ at }) => at >= from)?.value ?? null;
}

function sum(points: readonly Point[], from: number): number | null {
	const within = points.filter(({ at }) => at >= from);
	return within.length === 0 ? null : within.reduce((total, { value }) => total + value, 0);
}

function query(
	Id: string,
	Metric: NonNullable<MetricDataQuery["MetricStat"]>["Metric"],
	Stat: string,
): MetricDataQuery {
	return { Id, MetricStat: { Metric, Period: 60, Stat } };
}

function dimension(Name: string, Value: string) {
	return { Name, Value };
}
