/** What of the pipeline the lake alone knows, in Athena's SQL. Times are UTC. */
import { use } from "../interpolation.ts";
import type { Texts } from "./names.ts";

export type LakeQuery = "rejects" | "lateness" | "duplicates";

const arrived = "$__timeFilter(arrived_at) AND $__dateFilter(day)";
const counted = "$__timeFilter(window_start) AND $__dateFilter(day)";
const minute = "DATE_TRUNC('minute', arrived_at)";

export const lake: Record<LakeQuery, Texts> = {
	rejects: [
		`SELECT ${minute} AS time, reason, COUNT(*) AS records FROM rejects WHERE ${arrived} GROUP BY ${minute}, reason ORDER BY time, reason`,
	],
	lateness: [
		`SELECT window_start AS time, CAST(SUM(out_of_order) AS BIGINT) AS out_of_order FROM counts WHERE ${counted} GROUP BY window_start ORDER BY window_start`,
		`SELECT ${minute} AS time, COUNT(*) AS late FROM rejects WHERE reason = 'late' AND ${arrived} GROUP BY ${minute} ORDER BY time`,
	],
	duplicates: [
		`SELECT window_start AS time, CAST(SUM(duplicates) AS BIGINT) AS duplicates FROM counts WHERE ${counted} GROUP BY window_start ORDER BY window_start`,
	],
};

/** The rolling moves of a symbol that crossed their threshold, and cleared it again: what alerts are about. */
export const crossings = `SELECT event_time AS time, state || ' ' || direction AS text, move_pct FROM hits WHERE symbol = ${use("symbol", "sqlstring")} AND $__timeFilter(event_time) AND $__dateFilter(day) ORDER BY event_time`;
