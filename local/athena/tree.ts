import type { DuckDBConnection } from "@duckdb/node-api";
import { quote } from "../duckdb.ts";
import { UserError } from "../errors.ts";

/** A node of a query as DuckDB parses it. */
export type Node = { [key: string]: unknown };

/** Parses one query without looking at any table. Throws {@link UserError} with line and column of a mistake. */
export async function parse(connection: Pick<DuckDBConnection, "runAndReadAll">, sql: string): Promise<Node> {
	const rows = await connection.runAndReadAll(`SELECT CAST(json_serialize_sql(${quote(sql)}) AS VARCHAR)`);
	const tree = JSON.parse(String(rows.getRows()[0]?.[0])) as Node & { error: boolean };
	if (!tree.error) return tree;
	const before = sql.slice(0, Number(tree.position ?? 0)).split("\n");
	const column = (before.at(-1)?.length ?? 0) + 1;
	throw new UserError(`${tree.error_message} in line ${before.length}, column ${column}`);
}

/** Every node of a tree, parents first. */
export function* nodesOf(value: unknown): Generator<Node> {
	if (Array.isArray(value)) for (const each of value) yield* nodesOf(each);
	else if (value !== null && typeof value === "object") {
		yield value as Node;
		for (const each of Object.values(value)) yield* nodesOf(each);
	}
}

/**
 * The names of the lake's tables that a query reads, sorted: all that it reads but its own CTEs.
 * Throws {@link UserError} for a name with a database.
 */
export function tablesIn(tree: Node): string[] {
	const ctes = new Set<string>();
	const tables = new Set<string>();
	for (const node of nodesOf(tree)) {
		if ("cte_map" in node)
			for (const { key } of (node.cte_map as { map: { key: string }[] }).map) ctes.add(key.toLowerCase());
		if (node.type !== "BASE_TABLE") continue;
		const { table_name: name, schema_name: schema } = node as { table_name: string; schema_name: string };
		if (schema !== "")
			throw new UserError(
				`The query names ${schema}.${name}: name the lake's tables alone, as the database is not everywhere the same (--database on AWS)`,
			);
		tables.add(name.toLowerCase());
	}
	return [...tables].filter((name) => !ctes.has(name)).sort();
}
