import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A SQL directory as its files: path and text. */
export type Sql = Record<string, string>;

/** A reading of a sensor: the time on 2024-01-02, the sensor, the degrees, the weight; the id is made of them. */
export type Reading = [time: string, sensor: string, degrees: number, weight: number];

/** What is read before the savepoint: the minute 9:31 is open then, and so are all larger windows. */
export const BEFORE: Reading[] = [
	["09:30:05", "a", 10, 1],
	["09:30:10", "b", 20, 1],
	["09:30:20", "a", 12, 2],
	["09:30:20", "a", 12, 2],
	["09:31:10", "a", 11, 1],
	["09:31:12", "b", 18, 1],
	["09:31:15", "b", 21, 1],
];

/** What is read after it: copies of rows from before, rows of the open minute, and rows that close everything else. */
export const AFTER: Reading[] = [
	["09:31:15", "b", 21, 1],
	["09:31:40", "a", 15, 3],
	["09:31:50", "b", 19, 1],
	["09:32:30", "a", 14, 1],
	["09:32:40", "b", 22, 5],
	["11:00:00", "end", 1, 1],
	["13:00:00", "closing", 1, 1],
];

/** The readings as the source's files have them. */
export function lines(readings: Reading[]): string {
	return readings
		.map(([time, sensor, degrees, weight]) => {
			const id = `${sensor}-${time}-${degrees}`;
			return `${JSON.stringify({ id, sensor, site: `${sensor}-site`, read_at: `2024-01-02T${time}Z`, degrees, weight })}\n`;
		})
		.join("");
}

const sink = (name: string, columns: string) =>
	`CREATE TABLE printed.${name} (${columns}) WITH ('connector' = 'print', 'print-identifier' = '${name}');`;

/**
 * A job with one of each kind of state that the repository's own has: a source's position, ids that were seen, windows over
 * windows, values over windows by event time, a look-back, a day's values, and a lake table.
 */
export function readingsSql(): Sql {
	return {
		"1_sources/levels.sql": `CREATE TABLE levels (sensor STRING, high DOUBLE, PRIMARY KEY (sensor) NOT ENFORCED) WITH (
  'connector' = 'inline', 'rows' = '[["a", 12], ["b", 20], ["end", 0]]'
);`,
		"1_sources/readings.sql": `CREATE TABLE readings (
  id STRING, sensor STRING, site STRING, read_at TIMESTAMP_LTZ(3), degrees DOUBLE, weight BIGINT,
  proc_time AS PROCTIME(),
  WATERMARK FOR read_at AS read_at - INTERVAL '\${LATENESS_SECONDS}' SECOND(3, 3)
) WITH (
  'connector' = 'filesystem', 'path' = '\${PATH}', 'source.monitor-interval' = '50 ms',
  'format' = 'json', 'json.timestamp-format.standard' = 'ISO-8601'
);`,
		"2_views/once.sql": `CREATE VIEW once AS
SELECT * FROM (
  SELECT *,
    IS_COPY(id, read_at, read_at + INTERVAL '1' HOUR, CURRENT_WATERMARK(read_at))
      OVER (PARTITION BY sensor ORDER BY proc_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS is_copy
  FROM readings
) WHERE NOT is_copy;`,
		"2_views/minutes.sql": `CREATE VIEW minutes AS
SELECT sensor, window_start AS minute_start, window_end AS minute_end, window_time AS minute_time,
  EARLIEST(degrees, read_at) AS first_degrees, MAX(degrees) AS high, MIN(degrees) AS low,
  LATEST(degrees, read_at) AS last_degrees, SUM(weight) AS weight, COUNT(*) AS readings
FROM TABLE(TUMBLE(TABLE once, DESCRIPTOR(read_at), INTERVAL '1' MINUTE))
GROUP BY sensor, window_start, window_end, window_time;`,
		"2_views/hours.sql": `CREATE VIEW hours AS
SELECT sensor, MAX(high) AS high, SUM(weight) AS weight
FROM TABLE(TUMBLE(TABLE minutes, DESCRIPTOR(minute_time), INTERVAL '1' HOUR))
GROUP BY sensor, window_start, window_end, window_time;`,
		"2_views/steps.sql": `CREATE VIEW steps AS
SELECT sensor, last_degrees, last_degrees - LAG(last_degrees) OVER (PARTITION BY sensor ORDER BY minute_time) AS step
FROM minutes;`,
		"2_views/rises.sql": `CREATE VIEW rises AS
SELECT m.sensor, m.degrees, m.before_that, l.high
FROM (
  SELECT sensor, degrees, PROCTIME() AS proc_time,
    LOOKBACK_BASE(degrees, read_at, INTERVAL '1' MINUTE)
      OVER (PARTITION BY sensor ORDER BY read_at ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS before_that
  FROM once
) AS m
LEFT JOIN levels FOR SYSTEM_TIME AS OF m.proc_time AS l ON l.sensor = m.sensor
WHERE m.degrees > l.high;`,
		"2_views/days.sql": `CREATE VIEW days AS
SELECT sensor, day_so_far.high AS day_high, day_so_far.volume AS day_weight
FROM (
  SELECT sensor,
    DAY_SO_FAR(CAST(minute_start AS DATE), first_degrees, high, low, weight)
      OVER (PARTITION BY sensor ORDER BY minute_time ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS day_so_far
  FROM minutes
);`,
		"2_views/lately.sql": `CREATE VIEW lately AS
SELECT sensor, site,
  SUM(weight) OVER (PARTITION BY sensor ORDER BY read_at ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS weight
FROM once;`,
		"3_sinks/printed/readings.sql": sink("readings", "sensor STRING, degrees DOUBLE"),
		"3_sinks/printed/minutes.sql": sink(
			"minutes",
			"sensor STRING, first_degrees DOUBLE, high DOUBLE, low DOUBLE, last_degrees DOUBLE, weight BIGINT, readings BIGINT",
		),
		"3_sinks/printed/hours.sql": sink("hours", "sensor STRING, high DOUBLE, weight BIGINT"),
		"3_sinks/printed/steps.sql": sink("steps", "sensor STRING, last_degrees DOUBLE, step DOUBLE"),
		"3_sinks/printed/rises.sql": sink("rises", "sensor STRING, degrees DOUBLE, before_that DOUBLE, high DOUBLE"),
		"3_sinks/printed/days.sql": sink("days", "sensor STRING, day_high DOUBLE, day_weight BIGINT"),
		"3_sinks/printed/lately.sql": sink("lately", "sensor STRING, site STRING, weight BIGINT"),
		"3_sinks/lake/minutes.sql": `CREATE TABLE lake.minutes (sensor STRING, weight BIGINT, readings BIGINT, window_end TIMESTAMP_LTZ(6)) WITH (
  'connector' = 'tidemark-lake', 'catalog-name' = 'lake', 'catalog-impl' = 'org.apache.iceberg.hadoop.HadoopCatalog', 'warehouse' = '\${WAREHOUSE}',
  'catalog-database' = 'lake', 'catalog-table' = 'minutes', 'format-version' = '2',
  'tidemark.layer' = 'gold', 'tidemark.key' = 'sensor, window_end', 'tidemark.read-again-by' = 'window_end'
);`,
		"4_job.sql": `EXECUTE STATEMENT SET BEGIN
INSERT INTO printed.readings SELECT sensor, degrees FROM once;
INSERT INTO printed.minutes SELECT sensor, first_degrees, high, low, last_degrees, weight, readings FROM minutes;
INSERT INTO printed.hours SELECT * FROM hours;
INSERT INTO printed.steps SELECT * FROM steps;
INSERT INTO printed.rises SELECT * FROM rises;
INSERT INTO printed.days SELECT * FROM days;
INSERT INTO printed.lately SELECT * FROM lately;
INSERT INTO lake.minutes SELECT sensor, weight, readings, CAST(minute_end AS TIMESTAMP_LTZ(6)) FROM minutes;
END;`,
	};
}

/** Another one: every file's text with `from` in it replaced. Throws where the file does not hold it, so that no edit is void. */
export function edited(sql: Sql, changes: Record<string, [from: string, to: string][]>): Sql {
	const result = { ...sql };
	for (const [file, pairs] of Object.entries(changes)) {
		for (const [from, to] of pairs) {
			const text = result[file];
			if (!text?.includes(from)) throw new Error(`${file} does not hold ${from}`);
			result[file] = text.replaceAll(from, to);
		}
	}
	return result;
}

/** Another one with files that were not there. */
export function withFiles(sql: Sql, files: Sql): Sql {
	return { ...sql, ...files };
}

/** Another one with an INSERT into a new table that prints, put first. */
export function withInsertFirst(sql: Sql, name: string, columns: string, query: string): Sql {
	const job = `INSERT INTO printed.${name} ${query};\nINSERT INTO printed.readings`;
	return {
		...edited(sql, { "4_job.sql": [["INSERT INTO printed.readings", job]] }),
		[`3_sinks/printed/${name}.sql`]: sink(name, columns),
	};
}

/** Writes a SQL directory. */
export function writeSql(dir: string, sql: Sql): void {
	for (const [file, text] of Object.entries(sql)) {
		mkdirSync(dirname(join(dir, file)), { recursive: true });
		writeFileSync(join(dir, file), `${text}\n`);
	}
}
