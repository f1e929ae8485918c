import { GlueClient, paginateGetTables } from "@aws-sdk/client-glue";
import { type DuckDb, identifier, openDuckDb, quote } from "./duckdb.ts";
import { messageOf, UserError } from "./errors.ts";
import { tools } from "./paths.ts";
import { localCredentials, region, type Stack } from "./stack.ts";

/** The lake of one stack, seen through DuckDB: a view for each table, by its name. */
export interface Lake extends DuckDb {
	/** The names of the tables. */
	tables: string[];
	/** Where the newest metadata of each table is, by its name. */
	locations: ReadonlyMap<string, string>;
	/** Points the views at the newest snapshots. */
	refresh(): Promise<void>;
}

/** Opens the lake of a stack whose emulator answers. Views show the snapshots that are current at this moment. */
export async function openLake(stack: Pick<Stack, "endpoints" | "outputs">): Promise<Lake> {
	const { aws } = stack.endpoints;
	const db = await openDuckDb(tools().duckdbExtensions);
	const glue = new GlueClient({ endpoint: aws, region, credentials: localCredentials });
	const lake: Lake = {
		...db,
		tables: [],
		locations: new Map(),
		async refresh() {
			lake.locations = await makeViews(db, glue, stack.outputs.LakeDatabase);
			lake.tables = [...lake.locations.keys()];
		},
		close() {
			glue.destroy();
			db.close();
		},
	};
	try {
		await db.connection.run(`CREATE SECRET lake (TYPE s3, KEY_ID ${quote(localCredentials.accessKeyId)},
			SECRET ${quote(localCredentials.secretAccessKey)}, REGION ${quote(region)}, ENDPOINT ${quote(new URL(aws).host)},
			URL_STYLE 'path', USE_SSL ${aws.startsWith("https:")})`);
		await lake.refresh();
		return lake;
	} catch (error) {
		lake.close();
		throw error;
	}
}

async function makeViews({ connection }: DuckDb, glue: GlueClient, database: string): Promise<Map<string, string>> {
	const tables = await icebergTables(glue, database);
	for (const [name, location] of tables) {
		const view = `CREATE OR REPLACE VIEW ${identifier(name)} AS SELECT * FROM iceberg_scan(${quote(location)})`;
		try {
			await connection.run(view);
		} catch (cause) {
			throw new UserError(`The lake's table ${name} cannot be read from ${location}: ${messageOf(cause)}`, { cause });
		}
	}
	return tables;
}

/** Where the newest metadata of each of a database's Iceberg tables is, by the tables' names in their order. */
export async function icebergTables(glue: GlueClient, database: string): Promise<Map<string, string>> {
	const tables: [string, string][] = [];
	for await (const { TableList = [] } of paginateGetTables({ client: glue }, { DatabaseName: database })) {
		for (const { Name, Parameters: { table_type, metadata_location } = {} } of TableList)
			if (Name && metadata_location && table_type?.toUpperCase() === "ICEBERG") tables.push([Name, metadata_location]);
	}
	return new Map(tables.sort(([a], [b]) => (a < b ? -1 : 1)));
}
