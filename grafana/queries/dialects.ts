import { sqlQueries } from "./sql.ts";

const byTime = (time: string) => (column: string) => `MAX_BY(${column}, ${time})`;

/** QuestDB, with the macros of its own plugin. Its table is in the order of time. */
export const questdb = sqlQueries({
	bars: "bars",
	time: "timestamp",
	inRange: "$__timeFilter(timestamp)",
	newest: (column) => `last(${column})`,
});

/** Timestream for LiveAnalytics; its plugin puts the data source's database and table in. */
export const liveAnalytics = sqlQueries({
	bars: '"$__database"."$__table"',
	time: "time",
	inRange: "$__timeFilter",
	newest: byTime("time"),
});

/** Athena over the lake. The days are the partitions, so that no more is scanned than is shown. */
export const athena = sqlQueries({
	bars: "bars",
	time: "window_start",
	inRange: "$__timeFilter(window_start) AND $__dateFilter(day)",
	newest: byTime("window_start"),
});
