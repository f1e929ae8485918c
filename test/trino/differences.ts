/** What docs/athena.md says of the two engines: one column, one row each, as text. */
interface Difference {
	what: string;
	sql: string;
	/** What both answer, DuckDB with local/athena/session.ts. */
	answer: string;
}

/** What the session makes DuckDB understand as Trino does. */
export const differences: Difference[] = [
	{ what: "whole numbers divide to whole numbers", sql: "SELECT 5 / 2", answer: "2" },
	{ what: "negative ones towards 0", sql: "SELECT -5 / 2", answer: "-2" },
	{ what: "numbers with an exponent are DOUBLE", sql: "SELECT 5 / 2E0", answer: "2.5" },
	{
		what: "date_diff counts units that have passed",
		sql: "SELECT DATE_DIFF('hour', TIMESTAMP '2020-01-01 00:59:00', TIMESTAMP '2020-01-01 01:01:00')",
		answer: "0",
	},
	{
		what: "date_diff backwards is negative",
		sql: "SELECT DATE_DIFF('minute', TIMESTAMP '2020-01-01 01:01:30', TIMESTAMP '2020-01-01 01:00:00')",
		answer: "-1",
	},
	{
		what: "at_timezone gives a zone's clocks",
		sql: "SELECT SUBSTR(CAST(CAST(AT_TIMEZONE(FROM_ISO8601_TIMESTAMP('2020-05-14T13:39:00Z'), 'America/New_York') AS TIMESTAMP(6)) AS VARCHAR), 1, 19)",
		answer: "2020-05-14 09:39:00",
	},
	{
		what: "hours begin at a zone's full hours",
		sql: "SELECT SUBSTR(CAST(DATE_TRUNC('hour', CAST(AT_TIMEZONE(FROM_ISO8601_TIMESTAMP('2020-05-14T13:39:00Z'), 'Asia/Kolkata') AS TIMESTAMP(6))) AS VARCHAR), 1, 16)",
		answer: "2020-05-14 19:00",
	},
	{ what: "regexp_like finds a part", sql: "SELECT REGEXP_LIKE('SPY', 'P')", answer: "true" },
	{ what: "json_extract_scalar gives text", sql: `SELECT JSON_EXTRACT_SCALAR('{"a":1}', '$.a')`, answer: "1" },
	{
		what: "to_unixtime gives seconds",
		sql: "SELECT CAST(TO_UNIXTIME(FROM_ISO8601_TIMESTAMP('1970-01-02T00:00:00Z')) AS BIGINT)",
		answer: "86400",
	},
	{
		what: "NULL is last, up and down",
		sql: "SELECT MAX(CASE WHEN n IS NULL THEN place END) FROM (SELECT n, ROW_NUMBER() OVER (ORDER BY n DESC) AS place FROM (VALUES (1), (NULL), (2)) AS t (n)) AS u",
		answer: "3",
	},
	{ what: "round is half away from 0", sql: "SELECT ROUND(-2.5E0)", answer: "-3" },
	{
		what: "|| of a NULL is NULL",
		sql: "SELECT CASE WHEN 'a' || NULL IS NULL THEN 'null' ELSE 'text' END",
		answer: "null",
	},
	{
		what: "sums of decimals are exact",
		sql: "SELECT CAST(CAST(SUM(CAST(p AS DECIMAL(18, 6)) * s) AS DECIMAL(18, 2)) AS VARCHAR) FROM (VALUES (0.1E0, 3), (0.2E0, 1)) AS t (p, s)",
		answer: "0.50",
	},
];

/** What stays different: the linter refuses it, or docs/athena.md warns of it. */
export const remaining: (Omit<Difference, "answer"> & { duckdb: string; trino: string; refused: boolean })[] = [
	{
		what: "concat",
		sql: "SELECT COALESCE(CONCAT('a', CAST(NULL AS VARCHAR)), 'null')",
		duckdb: "a",
		trino: "null",
		refused: true,
	},
	{ what: "greatest", sql: "SELECT COALESCE(GREATEST(1, NULL), 0)", duckdb: "1", trino: "0", refused: true },
	{ what: "least", sql: "SELECT COALESCE(LEAST(1, NULL), 0)", duckdb: "1", trino: "0", refused: true },
	{
		what: "regexp_extract",
		sql: "SELECT COALESCE(REGEXP_EXTRACT('a', 'b'), 'null')",
		duckdb: "",
		trino: "null",
		refused: true,
	},
	{ what: "regexp_replace", sql: "SELECT REGEXP_REPLACE('aa', 'a', 'b')", duckdb: "ba", trino: "bb", refused: true },
	{
		what: "split_part past the end",
		sql: "SELECT COALESCE(SPLIT_PART('a', ',', 2), 'null')",
		duckdb: "",
		trino: "null",
		refused: true,
	},
	{ what: "a DOUBLE to a whole number", sql: "SELECT CAST(2.5E0 AS BIGINT)", duckdb: "2", trino: "3", refused: false },
	{ what: "a DOUBLE as text", sql: "SELECT CAST(10E0 AS VARCHAR)", duckdb: "10.0", trino: "1.0E1", refused: false },
	{
		what: "decimals divide",
		sql: "SELECT CAST(CAST(1 AS DECIMAL(10, 2)) / CAST(3 AS DECIMAL(10, 2)) AS DECIMAL(10, 4))",
		duckdb: "0.3333",
		trino: "0.3300",
		refused: false,
	},
];
