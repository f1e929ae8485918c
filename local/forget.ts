import { DeleteTableCommand, GetTablesCommand, GlueClient } from "@aws-sdk/client-glue";
import { DeleteObjectsCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { ask } from "./questdb.ts";
import { localCredentials, region, type Stack } from "./stack.ts";

/**
 * Empties what a job without state writes again when it reads the stream from its beginning: the lake's tables and the
 * store's bars. Anything else would be there twice. What alerting knows stays: by that it knows the same bars and hits when
 * they come again, and tells nobody twice.
 */
export async function forgetResults({ endpoints, outputs }: Stack): Promise<void> {
	const config = { endpoint: endpoints.aws, region, credentials: localCredentials };
	const glue = new GlueClient(config);
	const s3 = new S3Client({ ...config, forcePathStyle: true });
	try {
		// First the names: a table that is named but has no files could not be read.
		await dropTables(glue, outputs.LakeDatabase);
		await deleteObjects(s3, outputs.LakeBucket, "lake/");
		await ask(endpoints.questdb, "TRUNCATE TABLE bars");
	} finally {
		glue.destroy();
		s3.destroy();
	}
}

async function dropTables(glue: GlueClient, database: string): Promise<void> {
	while (true) {
		const { TableList = [] } = await glue.send(new GetTablesCommand({ DatabaseName: database }));
		if (TableList.length === 0) return;
		for (const { Name } of TableList) await glue.send(new DeleteTableCommand({ DatabaseName: database, Name }));
	}
}

async function deleteObjects(s3: S3Client, bucket: string, prefix: string): Promise<void> {
	while (true) {
		const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
		if (Contents.length === 0) return;
		const Objects = Contents.map(({ Key }) => ({ Key }));
		const { Errors = [] } = await s3.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
		// Without this a file that cannot be deleted would be tried for ever.
		if (Errors[0]) throw new Error(`s3://${bucket}/${Errors[0].Key} cannot be deleted: ${Errors[0].Message}`);
	}
}
