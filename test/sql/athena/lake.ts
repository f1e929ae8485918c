/** A lake in DuckDB's memory, with the columns that sql/3_sinks/lake declares and rows that a test gives. */
import { DuckDBInstance } from "@duckdb/node-api";
import { onTestFinished } from "vitest";
import { makeEmptyLake } from "../../../local/athena/empty-lake.ts";
import { speakAthena } from "../../../local/athena/session.ts";
import { oneQuery } from "../../../local/athena/statement.ts";
import { runSql } from "../../../local/query.ts";
import type { Rows } from "../../../local/rows.ts";
import { namedQueries } from "../../../sql/athena/named.ts";
import { withValues } from "../../../sql/athena/parameters.ts";

/** A row of the lake; what is left out is NULL. Times are ISO 8601. */
export type LakeRow = Record<string, string | number | null>;

/** Opens an empty lake, closed at the end of the running test. */
export async function memoryLake() {
	const lake = await openMemoryLake();
	onTestFinished(lake.close);
	return lake;
}

/** Opens an empty lake for several tests, which close it. */
export async function openMemoryLake() {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	await connection.run("SET TimeZone = 'UTC'");
	const tables = await makeEmptyLake(connection);
	await speakAthena(connection);
	return {
		connection,
		tables,
		close(): void {
			connection.closeSync();
			instance.closeSync();
		},
		/** Adds rows to a table. */
		async insert(table: string, rows: LakeRow[]): Promise<void> {
			const columns = await connection.runAndReadAll(`SELECT column_name, column_type FROM (DESCRIBE ${table})`);
			const types = JSON.stringify([Object.fromEntries(columns.getRows())]);
			for (let i = 0; i < rows.length; i += 2_000) {
				const part = JSON.stringify(rows.slice(i, i + 2_000)).replaceAll("'", "''");
				await connection.run(`INSERT INTO ${table} SELECT unnest(from_json('${part}', '${types}'), recursive := true)`);
			}
		},
		/** The rows of a named query, as objects. */
		async named<T = LakeRow>(name: string, values: Record<string, string> = {}): Promise<T[]> {
			const query = namedQueries().find((each) => each.name === name);
			if (!query) throw new Error(`There is no query ${name}`);
			const text = withValues(oneQuery(query.text, name), values);
			return objects(await runSql({ connection, tables }, text)) as T[];
		},
	};
}

/** Rows as objects. */
export function objects({ columns, rows }: Rows): unknown[] {
	return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])));
}
