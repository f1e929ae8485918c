import {
	CreateStreamCommand,
	DescribeStreamSummaryCommand,
	GetRecordsCommand,
	GetShardIteratorCommand,
	type KinesisClient,
	ListShardsCommand,
} from "@aws-sdk/client-kinesis";
import { deaggregate } from "../../producer/index.ts";

/** A new stream in the emulator; gives its name once it takes records. */
export async function makeStream(kinesis: KinesisClient, name: string, shards: number): Promise<string> {
	await kinesis.send(new CreateStreamCommand({ StreamName: name, ShardCount: shards }));
	for (;;) {
		const { StreamDescriptionSummary: found } = await kinesis.send(
			new DescribeStreamSummaryCommand({ StreamName: name }),
		);
		if (found?.StreamStatus === "ACTIVE") return name;
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
}

const PAGE_BYTES = 2_000_000;

/** What a Kinesis record held: the texts inside it, several if it was aggregated. */
export interface ReadRecord {
	readonly shard: string;
	readonly inside: readonly string[];
}

/** Every record of a stream that takes no more, shard by shard, each in its order. */
export async function* readBack(kinesis: KinesisClient, stream: string): AsyncGenerator<ReadRecord> {
	const { Shards: shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName: stream }));
	for (const { ShardId = "" } of shards) {
		const { ShardIterator: first } = await kinesis.send(
			new GetShardIteratorCommand({ StreamName: stream, ShardId, ShardIteratorType: "TRIM_HORIZON" }),
		);
		let limit = 50;
		for (let iterator = first; iterator; ) {
			const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: limit }));
			// Unlike Kinesis the emulator puts 10,000 records of any size into one answer.
			const bytes = (page.Records ?? []).reduce((sum, { Data }) => sum + (Data?.length ?? 0), 0);
			if (bytes > 0) limit = Math.min(10_000, Math.max(1, Math.floor((limit * PAGE_BYTES) / bytes)));
			for (const { PartitionKey: key = "", Data } of page.Records ?? []) {
				const { buffer, byteOffset, byteLength } = Data as Uint8Array<ArrayBuffer>;
				const inside = deaggregate({ key, data: Buffer.from(buffer, byteOffset, byteLength) });
				yield { shard: ShardId, inside: inside.map(({ data }) => data.toString("utf8")) };
			}
			if (page.Records?.length === 0 && page.MillisBehindLatest === 0) break;
			iterator = page.NextShardIterator;
		}
	}
}
