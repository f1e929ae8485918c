/** The manifest's streams, bucket and lake on the emulator. */
import { CreateDatabaseCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { emulated } from "../../infra/emulated.ts";
import { kinesisClient } from "../../producer/client.ts";
import { groupsOf, readManifest } from "../support/manifest.ts";
import { makeStream } from "../support/read_back.ts";

export const BUCKET = "lake";

/** The manifest's properties of the SQL. */
export const names: Record<string, string> =
	groupsOf(readManifest().ConfigMap).find(({ PropertyGroupId }) => PropertyGroupId === "tidemark.sql")?.PropertyMap ??
	{};

/** The name of the stream of `TRADES`, `BARS`, `TICKS` or `HITS`. */
export const stream = (which: string) => names[`${which}_STREAM`] as string;

/** Makes them, the stream of trades with so many shards. */
export async function makePlaces(endpoint: string, shards: number): Promise<void> {
	const kinesis = kinesisClient({ endpoint });
	const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
	const glue = new GlueClient(emulated(endpoint));
	await makeStream(kinesis, stream("TRADES"), shards);
	for (const which of ["BARS", "TICKS", "HITS"]) await makeStream(kinesis, stream(which), 1);
	await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
	await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: names.LAKE_DATABASE } }));
	for (const client of [kinesis, s3, glue]) client.destroy();
}
