/** What of the pipeline QuestDB says, for a stack on this machine, which has no CloudWatch and no Athena. Times are UTC. */
import type { LakeQuery } from "./lake.ts";
import type { Texts } from "./names.ts";

export type LocalQuery = "trades_in" | "bars_out" | "lag" | LakeQuery;

const minutes = `FROM bars WHERE "interval" = '1m' AND $__timeFilter(timestamp)`;

/** Of local/lake-counts.ts, which copies the lake's counts. */
const counted = (name: string) =>
	`SELECT timestamp AS time, records AS ${name} FROM lake_counts WHERE what = '${name}' AND $__timeFilter(timestamp) ORDER BY time`;

export const local: Record<LocalQuery, Texts> = {
	trades_in: [`SELECT timestamp AS time, SUM(trade_count) AS trades ${minutes} ORDER BY time`],
	bars_out: [
		`SELECT timestamp AS time, "interval", COUNT(*) AS bars FROM bars WHERE $__timeFilter(timestamp) ORDER BY time, "interval"`,
	],
	lag: [`SELECT timestamp AS time, MAX(emitted_at_ms - window_end_ms) AS lag ${minutes} ORDER BY time`],
	lateness: [counted("out_of_order"), counted("late")],
	rejects: [
		`SELECT timestamp AS time, what AS reason, records FROM lake_counts WHERE what IN ('late', 'invalid', 'malformed') AND $__timeFilter(timestamp) ORDER BY time, reason`,
	],
	duplicates: [counted("duplicates")],
};
