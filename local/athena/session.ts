import type { DuckDBConnection } from "@duckdb/node-api";

/** What of Trino's SQL DuckDB would read otherwise: docs/athena.md has each with its reason, test/local/athena a test. */
const SESSION = [
	// 5 / 2 is 2 in Trino; DuckDB by itself says 2.5.
	"SET integer_division = true",
	// The wall clock of a zone. Trino gives an instant that knows its zone: cast to TIMESTAMP both are the same.
	"CREATE OR REPLACE MACRO at_timezone(instant, zone) AS timezone(zone, CAST(instant AS TIMESTAMPTZ))",
	// Trino counts whole units that have passed, as DuckDB's date_sub; DuckDB's date_diff counts boundaries crossed.
	"CREATE OR REPLACE MACRO date_diff(unit, earlier, later) AS date_sub(unit, earlier, later)",
	"CREATE OR REPLACE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern)",
	"CREATE OR REPLACE MACRO json_extract_scalar(json, path) AS json_extract_string(json, path)",
	"CREATE OR REPLACE MACRO to_unixtime(instant) AS epoch(instant)",
	"CREATE OR REPLACE MACRO from_iso8601_timestamp(text) AS CAST(text AS TIMESTAMPTZ)",
];

/** Makes a connection of DuckDB understand the SQL that the named queries have in common with Athena. */
export async function speakAthena(connection: Pick<DuckDBConnection, "run">): Promise<void> {
	for (const statement of SESSION) await connection.run(statement);
}
