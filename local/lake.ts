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
export function openLake({ endpoints, outputs }: Pick<Stack, "endpoints" | "outputs">): Promise<Lake> {
	const glue = new GlueClient({ endpoint: endpoints.aws, region, credentials: localCredentials });
	return open(glue, outputs.LakeDatabase, endpoints.aws);
}

/** Opens the lake of the account and region that AWS_PROFILE and AWS_REGION name. Its credentials are those of this moment. */
export function openLakeOnAws(database: string): Promise<Lake> {
	return open(new GlueClient(), database, process.env.AWS_ENDPOINT_URL_S3 ?? process.env.AWS_ENDPOINT_URL);
}

async function open(glue: GlueClient, database: string, endpoint: string | undefined): Promise<Lake> {
	const db = await openDuckDb(tools().duckdbExtensions);
	const lake: Lake = {
		...db,
		tables: [],
		locations: new Map(),
		async refresh() {
			lake.locations = await makeViews(db, glue, database);
			lake.tables = [...lake.locations.keys()];
		},
		close() {
			glue.destroy();
			db.close();
		},
	};
	try {
		await db.connection.run(await secretOf(glue, endpoint));
		await lake.refresh();
		return lake;
	} catch (error) {
		lake.close();
		throw error;
	}
}

/** What DuckDB has to know to read from S3 as the client may. */
async function secretOf({ config }: GlueClient, endpoint: string | undefined): Promise<string> {
	const { accessKeyId, secretAccessKey, sessionToken } = await config.credentials();
	const token = sessionToken === undefined ? "" : `, SESSION_TOKEN ${quote(sessionToken)}`;
	const place =
		endpoint === undefined
			? ""
			: `, ENDPOINT ${quote(new URL(endpoint).host)}, URL_STYLE 'path', USE_SSL ${endpoint.startsWith("https:")}`;
	return `CREATE SECRET lake (TYPE s3, KEY_ID ${quote(accessKeyId)}, SECRET ${quote(secretAccessKey)}${token},
		REGION ${quote(await config.region())}${place})`;
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
