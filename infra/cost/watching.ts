import type { Calls } from "./functions.ts";
import { type Line, line } from "./line.ts";
import type { Load } from "./load.ts";
import type { Prices } from "./prices.ts";
import { FLINK_LOG_GB, GIB, LOG_BYTES_A_CALL, METRICS_A_FUNCTION, MILLION, MONTH_HOURS } from "./sizes.ts";

/** A group's end is sent, received and deleted; five pollers of Lambda ask the queue every 20 s. */
const REQUESTS_A_GROUP = 3;
const POLLS_AN_HOUR = 5 * 3 * 60;

/** Notifications, with one subscriber by e-mail, and the queue of the groups that they come in. */
export function notificationLines({ alerts }: Load, prices: Prices): Line[] {
	const requests = MONTH_HOURS * POLLS_AN_HOUR + alerts * REQUESTS_A_GROUP;
	return [
		line(prices, "snsPublishes", "notifications", alerts / MILLION),
		line(prices, "snsEmails", "to one address", alerts / MILLION),
		line(prices, "sqsRequests", "polls, and ends of groups", requests / MILLION),
	];
}

/** Logs of the functions and of Flink, kept for a month, and the functions' own metrics. */
export function watchingLines(functions: readonly Calls[], prices: Prices): Line[] {
	const gb = (functions.reduce((sum, { calls }) => sum + calls, 0) * LOG_BYTES_A_CALL) / GIB + FLINK_LOG_GB;
	return [
		line(prices, "logsIn", "logs", gb),
		line(prices, "logsKept", "kept for a month", gb),
		line(prices, "metrics", "metrics of functions", functions.length * METRICS_A_FUNCTION),
	];
}

/**
 * Metrics that the alarms of infra/watches.ts look at: eight of the job, two of silence, one of each stream and of each
 * queue of dead letters, and of a function its errors, its throttles and how far it is behind, which the clock's is not.
 * An alarm that asks for the highest of many counts as one here, and AWS bills each that it looks at.
 */
export function alarmMetricsOf(functions: readonly unknown[]): number {
	const [job, silence, streams, queues] = [8, 2, 4, 2];
	return job + silence + streams + queues + 3 * functions.length - 1;
}

/** The alarms and the dashboard of the stack of operations. Source: https://aws.amazon.com/cloudwatch/pricing/ */
export function alarmLines(functions: readonly Calls[], prices: Prices): Line[] {
	return [
		line(prices, "alarmMetrics", "alarms", alarmMetricsOf(functions)),
		line(prices, "dashboards", "the dashboard of operations", 1),
	];
}
