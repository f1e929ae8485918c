import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";

/** An in-memory DuckDB that reads Iceberg tables on S3. */
export interface DuckDb {
	connection: DuckDBConnection;
	close(): void;
}

/** Opens DuckDB with the extensions of the set-up; nothing is fetched from elsewhere. Times are in UTC. */
export async function openDuckDb(extensions: string): Promise<DuckDb> {
	const instance = await DuckDBInstance.create(":memory:", {
		autoinstall_known_extensions: "false",
		autoload_known_extensions: "false",
	});
	const connection = await instance.connect();
	for (const name of ["httpfs", "avro", "iceberg"]) {
		await connection.run(`LOAD ${quote(join(extensions, `${name}.duckdb_extension`))}`);
	}
	await connection.run("SET TimeZone = 'UTC'");
	return {
		connection,
		close() {
			connection.closeSync();
			instance.closeSync();
		},
	};
}

/** A string as an SQL literal. */
export function quote(text: string): string {
	return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function identifier(name: string): string {
	return `"${name.replaceAll('"', '""')}"`;
}
