import { GetTableCommand, type GlueClient } from "@aws-sdk/client-glue";
import { GetObjectCommand, type S3Client } from "@aws-sdk/client-s3";

/** A commit of a job to one of the lake's tables. */
export interface Commit {
	at: Date;
	/** Rows that it added. */
	rows: number;
}

interface Snapshot {
	"timestamp-ms": number;
	summary?: Record<string, string>;
}

/**
 * What was appended to a table of the lake, oldest first, as far as its snapshots are kept; empty where there is no such
 * table yet. Read from the table's metadata, of which no row is touched. Commits that only rewrite files are left out.
 * Source: Iceberg's table spec, "Snapshots" (summary: operation, added-records).
 */
export async function readCommits(
	glue: GlueClient,
	s3: S3Client,
	table: { database: string; name: string },
): Promise<Commit[]> {
	const location = await metadataOf(glue, table);
	if (location === undefined) return [];
	const { host: Bucket, pathname } = new URL(location);
	const answer = await s3.send(new GetObjectCommand({ Bucket, Key: pathname.slice(1) }));
	const { snapshots = [] } = JSON.parse((await answer.Body?.transformToString()) ?? "{}") as { snapshots?: Snapshot[] };
	return snapshots
		.filter(({ summary }) => summary?.operation === "append" || summary?.operation === "overwrite")
		.map(({ "timestamp-ms": at, summary }) => ({ at: new Date(at), rows: Number(summary?.["added-records"] ?? 0) }))
		.sort((a, b) => a.at.getTime() - b.at.getTime());
}

async function metadataOf(glue: GlueClient, { database, name }: { database: string; name: string }) {
	try {
		const { Table } = await glue.send(new GetTableCommand({ DatabaseName: database, Name: name }));
		return Table?.Parameters?.metadata_location;
	} catch (error) {
		if (error instanceof Error && error.name === "EntityNotFoundException") return undefined;
		throw error;
	}
}

/** The rows of commits from `since` up to `until`. */
export function rowsIn(commits: readonly Commit[], since: Date, until: Date): number {
	return commits.filter(({ at }) => at >= since && at < until).reduce((total, { rows }) => total + rows, 0);
}
