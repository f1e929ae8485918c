import { PutRecordsCommand, type PutRecordsRequestEntry } from "@aws-sdk/client-kinesis";
import { kinesisClient } from "../../../producer/client.ts";
import { seeded } from "../market.ts";

/** A record on its way into a stream: its symbol decides the shard. */
export interface Sent {
	stream: string;
	symbol: string;
	value: unknown;
}

/**
 * Puts records into emulated streams of as many shards as there are `symbols`: each symbol's in a shard of its own, in the
 * order in which they are given.
 */
export function delivery(endpoint: string, symbols: string[]) {
	const kinesis = kinesisClient({ endpoint });
	const place = (index: number) => String((BigInt(index) * 2n ** 128n) / BigInt(symbols.length));

	async function put(stream: string, entries: PutRecordsRequestEntry[]): Promise<string[]> {
		const shards: string[] = [];
		for (let start = 0; start < entries.length; start += 500) {
			const Records = entries.slice(start, start + 500);
			const { FailedRecordCount, Records: taken = [] } = await kinesis.send(
				new PutRecordsCommand({ StreamName: stream, Records }),
			);
			if (FailedRecordCount) throw new Error(`${FailedRecordCount} of ${Records.length} were not taken by ${stream}.`);
			shards.push(...taken.map(({ ShardId = "" }) => ShardId));
		}
		return shards;
	}

	return {
		/** Puts the records, each stream's in order; gives back, as `stream shard`, which symbols are there. */
		async put(records: Sent[]): Promise<Record<string, string[]>> {
			const found: Record<string, Set<string>> = {};
			for (const [stream, those] of Map.groupBy(records, (record) => record.stream)) {
				const entries = those.map(({ symbol, value }) => ({
					PartitionKey: symbol,
					ExplicitHashKey: place(symbols.indexOf(symbol)),
					Data: Buffer.from(JSON.stringify(value)),
				}));
				for (const [i, shard] of (await put(stream, entries)).entries()) {
					const at = `${stream} ${shard}`;
					found[at] = (found[at] ?? new Set()).add(those[i]?.symbol as string);
				}
			}
			return Object.fromEntries(Object.entries(found).map(([at, those]) => [at, [...those].sort()]));
		},
		/**
		 * Puts `text`, which is no record, to the end of each shard: its dead letter says that all before it is done with.
		 * Gives back what `markOf` will say of those letters, sorted.
		 */
		async mark(streams: string[], text: string): Promise<string[]> {
			const marks: string[] = [];
			for (const stream of streams) {
				const entries = symbols.map((symbol, index) => ({
					PartitionKey: symbol,
					ExplicitHashKey: place(index),
					Data: Buffer.from(text),
				}));
				marks.push(...(await put(stream, entries)).map((shard) => `${stream} ${shard} ${text}`));
			}
			return marks.sort();
		},
		close: () => kinesis.destroy(),
	};
}

/** Where a dead letter was and what it says. */
export function markOf(letter: { stream: string; shard_id: string; payload?: string }): string {
	return `${letter.stream} ${letter.shard_id} ${letter.payload}`;
}

/** All of `values` in a seeded order of no meaning, and a share of them twice. */
export function shuffled<T>(values: T[], { twice, seed }: { twice: number; seed: number }): T[] {
	const random = seeded(seed);
	const all = [...values, ...values.filter(() => random() < twice)];
	const placed = all.map((value) => ({ value, place: random() }));
	return placed.sort((a, b) => a.place - b.place).map(({ value }) => value);
}
