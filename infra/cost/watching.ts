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
