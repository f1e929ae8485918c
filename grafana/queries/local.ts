/** What of the pipeline the bars in QuestDB say, for a stack on this machine, which has no CloudWatch. Times are UTC. */
import type { Texts } from "./names.ts";

export type LocalQuery = "trades_in" | "bars_out" | "lag";

const minutes = `FROM bars WHERE "interval" = '1m' AND $__timeFilter(timestamp)`;

export const local: Record<LocalQuery, Texts> = {
	trades_in: [`SELECT timestamp AS time, SUM(trade_count) AS trades ${minutes} ORDER BY time`],
	bars_out: [
		`SELECT timestamp AS time, "interval", COUNT(*) AS bars FROM bars WHERE $__timeFilter(timestamp) ORDER BY time, "interval"`,
	],
	lag: [`SELECT timestamp AS time, MAX(emitted_at_ms - window_end_ms) AS lag ${minutes} ORDER BY time`],
};
