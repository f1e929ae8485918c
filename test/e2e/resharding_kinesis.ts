import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
	CreateStreamCommand,
	DescribeStreamSummaryCommand,
	KinesisClient,
	ListShardsCommand,
	MergeShardsCommand,
	type Shard,
	SplitShardCommand,
} from "@aws-sdk/client-kinesis";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import getPort from "get-port";
import { root } from "../../local/paths.ts";
import { type Child, startChild, waitReady } from "../../local/process.ts";
import { localCredentials, region } from "../../local/stack.ts";

/** A Kinesis that reshards as the real one does: closed parents keep their records, and children name their parents. */
export async function reshardingKinesis(dir: string) {
	const plain = await getPort();
	const child: Child = await startChild({
		name: "kinesis-local",
		command: process.execPath,
		args: ["main.js"],
		cwd: join(root, "node_modules", "kinesis-local"),
		env: {
			PATH: process.env.PATH,
			KINESIS_MOCK_PLAIN_PORT: String(plain),
			KINESIS_MOCK_TLS_PORT: String(await getPort()),
		},
		log: join(dir, "kinesis-local.log"),
	});
	const url = `http://127.0.0.1:${plain}`;
	const client = new KinesisClient({
		endpoint: url,
		region,
		credentials: localCredentials,
		requestHandler: new NodeHttpHandler(),
	});
	await waitReady(child, async () => (await fetch(url).catch(() => undefined)) !== undefined, { timeoutMs: 60_000 });

	const active = async (stream: string) => {
		while (true) {
			const { StreamDescriptionSummary } = await client.send(new DescribeStreamSummaryCommand({ StreamName: stream }));
			if (StreamDescriptionSummary?.StreamStatus === "ACTIVE") return;
			await sleep(100);
		}
	};
	const open = async (stream: string): Promise<Shard[]> => {
		const { Shards = [] } = await client.send(new ListShardsCommand({ StreamName: stream }));
		const shards = Shards.filter((shard) => shard.SequenceNumberRange?.EndingSequenceNumber === undefined);
		return shards.sort((a, b) => (start(a) < start(b) ? -1 : 1));
	};
	return {
		url,
		async create(stream: string, shards: number): Promise<void> {
			await client.send(new CreateStreamCommand({ StreamName: stream, ShardCount: shards }));
			await active(stream);
		},
		/** Splits each open shard in the middle. */
		async split(stream: string): Promise<void> {
			for (const shard of await open(stream)) {
				const middle = (start(shard) + BigInt(shard.HashKeyRange?.EndingHashKey ?? 0)) / 2n;
				await client.send(
					new SplitShardCommand({
						StreamName: stream,
						ShardToSplit: shard.ShardId,
						NewStartingHashKey: String(middle),
					}),
				);
				await active(stream);
			}
		},
		/** Merges the first two open shards. */
		async merge(stream: string): Promise<void> {
			const [first, second] = await open(stream);
			await client.send(
				new MergeShardsCommand({
					StreamName: stream,
					ShardToMerge: first?.ShardId,
					AdjacentShardToMerge: second?.ShardId,
				}),
			);
			await active(stream);
		},
		/** How many shards there are, closed ones included. */
		async shards(stream: string): Promise<number> {
			return (await client.send(new ListShardsCommand({ StreamName: stream }))).Shards?.length ?? 0;
		},
		async stop(): Promise<void> {
			client.destroy();
			await child.stop(2_000);
		},
	};
}

function start(shard: Shard): bigint {
	return BigInt(shard.HashKeyRange?.StartingHashKey ?? 0);
}
