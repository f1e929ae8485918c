/** Reads records of a stream again, and puts records into one. */
import {
	GetRecordsCommand,
	GetShardIteratorCommand,
	type KinesisClient,
	PutRecordsCommand,
	type PutRecordsCommandOutput,
} from "@aws-sdk/client-kinesis";
import type { StreamRecord, Stretch } from "./letters.ts";

const PAGE = 1_000;
const REQUEST_RECORDS = 500;
const REQUEST_BYTES = 4 * 2 ** 20;
const TRIES = 6;
const FIRST_WAIT_MS = 100;

/** What of a stretch the stream still keeps, in its order: nothing before the oldest record that it has. */
export async function readAgain(kinesis: KinesisClient, { stream, shard, from, to }: Stretch): Promise<StreamRecord[]> {
	const { ShardIterator } = await kinesis.send(
		new GetShardIteratorCommand({
			StreamName: stream,
			ShardId: shard,
			ShardIteratorType: "AT_SEQUENCE_NUMBER",
			StartingSequenceNumber: from,
		}),
	);
	const [first, last] = [BigInt(from), BigInt(to)];
	const found: StreamRecord[] = [];
	let iterator = ShardIterator;
	while (iterator) {
		const page = await kinesis.send(new GetRecordsCommand({ ShardIterator: iterator, Limit: PAGE }));
		for (const { SequenceNumber = "", PartitionKey: key = "", Data = new Uint8Array() } of page.Records ?? []) {
			const number = BigInt(SequenceNumber);
			if (number > last) return found;
			if (number >= first) found.push({ key, data: Data });
			if (number === last) return found;
		}
		if (page.Records?.length === 0 && page.MillisBehindLatest === 0) return found;
		iterator = page.NextShardIterator;
	}
	return found;
}

/** Where a record is now, or why Kinesis did not take it. */
export type Put = { shard: string; sequence: string } | Error;

/**
 * Puts records into a stream, and again what Kinesis had no room for; says of each, in their order, what became of it.
 */
export async function putBack(
	kinesis: KinesisClient,
	stream: string,
	records: readonly StreamRecord[],
): Promise<Put[]> {
	const results: Put[] = [];
	for (const request of inRequests(records)) results.push(...(await putSome(kinesis, stream, request)));
	return results;
}

async function putSome(kinesis: KinesisClient, stream: string, records: readonly StreamRecord[]): Promise<Put[]> {
	const results: Put[] = records.map(() => new Error("Kinesis said nothing of it"));
	let left = [...records.keys()];
	for (let attempt = 1; left.length > 0 && attempt <= TRIES; attempt++) {
		if (attempt > 1) await new Promise((resolve) => setTimeout(resolve, FIRST_WAIT_MS * 2 ** attempt));
		const answer = await put(
			kinesis,
			stream,
			left.flatMap((index) => records[index] ?? []),
		);
		if (answer instanceof Error) {
			for (const index of left) results[index] = answer;
			return results;
		}
		for (const [place, index] of left.entries()) {
			const { ShardId, SequenceNumber, ErrorCode, ErrorMessage } = answer.Records?.[place] ?? {};
			results[index] =
				ShardId !== undefined && SequenceNumber !== undefined
					? { shard: ShardId, sequence: SequenceNumber }
					: new Error(`${ErrorCode}: ${ErrorMessage}`);
		}
		left = left.filter((index) => results[index] instanceof Error);
	}
	return results;
}

/** As many as one request takes. */
function inRequests(records: readonly StreamRecord[]): StreamRecord[][] {
	const requests: StreamRecord[][] = [];
	let bytes = 0;
	for (const record of records) {
		const request = requests.at(-1);
		bytes += record.data.length + Buffer.byteLength(record.key);
		if (request && request.length < REQUEST_RECORDS && bytes <= REQUEST_BYTES) request.push(record);
		else {
			requests.push([record]);
			bytes = record.data.length + Buffer.byteLength(record.key);
		}
	}
	return requests;
}

async function put(
	kinesis: KinesisClient,
	stream: string,
	records: readonly StreamRecord[],
): Promise<PutRecordsCommandOutput | Error> {
	const Records = records.map(({ key, data }) => ({ PartitionKey: key, Data: data }));
	try {
		return await kinesis.send(new PutRecordsCommand({ StreamName: stream, Records }));
	} catch (error) {
		return error as Error;
	}
}
