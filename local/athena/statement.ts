import type { DuckDBConnection } from "@duckdb/node-api";
import { tokens } from "../../sql/workbench/tokens.ts";
import { messageOf, UserError } from "../errors.ts";

/**
 * The one query that a text holds, without the semicolon behind it.
 * Throws {@link UserError} if it is empty, several statements, or something else than a query.
 */
export function oneQuery(text: string, place: string): string {
	const all = tokens(text);
	const first = all[0];
	if (!first) throw new UserError(`${place} is empty: write a query that begins with SELECT or WITH`);
	if (!["SELECT", "WITH", "VALUES", "("].includes(first.text.toUpperCase()))
		throw new UserError(`${place} begins with ${first.text}: only queries run here, which begin with SELECT or WITH`);
	const end = all.find(({ kind, text: piece }) => kind === "operator" && piece === ";");
	const after = end && all.find(({ start }) => start > end.start);
	if (after)
		throw new UserError(`${place} goes on with ${after.text} after a semicolon: Athena runs one statement at a time`);
	return end ? text.slice(0, end.start) : text;
}

/** The names of the lake's tables that a query reads, sorted; a name with a database is refused. */
export function tablesIn(connection: Pick<DuckDBConnection, "getTableNames">, sql: string): string[] {
	let names: readonly string[];
	try {
		names = connection.getTableNames(sql, true);
	} catch (cause) {
		throw new UserError(messageOf(cause), { cause });
	}
	const qualified = names.find((name) => name.includes("."));
	if (qualified !== undefined)
		throw new UserError(
			`The query names ${qualified}: name the lake's tables alone, as the database is not everywhere the same (--database on AWS)`,
		);
	return [...names].sort();
}
