import type { DuckDBConnection } from "@duckdb/node-api";
import { relationsIn } from "../../docs/ddl.ts";
import { identifier } from "../duckdb.ts";

/** The types of sql/3_sinks/lake as DuckDB has them. */
const TYPES: Record<string, string> = {
	STRING: "VARCHAR",
	BYTES: "BLOB",
	"TIMESTAMP_LTZ(6)": "TIMESTAMPTZ",
	BIGINT: "BIGINT",
	DOUBLE: "DOUBLE",
	DATE: "DATE",
};

/**
 * Makes the lake's tables in a DuckDB, empty, with the columns that sql/3_sinks/lake declares; returns their names.
 * Queries can be held against them without any stack.
 */
export async function makeEmptyLake(connection: Pick<DuckDBConnection, "run">): Promise<string[]> {
	const names: string[] = [];
	for (const { name: qualified, columns } of relationsIn("3_sinks/lake")) {
		const name = qualified.replace(/^lake\./, "");
		const typed = columns.map((column) => {
			const type = TYPES[column.type];
			if (!type) throw new Error(`${qualified}.${column.name} is a ${column.type}, which has no place in local/athena`);
			return `${identifier(column.name)} ${type}`;
		});
		await connection.run(`CREATE TABLE ${identifier(name)} (${typed.join(", ")})`);
		names.push(name);
	}
	return names;
}
