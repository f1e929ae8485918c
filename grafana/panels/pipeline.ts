import * as drawings from "../drawings.ts";
import type { PanelSpec } from "../panel.ts";
import type { MetricQuery } from "../queries/cloudwatch.ts";
import type { LakeQuery } from "../queries/lake.ts";
import type { LocalQuery } from "../queries/local.ts";

export type PipelineQuery = MetricQuery | LakeQuery | LocalQuery;

const half = { width: 12, height: 8 };
const none = "Nothing in this time";
/** CloudWatch's series have names of their own; what a store answers is named here. */
const series = (text: readonly string[], ...numbers: string[]) => ({ time: true, text, numbers });

/**
 * The dashboard *Pipeline*, from the stream of trades to what it costs. On AWS a panel asks CloudWatch, or Athena where the
 * lake alone knows; on this machine QuestDB, which has the lake's counts too, and what only AWS has is left out.
 */
export const pipeline: readonly PanelSpec<PipelineQuery>[] = [
	{
		...half,
		id: 1,
		title: "Trades in",
		description: "On AWS the records that came into the stream of trades; here the trades in 1-minute bars.",
		unit: "short",
		noValue: none,
		query: "trades_in",
		format: "table",
		needs: series([], "trades"),
		draw: () => drawings.stacked(),
	},
	{
		...half,
		id: 2,
		title: "Bars out",
		description: "On AWS the records in the streams of bars, ticks and hits; here the bars by their interval.",
		unit: "short",
		noValue: none,
		query: "bars_out",
		format: "series",
		needs: series(["interval"], "bars"),
		draw: () =>
			drawings.stacked().overrideByName("bars", [{ id: "displayName", value: drawings.labelled("interval") }]),
	},
	{
		...half,
		id: 3,
		title: "Lag",
		description:
			"On AWS how far Flink is behind the stream of trades, and how old a bar is when alerting reads it; here how long after its end a 1-minute bar came. The lateness, 2 s, is in it.",
		unit: "ms",
		noValue: none,
		query: "lag",
		format: "table",
		needs: series([], "lag"),
		draw: () => drawings.lines(),
	},
	{
		...half,
		id: 4,
		title: "Lateness",
		description:
			"Trades that came behind the watermark and still got into their bar, and those that came when it had closed (rejected as late).",
		unit: "short",
		noValue: "No late or out-of-order trades in this time",
		query: "lateness",
		format: "table",
		needs: series([], "out_of_order", "late"),
		draw: () => drawings.stacked(),
	},
	{
		...half,
		id: 5,
		title: "Rejects by reason",
		description: "Records that count in no bar: late, invalid, malformed. By the minute in which they came.",
		unit: "short",
		noValue: "No rejects in this time",
		query: "rejects",
		format: "series",
		needs: series(["reason"], "records"),
		draw: () => drawings.stacked("reason"),
	},
	{
		...half,
		id: 6,
		title: "Duplicates",
		description: "Copies of trades, which count once. By the minute of the trade.",
		unit: "short",
		noValue: "No duplicates in this time",
		query: "duplicates",
		format: "table",
		needs: series([], "duplicates"),
		draw: () => drawings.stacked(),
	},
	...metricPanels(),
];

function metricPanels(): PanelSpec<MetricQuery>[] {
	const panel = (
		id: number,
		query: MetricQuery,
		title: string,
		unit: string,
		description: string,
		noValue = none,
	): PanelSpec<MetricQuery> => ({
		...half,
		id,
		title,
		description,
		unit,
		noValue,
		query,
		format: "series",
		needs: { time: true, text: [], numbers: [] },
		draw: () => (unit === "short" ? drawings.stacked() : drawings.lines()),
	});
	return [
		panel(7, "checkpoint_duration", "Checkpoint duration", "ms", "How long the job's last checkpoint took."),
		panel(8, "checkpoint_size", "Checkpoint size", "bytes", "The state in the job's last checkpoint."),
		panel(
			9,
			"job_health",
			"Failed checkpoints and restarts",
			"short",
			"Of the job since its start: each is to stay as it is.",
		),
		panel(10, "lambda_errors", "Lambda errors", "short", "Calls that failed, or that Lambda put off.", "No errors"),
		panel(11, "lambda_age", "Lambda age", "ms", "How old the last record of a batch was when its function got it."),
		panel(
			12,
			"lambda_records",
			"Records that functions did not use",
			"short",
			"Malformed and rejected ones are dead letters; failed ones come again.",
			"None",
		),
		panel(13, "dead_letters", "Dead letters", "short", "Messages in the queues of dead letters.", "No dead letters"),
		{
			...panel(
				14,
				"cost",
				"Cost of the day",
				"currencyUSD",
				"What the account's estimated charges grew by, day by day. It is all of the account, some hours late, and there once billing alerts are switched on.",
				"No charges: are billing alerts switched on?",
			),
			timeFrom: "14d",
			draw: () => drawings.stacked(),
		},
	];
}
