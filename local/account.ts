import type { JobNumbers } from "./flink-rest.ts";
import type { Notifications } from "./notifications.ts";
import { compareBars, type LakeTally, type PerInterval, type Rejects } from "./tally.ts";

/** Everything that was counted at the end of a run, each number where it happens. */
export interface Counts {
	job: JobNumbers;
	lake: LakeTally;
	store: Map<string, LakeTally["barRows"] extends Map<string, infer Row> ? Row : never>;
	alerts: Notifications;
	/** Messages in the dead-letter queues, by queue. */
	deadLetters: Record<string, number>;
}

/** The last line of a run that ends. */
export interface Result {
	trades: number;
	duplicates: number;
	rejects: Rejects;
	bars: PerInterval;
	hits: number;
	alerts: number;
	seconds: number;
}

/** What a run came to. */
export function resultOf({ lake, alerts }: Counts, seconds: number): Result {
	const { trades, duplicates, rejects, bars, hits } = lake;
	return { trades, duplicates, rejects, bars, hits, alerts: alerts.hits.size, seconds: Math.round(seconds * 10) / 10 };
}

/** Where the numbers do not add up or the stores disagree, in words; empty when all is well. */
export function problemsOf({ job, lake, store, alerts, deadLetters }: Counts): string[] {
	const problems: string[] = [];
	const { malformed, invalid, late } = lake.rejects;
	const sum = malformed + invalid + late + lake.duplicates + lake.trades;
	if (sum !== job.recordsRead) {
		problems.push(
			`the source read ${job.recordsRead} records, but ${sum} are accounted for: malformed ${malformed}, invalid ${invalid}, late ${late}, duplicates ${lake.duplicates}, in 1-minute bars ${lake.trades}`,
		);
	}
	if (lake.counted !== lake.trades) {
		problems.push(`the lake's table counts has ${lake.counted} trades, its 1-minute bars have ${lake.trades}`);
	}
	for (const [table, rows] of Object.entries(lake.doubled)) {
		if (rows > 0) problems.push(`the lake's table ${table} has ${rows} rows whose key is there already`);
	}
	for (const [vertex, rows] of Object.entries(job.lateDropped)) {
		problems.push(`Flink dropped ${rows} rows as late without a trace, in ${vertex}`);
	}
	problems.push(...compareBars(lake.barRows, store));
	const missing = [...lake.crossed].filter((id) => !alerts.hits.has(id));
	const unknown = [...alerts.hits].filter((id) => !lake.crossed.has(id));
	if (missing.length > 0) problems.push(`${missing.length} hits that crossed were not notified, such as ${missing[0]}`);
	if (unknown.length > 0)
		problems.push(`${unknown.length} notifications are about no hit of the lake, such as ${unknown[0]}`);
	const twice = alerts.messages.size - alerts.unreadable - alerts.hits.size;
	if (twice > 0) problems.push(`${twice} notifications came twice`);
	if (alerts.unreadable > 0) problems.push(`${alerts.unreadable} notifications have no hit_id`);
	for (const [queue, messages] of Object.entries(deadLetters)) {
		if (messages > 0) problems.push(`${messages} messages are in the dead-letter queue ${queue}`);
	}
	return problems;
}
