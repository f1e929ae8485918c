/** Follows a Kinesis stream over all its shards, through resharding, expired iterators and an emulator that goes away. */
import { setTimeout as sleep } from "node:timers/promises";
import {
	GetRecordsCommand,
	GetShardIteratorCommand,
	type GetShardIteratorCommandInput,
	type KinesisClient,
	ListShardsCommand,
	type Shard,
} from "@aws-sdk/client-kinesis";

export interface Following {
	stream: string;
	/** Where the shards that are there at the start are read from; a shard that appears later is read whole. */
	from: "TRIM_HORIZON" | "LATEST" | Date;
	pollMs?: number;
	/** The payloads of one batch, in the order of their shard. */
	onRecords(payloads: Uint8Array[]): void;
	/** Called after every round: undefined when the stream answered. */
	onHealth(error: Error | undefined): void;
}

interface Reading {
	shard: Shard;
	start: Pick<GetShardIteratorCommandInput, "ShardIteratorType" | "Timestamp">;
	/** Sequence number of the last record that was handed on. */
	last?: string | undefined;
	iterator?: string | undefined;
	finished: boolean;
	/** The stream did not know the shard any more. */
	gone?: boolean;
}

const RELIST_MS = 5_000;
const RETRY_MS = 1_000;

/**
 * Reads until `signal` aborts; never throws. At least once: after an error a batch may come again,
 * so what it is given to is keyed. A shard's children are read once it has been read to its end.
 */
export async function followStream(
	client: Pick<KinesisClient, "send">,
	following: Following,
	signal: AbortSignal,
): Promise<void> {
	const readings = new Map<string, Reading>();
	let start = startAt(following.from);
	let relistAt = 0;
	while (!signal.aborted) {
		let wait = following.pollMs ?? 200;
		try {
			if (performance.now() >= relistAt) {
				await list(client, following.stream, readings, start, signal);
				start = startAt("TRIM_HORIZON");
				relistAt = performance.now() + RELIST_MS;
			}
			const open = [...readings.values()].filter((reading) => isDue(reading, readings));
			const ended = await Promise.all(open.map((reading) => poll(client, following, reading, signal)));
			if (ended.includes(true)) {
				relistAt = 0;
				wait = 0;
			}
			following.onHealth(undefined);
		} catch (error) {
			if (signal.aborted) return;
			following.onHealth(error as Error);
			wait = RETRY_MS;
			relistAt = 0;
		}
		await sleep(wait, undefined, { signal }).catch(() => {});
	}
}

async function list(
	client: Pick<KinesisClient, "send">,
	stream: string,
	readings: Map<string, Reading>,
	start: Reading["start"],
	signal: AbortSignal,
): Promise<void> {
	const shards: Shard[] = [];
	let NextToken: string | undefined;
	do {
		const command = new ListShardsCommand(NextToken ? { NextToken } : { StreamName: stream });
		const page = await client.send(command, { abortSignal: signal });
		shards.push(...(page.Shards ?? []));
		NextToken = page.NextToken;
	} while (NextToken);
	for (const shard of shards) {
		const id = shard.ShardId ?? "";
		if (!readings.has(id) || readings.get(id)?.gone) readings.set(id, { shard, start, finished: false });
	}
	// Shards that are no longer listed hold nothing any more (retention, or an emulator that drops parents).
	const listed = new Set(shards.map((shard) => shard.ShardId));
	for (const id of readings.keys()) if (!listed.has(id)) readings.delete(id);
}

function startAt(from: Following["from"]): Reading["start"] {
	return from instanceof Date ? { ShardIteratorType: "AT_TIMESTAMP", Timestamp: from } : { ShardIteratorType: from };
}

function isDue({ shard, finished }: Reading, readings: Map<string, Reading>): boolean {
	const waiting = [shard.ParentShardId, shard.AdjacentParentShardId].some(
		(parent) => parent !== undefined && readings.get(parent)?.finished === false,
	);
	return !finished && !waiting;
}

/** One GetRecords; true when something changed about the shard and the list is to be read again. */
async function poll(
	client: Pick<KinesisClient, "send">,
	{ stream, onRecords }: Following,
	reading: Reading,
	abortSignal: AbortSignal,
): Promise<boolean> {
	const shardId = reading.shard.ShardId;
	try {
		if (reading.iterator === undefined) {
			const position = reading.last
				? { ShardIteratorType: "AFTER_SEQUENCE_NUMBER" as const, StartingSequenceNumber: reading.last }
				: reading.start;
			const given = await client.send(
				new GetShardIteratorCommand({ StreamName: stream, ShardId: shardId, ...position }),
				{ abortSignal },
			);
			reading.iterator = given.ShardIterator;
		}
		const answer = await client.send(new GetRecordsCommand({ ShardIterator: reading.iterator, Limit: 10_000 }), {
			abortSignal,
		});
		const records = answer.Records ?? [];
		reading.iterator = answer.NextShardIterator;
		if (records.length > 0) {
			reading.last = records.at(-1)?.SequenceNumber;
			onRecords(records.flatMap((record) => record.Data ?? []));
		}
		reading.finished = answer.NextShardIterator === undefined;
		return reading.finished;
	} catch (error) {
		const { name } = error as Error;
		reading.iterator = undefined;
		if (name === "ExpiredIteratorException") return false;
		if (name === "ResourceNotFoundException") {
			reading.finished = true;
			reading.gone = true;
		}
		// The stream is another one than before, under the same name.
		if (name === "InvalidArgumentException") {
			reading.last = undefined;
			reading.start = { ShardIteratorType: "TRIM_HORIZON" };
		}
		throw error;
	}
}
