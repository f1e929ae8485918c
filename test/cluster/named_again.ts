import { CreateTableCommand, GetTableCommand, type GlueClient } from "@aws-sdk/client-glue";
import { ListObjectsV2Command, type S3Client } from "@aws-sdk/client-s3";
import { expect } from "vitest";
import { BUCKET, names } from "./places.ts";

/** Gives Glue the name of a table again that it has not, at the newest metadata that its files have: docs/operating.md. */
export async function nameAgain(glue: GlueClient, s3: S3Client, table: string): Promise<void> {
	const DatabaseName = names.LAKE_DATABASE;
	await expect(glue.send(new GetTableCommand({ DatabaseName, Name: table }))).rejects.toThrow();
	const Prefix = `lake/${DatabaseName}.db/${table}/metadata/`;
	const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: BUCKET, Prefix }));
	const newest = Contents.filter(({ Key }) => Key?.endsWith(".metadata.json"))
		.sort((a, b) => (a.Key ?? "").localeCompare(b.Key ?? ""))
		.at(-1);
	if (!newest) throw new Error(`${table} has no metadata below ${Prefix}`);
	const Parameters = { table_type: "ICEBERG", metadata_location: `s3://${BUCKET}/${newest.Key}` };
	const TableInput = { Name: table, TableType: "EXTERNAL_TABLE", Parameters };
	await glue.send(new CreateTableCommand({ DatabaseName, TableInput }));
}
