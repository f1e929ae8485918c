import type { Verdict } from "../../../../sql/workbench/plan/verdict.ts";
import { edited, readingsSql, type Sql, withFiles, withInsertFirst } from "./readings.ts";

/** An edit of the job over readings, what is said of it, and what its tables print after the savepoint. */
export interface Edit {
	name: string;
	sql: Sql;
	properties?: Record<string, string>;
	verdict: Verdict;
	/** The operators that cannot go on, by their reasons; all others must. */
	reasons: string[];
	/** What new operators there are. */
	added?: string[];
	/** Rows of the tables that print something else than the old job would have printed from there on. */
	instead?: Record<string, string[]>;
}

const base = readingsSql();
const JOB = "4_job.sql";
const MINUTES = "2_views/minutes.sql";

/** What minutes print after the savepoint where their window has lost its state. */
const EMPTY_MINUTES = [
	"[a, 14.0, 14.0, 14.0, 14.0, 1, 1]",
	"[a, 15.0, 15.0, 15.0, 15.0, 3, 1]",
	"[b, 19.0, 19.0, 19.0, 19.0, 1, 1]",
	"[b, 22.0, 22.0, 22.0, 22.0, 5, 1]",
	"[end, 1.0, 1.0, 1.0, 1.0, 1, 1]",
];

/** The same of lately. */
const EMPTY_LATELY = ["[a, a-site, 3]", "[a, a-site, 4]", "[b, b-site, 1]", "[b, b-site, 6]", "[end, end-site, 1]"];

/** The same of steps, where minutes start empty too. */
const EMPTY_STEPS = ["[a, 14.0, -1.0]", "[a, 15.0, null]", "[b, 19.0, null]", "[b, 22.0, 3.0]", "[end, 1.0, null]"];

export const EDITS: Edit[] = [
	{
		name: "a new INSERT put first",
		sql: withInsertFirst(
			base,
			"heavy",
			"sensor STRING, weight BIGINT",
			"SELECT sensor, weight FROM once WHERE weight > 2",
		),
		verdict: "compatible",
		reasons: [],
		instead: { heavy: ["[a, 3]", "[b, 5]"] },
	},
	{
		name: "an INSERT removed",
		sql: edited(base, { [JOB]: [["INSERT INTO printed.days SELECT * FROM days;\n", ""]] }),
		verdict: "partly compatible",
		reasons: [
			"the 1-minute window (for printed.days) is gone, and with it open 1-minute windows by sensor (EARLIEST, MAX, MIN and SUM)",
			"the OVER by sensor (for printed.days) is gone, and with it values so far by sensor (DAY_SO_FAR)",
		],
		instead: { days: [] },
	},
	{
		name: "a filter before a window",
		sql: withFiles(edited(base, { [MINUTES]: [["TABLE once", "TABLE mild"]] }), {
			"2_views/mild.sql": "CREATE VIEW mild AS SELECT * FROM once WHERE degrees < 15;",
		}),
		verdict: "compatible",
		reasons: [],
		// The readings of the open minute from before the edit stay, whatever their degrees.
		instead: {
			minutes: [
				"[a, 11.0, 11.0, 11.0, 11.0, 1, 1]",
				"[a, 14.0, 14.0, 14.0, 14.0, 1, 1]",
				"[b, 18.0, 21.0, 18.0, 21.0, 2, 2]",
				"[end, 1.0, 1.0, 1.0, 1.0, 1, 1]",
			],
			hours: ["[a, 14.0, 5]", "[b, 21.0, 3]", "[end, 1.0, 1]"],
			steps: ["[a, 11.0, -1.0]", "[a, 14.0, 3.0]", "[b, 21.0, 1.0]", "[end, 1.0, null]"],
			days: ["[a, 12.0, 4]", "[a, 14.0, 5]", "[b, 21.0, 3]", "[end, 1.0, 1]"],
		},
	},
	{
		name: "a new aggregate in a window",
		sql: edited(base, {
			[MINUTES]: [["COUNT(*) AS readings", "COUNT(*) AS readings, MIN(weight) AS lightest"]],
			"3_sinks/printed/minutes.sql": [["readings BIGINT", "readings BIGINT, lightest BIGINT"]],
			[JOB]: [["last_degrees, weight, readings FROM", "last_degrees, weight, readings, lightest FROM"]],
		}),
		verdict: "partly compatible",
		reasons: [
			"the aggregates (new: MIN) of the 1-minute window (for printed.minutes and printed.steps) changed: its open windows start empty",
			// The values of steps are over the same rows, which have one column more.
			"the columns of its rows (new: lightest BIGINT) of the OVER by sensor (for printed.steps) changed: its values start empty",
		],
		instead: {
			minutes: [
				"[a, 14.0, 14.0, 14.0, 14.0, 1, 1, 1]",
				"[a, 15.0, 15.0, 15.0, 15.0, 3, 1, 3]",
				"[b, 19.0, 19.0, 19.0, 19.0, 1, 1, 1]",
				"[b, 22.0, 22.0, 22.0, 22.0, 5, 1, 5]",
				"[end, 1.0, 1.0, 1.0, 1.0, 1, 1, 1]",
			],
			steps: EMPTY_STEPS,
		},
	},
	{
		name: "another window size",
		sql: edited(base, { "2_views/hours.sql": [["INTERVAL '1' HOUR", "INTERVAL '2' HOUR"]] }),
		verdict: "partly compatible",
		reasons: [
			"the span (was 1-hour, is 2-hour) of the 1-hour window (for printed.hours) changed: its open windows start empty",
		],
		instead: { hours: ["[a, 15.0, 5]", "[b, 22.0, 8]", "[end, 1.0, 1]"] },
	},
	{
		name: "a renamed view",
		sql: Object.fromEntries(
			Object.entries(base).map(([file, text]) => [
				file.replace(MINUTES, "2_views/per_minute.sql"),
				text.replaceAll(/(VIEW|TABLE|FROM) minutes\b/g, "$1 per_minute"),
			]),
		),
		verdict: "compatible",
		reasons: [],
	},
	{
		name: "another key",
		sql: edited(base, { "2_views/lately.sql": [["PARTITION BY sensor", "PARTITION BY site"]] }),
		verdict: "partly compatible",
		reasons: [
			"the key (was sensor, is site) of the OVER by sensor (for printed.lately) changed: its values start empty",
		],
		instead: { lately: EMPTY_LATELY },
	},
	{
		name: "a larger lateness",
		sql: base,
		properties: { LATENESS_SECONDS: "20" },
		verdict: "compatible",
		reasons: [],
	},
	{
		name: "reordered statements",
		sql: {
			...base,
			[JOB]: (base[JOB] as string).replace(
				/BEGIN\n([\s\S]*)END;/,
				(_, inserts: string) => `BEGIN\n${inserts.trim().split("\n").reverse().join("\n")}\nEND;`,
			),
		},
		verdict: "compatible",
		reasons: [],
	},
	{
		name: "a new view with a window, and its INSERT",
		sql: withFiles(withInsertFirst(base, "quarters", "sensor STRING, weight BIGINT", "SELECT * FROM quarters"), {
			"2_views/quarters.sql": `CREATE VIEW quarters AS SELECT sensor, SUM(weight) AS weight
FROM TABLE(TUMBLE(TABLE once, DESCRIPTOR(read_at), INTERVAL '15' MINUTE)) GROUP BY sensor, window_start, window_end;`,
		}),
		verdict: "compatible",
		reasons: [],
		added: ["the 15-minute window (for printed.quarters) is new: its open windows start empty"],
		instead: { quarters: ["[a, 4]", "[b, 6]", "[end, 1]"] },
	},
	{
		name: "a new column passed through to a sink",
		sql: edited(base, {
			"3_sinks/printed/readings.sql": [["degrees DOUBLE", "degrees DOUBLE, site STRING"]],
			[JOB]: [["SELECT sensor, degrees FROM once", "SELECT sensor, degrees, site FROM once"]],
		}),
		verdict: "compatible",
		reasons: [],
		instead: {
			readings: [
				"[a, 14.0, a-site]",
				"[a, 15.0, a-site]",
				"[b, 19.0, b-site]",
				"[b, 22.0, b-site]",
				"[closing, 1.0, closing-site]",
				"[end, 1.0, end-site]",
			],
		},
	},
	{
		name: "a new column passed through an OVER that keeps rows",
		sql: edited(base, {
			"2_views/lately.sql": [["SELECT sensor,", "SELECT sensor, degrees,"]],
			"3_sinks/printed/lately.sql": [["sensor STRING", "sensor STRING, degrees DOUBLE"]],
		}),
		verdict: "partly compatible",
		reasons: [
			"the columns of its rows (new: degrees DOUBLE) of the OVER by sensor (for printed.lately) changed: its values start empty",
		],
		instead: {
			lately: [
				"[a, 14.0, a-site, 4]",
				"[a, 15.0, a-site, 3]",
				"[b, 19.0, b-site, 1]",
				"[b, 22.0, b-site, 6]",
				"[end, 1.0, end-site, 1]",
			],
		},
	},
	{
		name: "other arithmetic after a window",
		sql: edited(base, {
			[JOB]: [["last_degrees, weight, readings FROM", "last_degrees, weight * 100, readings FROM"]],
		}),
		verdict: "compatible",
		reasons: [],
		instead: {
			minutes: [
				"[a, 11.0, 15.0, 11.0, 15.0, 400, 2]",
				"[a, 14.0, 14.0, 14.0, 14.0, 100, 1]",
				"[b, 18.0, 21.0, 18.0, 19.0, 300, 3]",
				"[b, 22.0, 22.0, 22.0, 22.0, 500, 1]",
				"[end, 1.0, 1.0, 1.0, 1.0, 100, 1]",
			],
		},
	},
	{
		name: "other threshold rows",
		sql: edited(base, { "1_sources/levels.sql": [['["a", 12]', '["a", 14]']] }),
		verdict: "compatible",
		reasons: [],
		instead: {
			rises: ["[a, 15.0, 11.0, 14.0]", "[b, 21.0, 18.0, 20.0]", "[b, 22.0, 19.0, 20.0]", "[end, 1.0, null, 0.0]"],
		},
	},
	{
		name: "another argument of a user-defined aggregate",
		sql: edited(base, { [MINUTES]: [["LATEST(degrees, read_at)", "LATEST(CAST(weight AS DOUBLE), read_at)"]] }),
		verdict: "partly compatible",
		reasons: [
			"what LATEST takes of the 1-minute window (for printed.minutes and printed.steps) changed: its open windows start empty",
			"what LAG takes of the OVER by sensor (for printed.steps) changed: its values start empty",
		],
		instead: {
			minutes: [
				"[a, 14.0, 14.0, 14.0, 1.0, 1, 1]",
				"[a, 15.0, 15.0, 15.0, 3.0, 3, 1]",
				"[b, 19.0, 19.0, 19.0, 1.0, 1, 1]",
				"[b, 22.0, 22.0, 22.0, 5.0, 5, 1]",
				"[end, 1.0, 1.0, 1.0, 1.0, 1, 1]",
			],
			steps: ["[a, 1.0, -2.0]", "[a, 3.0, null]", "[b, 1.0, null]", "[b, 5.0, 4.0]", "[end, 1.0, null]"],
		},
	},
	{
		name: "another constant of a user-defined aggregate",
		sql: edited(base, { "2_views/rises.sql": [["INTERVAL '1' MINUTE", "INTERVAL '2' MINUTE"]] }),
		verdict: "partly compatible",
		reasons: ["what LOOKBACK_BASE takes of the OVER by sensor (for printed.rises) changed: its values start empty"],
		instead: {
			rises: ["[a, 14.0, 15.0, 12.0]", "[a, 15.0, null, 12.0]", "[b, 22.0, 19.0, 20.0]", "[end, 1.0, null, 0.0]"],
		},
	},
	{
		name: "a second reader of a view",
		sql: withInsertFirst(base, "jumps", "sensor STRING, step DOUBLE", "SELECT sensor, step FROM steps WHERE step > 2"),
		verdict: "compatible",
		reasons: [],
		// It reads what is there: no state of its own, so it knows the values from before the edit.
		instead: { jumps: ["[a, 3.0]", "[b, 3.0]"] },
	},
	{
		name: "another frame",
		sql: edited(base, { "2_views/lately.sql": [["ROWS BETWEEN 1 PRECEDING", "ROWS BETWEEN 2 PRECEDING"]] }),
		verdict: "partly compatible",
		reasons: [
			"the frame (was ROWS BETWEEN 1 PRECEDING AND CURRENT ROW by read_at, is ROWS BETWEEN 2 PRECEDING AND CURRENT ROW by read_at) of the OVER by sensor (for printed.lately) changed: its values start empty",
		],
		instead: { lately: EMPTY_LATELY },
	},
	{
		name: "two aggregates of the same type in another order",
		sql: edited(base, {
			[MINUTES]: [["MAX(degrees) AS high, MIN(degrees) AS low", "MIN(degrees) AS low, MAX(degrees) AS high"]],
		}),
		verdict: "partly compatible",
		reasons: [
			"the aggregates (in another order) of the 1-minute window (for printed.minutes and printed.steps) changed: its open windows start empty",
			"the columns of its rows (in another order) of the OVER by sensor (for printed.steps) changed: its values start empty",
			"the aggregates (in another order) of the 1-minute window (for printed.days) changed: its open windows start empty",
			"the columns of its rows (in another order) of the OVER by sensor (for printed.days) changed: its values start empty",
		],
		instead: {
			minutes: EMPTY_MINUTES,
			steps: EMPTY_STEPS,
			days: ["[a, 15.0, 3]", "[a, 15.0, 4]", "[b, 19.0, 1]", "[b, 22.0, 6]", "[end, 1.0, 1]"],
		},
	},
];
