import type { JobNumbers } from "./flink-rest.ts";
import type { Notifications } from "./notifications.ts";
import { compareBars, type LakeTally, type PerInterval, type Rejects } from "./tally.ts";

/** Everything that was counted at the end of a run, each number where it happens. */
export interface Counts {
	job: JobNumbers;
	lake: LakeTally;
	store: Map<string, LakeTally["barRows"] extends Map<string, infer Row> ? Row : never>;
	/** What came of the topic of alerts. */
	alerts: Notifications;
	/** The notifications that the rules make of the lake's bars and hits. */
	expected: Set<string>;
	/** Those that a storm held back. */
	held: Set<string>;
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
	/** Alerts of which it was told that they fire. */
	alerts: number;
	seconds: number;
}

/** What a run came to. */
export function resultOf({ lake, alerts }: Counts, seconds: number): Result {
	const { trades, duplicates, rejects, bars, hits } = lake;
	const fired = [...alerts.told.keys()].filter((key) => key.endsWith(" firing")).length;
	return { trades, duplicates, rejects, bars, hits, alerts: fired, seconds: Math.round(seconds * 10) / 10 };
}

/** Where the numbers do not add up or the stores disagree, in words; empty when all is well. */
export function problemsOf({ job, lake, store, deadLetters, ...alerting }: Counts): string[] {
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
	problems.push(...compareAlerts(alerting));
	for (const [queue, messages] of Object.entries(deadLetters)) {
		if (messages > 0) problems.push(`${messages} messages are in the dead-letter queue ${queue}`);
	}
	return problems;
}

/** Where the notifications are not exactly those that are to be expected, each once, in words. */
function compareAlerts({ alerts, expected, held }: Pick<Counts, "alerts" | "expected" | "held">): string[] {
	const found = [...new Set([...alerts.told.keys(), ...held])];
	const wrong: [string, string[]][] = [
		["due by the rules and the lake's bars and hits did not come", [...expected].filter((key) => !found.includes(key))],
		["came that the rules do not make of the lake's bars and hits", found.filter((key) => !expected.has(key))],
		["came more than once", [...alerts.told].flatMap(([key, times]) => (times > 1 ? [key] : []))],
		["came though a storm held them back", [...held].filter((key) => alerts.told.has(key))],
	];
	const problems = wrong
		.filter(([, keys]) => keys.length > 0)
		.map(([what, keys]) => `${keys.length} notifications ${what}, such as ${keys[0]}`);
	if (alerts.unreadable > 0) problems.push(`${alerts.unreadable} messages about alerts cannot be read`);
	return problems;
}
