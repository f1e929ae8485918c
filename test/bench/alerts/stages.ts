/** The moments of each alert on its way, as times from one to the next. Pure. */

import { table } from "./table.ts";

/** When what happened to one alert, epoch ms. */
export interface Moments {
	/** PutRecords of its trade was called. */
	readonly put: number;
	/** The trade was in the stream of trades. */
	readonly arrived: number;
	/** Flink gave out the hit. */
	readonly emitted: number;
	/** The hit was in the stream of hits. */
	readonly hit: number;
	/** The Lambda was called. */
	readonly called: number;
	/** The Lambda's Publish came to SNS. */
	readonly published: number;
	/** The message was in the queue. */
	readonly queued: number;
	/** A consumer of the queue, which waits for messages all the time, had it. */
	readonly received: number;
}

export interface Stage {
	readonly name: string;
	readonly of: (moments: Moments, latenessMs: number) => number;
}

/** What comes between a trade's PutRecords and the message in the queue, in its order. */
export const STAGES: readonly Stage[] = [
	{ name: "stream: PutRecords to the stream of trades", of: ({ put, arrived }) => arrived - put },
	{
		name: "Flink: to the hit, beyond the lateness",
		of: ({ arrived, emitted }, latenessMs) => emitted - arrived - latenessMs,
	},
	{ name: "stream: sink to the stream of hits", of: ({ emitted, hit }) => hit - emitted },
	{ name: "Lambda: until it is called", of: ({ hit, called }) => called - hit },
	{ name: "Lambda: to its Publish", of: ({ called, published }) => published - called },
	{ name: "SNS: to the queue", of: ({ published, queued }) => queued - published },
];

/** All of them, and what the target is about. */
export const TOTALS: readonly Stage[] = [
	{ name: "PutRecords to the queue", of: ({ put, queued }) => queued - put },
	{
		name: "PutRecords to the queue, beyond the lateness",
		of: ({ put, queued }, latenessMs) => queued - put - latenessMs,
	},
	{
		name: "(to a consumer of the queue, beyond the lateness)",
		of: ({ put, received }, latenessMs) => received - put - latenessMs,
	},
];

/** Milliseconds within which the half, 95 % and 99 % of the values are. */
export interface Spread {
	readonly name: string;
	readonly p50: number;
	readonly p95: number;
	readonly p99: number;
}

/** What a run came to, stage by stage. */
export function spreads(stages: readonly Stage[], moments: readonly Moments[], latenessMs: number): Spread[] {
	return stages.map(({ name, of }) => {
		const values = moments.map((each) => of(each, latenessMs));
		return { name, p50: quantile(values, 0.5), p95: quantile(values, 0.95), p99: quantile(values, 0.99) };
	});
}

/** The smallest value that so large a share of all is not above. @throws without values */
export function quantile(values: readonly number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
	if (value === undefined) throw new Error("There is no quantile of nothing.");
	return value;
}

/** The targets for the message in the queue, beyond the lateness, ms. */
export const TARGETS = { p50: 800, p99: 1_500 } as const;

/** One line for each target. */
export function verdicts({ p50, p99 }: Spread): string[] {
	return Object.entries({ p50, p99 }).map(([name, measured]) => {
		const target = TARGETS[name as keyof typeof TARGETS];
		return `${measured < target ? "met   " : "MISSED"} ${name} beyond the lateness: ${Math.round(measured)} ms, of less than ${target}`;
	});
}

/** The rows as a Markdown table, in milliseconds. */
export function tableOf(rows: readonly Spread[]): string {
	const cells = rows.map(({ name, p50, p95, p99 }) => [name, ...[p50, p95, p99].map((ms) => String(Math.round(ms)))]);
	return table(["", "p50 ms", "p95 ms", "p99 ms"], cells);
}
