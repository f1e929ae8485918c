import { tokens } from "../../sql/workbench/tokens.ts";
import { identifier, quote } from "../duckdb.ts";
import { UserError } from "../errors.ts";
import type { Lake } from "../lake.ts";

/**
 * Points the views of these tables at the snapshots that were current at an instant. The others stay at the newest.
 *
 * @throws UserError for a table whose first snapshot is later, or that has none
 */
export async function viewsAsOf(
	lake: Pick<Lake, "connection" | "locations">,
	names: readonly string[],
	instant: Date,
): Promise<void> {
	for (const name of names) {
		const location = lake.locations.get(name);
		// What is not in the lake the query itself will say.
		if (location === undefined) continue;
		const snapshots = await snapshotsOf(lake, location);
		const current = snapshots.findLast(({ at }) => at <= instant.getTime());
		if (!current) {
			const first = snapshots[0];
			throw new UserError(
				first
					? `The table ${name} had no snapshot yet at ${instant.toISOString()}: its first is of ${new Date(first.at).toISOString()}; give --as-of that time or a later one`
					: `The table ${name} has no snapshot yet, so nothing can be read as of ${instant.toISOString()}; leave --as-of out`,
			);
		}
		await lake.connection.run(
			`CREATE OR REPLACE VIEW ${identifier(name)} AS
			SELECT * FROM iceberg_scan(${quote(location)}, snapshot_from_id => ${current.id})`,
		);
	}
}

/** Snapshot ids have 64 bits, which no number of JavaScript holds: they stay text. */
async function snapshotsOf({ connection }: Pick<Lake, "connection">, location: string) {
	const rows = await connection.runAndReadAll(
		`SELECT CAST(snapshot_id AS VARCHAR), CAST(epoch_ms(timestamp_ms) AS VARCHAR)
		FROM iceberg_snapshots(${quote(location)}) ORDER BY timestamp_ms, sequence_number`,
	);
	return rows.getRows().map(([id, at]) => ({ id: String(id), at: Number(at) }));
}

/**
 * The text with each of these tables as it was at an instant, for Athena: CTEs of the tables' own names stand before all
 * others, so that nothing else of the text changes.
 */
export function textAsOf(sql: string, names: readonly string[], instant: Date): string {
	if (names.length === 0) return sql;
	const time = `TIMESTAMP '${instant.toISOString().slice(0, 23).replace("T", " ")} UTC'`;
	const ctes = names.map(
		(name) => `${identifier(name)} AS (SELECT * FROM ${identifier(name)} FOR TIMESTAMP AS OF ${time})`,
	);
	const [first, second] = tokens(sql);
	if (first?.text.toUpperCase() !== "WITH") return `WITH ${ctes.join(", ")}\n${sql}`;
	if (second?.text.toUpperCase() === "RECURSIVE")
		throw new UserError("A query that begins WITH RECURSIVE cannot be run as of a time: leave --as-of out");
	return `${sql.slice(0, first.end)} ${ctes.join(", ")},${sql.slice(first.end)}`;
}
