import {
	GetRecordsCommand,
	GetShardIteratorCommand,
	type KinesisClient,
	ListShardsCommand,
	type ListShardsOutput,
} from "@aws-sdk/client-kinesis";
import { Bar } from "../../contracts.ts";

/** What came out of a job, as its stream of bars has it. */
export interface BarsSeen {
	bars: number;
	/** What is wrong with some of them, with the record's place, three at most. */
	wrong: string[];
}

/** How many wrong bars are named. */
const NAMED = 3;
/** How many requests for records are made to a shard: 10,000 records each, or what half a second brings. */
const READS = 20;

/** Reads what a stream of bars got since an instant, and holds each bar against its contract: low ≤ open, close ≤ high. */
export async function barsSince(client: KinesisClient, StreamName: string, since: Date): Promise<BarsSeen> {
	const seen: BarsSeen = { bars: 0, wrong: [] };
	for (const ShardId of await shardsOf(client, StreamName)) {
		const start = { ShardIteratorType: "AT_TIMESTAMP", Timestamp: since } as const;
		let { ShardIterator } = await client.send(new GetShardIteratorCommand({ StreamName, ShardId, ...start }));
		for (let reads = 0; ShardIterator && reads < READS; reads++) {
			const answer = await client.send(new GetRecordsCommand({ ShardIterator }));
			for (const { Data, SequenceNumber } of answer.Records ?? []) {
				seen.bars++;
				const wrong = problemOf(new TextDecoder().decode(Data));
				if (wrong && seen.wrong.length < NAMED) seen.wrong.push(`${wrong} (${ShardId}, ${SequenceNumber})`);
			}
			ShardIterator = answer.MillisBehindLatest === 0 ? undefined : answer.NextShardIterator;
		}
	}
	return seen;
}

async function shardsOf(client: KinesisClient, StreamName: string): Promise<string[]> {
	const ids: string[] = [];
	let page: { StreamName: string } | { NextToken: string } | undefined = { StreamName };
	while (page) {
		const { Shards = [], NextToken }: ListShardsOutput = await client.send(new ListShardsCommand(page));
		ids.push(...Shards.map(({ ShardId = "" }) => ShardId));
		page = NextToken === undefined ? undefined : { NextToken };
	}
	return ids;
}

/** What is wrong with a record of the stream of bars; undefined where nothing is. */
export function problemOf(text: string): string | undefined {
	let json: unknown;
	try {
		json = JSON.parse(text);
	} catch {
		return `a bar is no JSON: ${text.slice(0, 80)}`;
	}
	const parsed = Bar.safeParse(json);
	if (!parsed.success) {
		const [issue] = parsed.error.issues;
		return `a bar is not as contracts.ts says: ${issue?.path.join(".")} ${issue?.message}`;
	}
	const { symbol, interval, window_start, open, high, low, close } = parsed.data;
	if (low <= open && open <= high && low <= close && close <= high) return undefined;
	return `the ${interval} bar of ${symbol} at ${window_start} has open ${open}, high ${high}, low ${low}, close ${close}`;
}
