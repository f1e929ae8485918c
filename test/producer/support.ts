import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
	type KinesisClient,
	ListShardsCommand,
	PutRecordsCommand,
	type PutRecordsRequestEntry,
	type PutRecordsResultEntry,
} from "@aws-sdk/client-kinesis";
import { onTestFinished } from "vitest";
import { type Feed, type Item, isRejected, type Outgoing } from "../../producer/feed.ts";
import { deaggregate } from "../../producer/publish/aggregate.ts";
import { type Shard, Shards } from "../../producer/publish/shards.ts";
import { readLines } from "../../producer/replay/lines.ts";
import { seededRandom } from "../../producer/synthetic/random.ts";

/** A folder that is gone after the test. */
export function tempFolder(): string {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-producer-"));
	onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
	return dir;
}

/** A file with this content, packed if its name says so; gone after the test. */
export function tempFile(name: string, content: string | Buffer): string {
	const file = join(tempFolder(), name);
	writeFileSync(file, name.endsWith(".gz") ? gzipSync(content) : content);
	return file;
}

/** The first lines of a file as a file of its own, unpacked; gone after the test. */
export async function firstLines(file: string, count: number): Promise<string> {
	const lines: Buffer[] = [];
	for await (const batch of readLines(file)) {
		lines.push(...batch.map(({ bytes }) => bytes));
		if (lines.length >= count) break;
	}
	return tempFile(basename(file).replace(/\.gz$/, ""), `${lines.slice(0, count).join("\n")}\n`);
}

/** Everything that a source of batches gives, in one list. */
export async function flat<T>(batches: AsyncIterable<readonly T[]>): Promise<T[]> {
	const all: T[] = [];
	for await (const batch of batches) all.push(...batch);
	return all;
}

/** Every record of a feed; a rejected one fails the test. */
export async function records(feed: Feed): Promise<Outgoing[]> {
	return (await flat(feed.batches(new AbortController().signal))).map(accepted);
}

/** An item that must not be a rejected one. */
export function accepted(item: Item): Outgoing {
	if (isRejected(item)) throw new Error(`rejected: ${item.rejected}`);
	return item;
}

/** Every trade of a feed, as it is sent. */
// biome-ignore lint/suspicious/noExplicitAny: what was sent is compared as it is
export async function sent(feed: Feed): Promise<any[]> {
	return (await records(feed)).map(({ data }) => JSON.parse(data.toString("utf8")));
}

/** A trade on its way, of 100 shares at 1 dollar. */
export function outgoing(symbol: string, time: number, id = `${symbol}-${time}`): Outgoing {
	const trade = {
		trade_id: id,
		symbol,
		event_time: new Date(time).toISOString(),
		price: 1,
		size: 100,
		source: "test",
	};
	return { key: symbol, time, data: Buffer.from(JSON.stringify(trade)) };
}

/** A feed of these records, as fast as they are taken. */
export function feedOf(records: readonly Outgoing[], more: Partial<Feed> = {}): Feed {
	async function* batches(): AsyncGenerator<readonly Outgoing[]> {
		for (let at = 0; at < records.length; at += 100) yield records.slice(at, at + 100);
	}
	return { name: "test", total: records.length, live: false, batches, ...more };
}

/** The shards of a stream that divide the hash keys evenly. */
export function evenShards(count: number, firstId = 0): Shards {
	const step = 2n ** 128n / BigInt(count);
	const all: Shard[] = Array.from({ length: count }, (_, at) => {
		const start = BigInt(at) * step;
		const end = at === count - 1 ? 2n ** 128n - 1n : start + step - 1n;
		return { id: `shardId-${String(firstId + at).padStart(12, "0")}`, start, end, hashKey: String(start) };
	});
	return new Shards(all);
}

/** A record as it landed: where, and as how many-th of all. */
export interface Landed {
	readonly shard: string;
	readonly key: string;
	readonly data: Buffer;
}

export interface Faults {
	/** Share of records inside requests that fail. */
	readonly records?: number;
	/** Share of requests that are refused as a whole. */
	readonly requests?: number;
	readonly seed?: number;
}

/**
 * Kinesis in memory: routes by hash, lands the records of a request in a random order of shards and lets some fail, as
 * PutRecords may.
 */
export class FakeKinesis {
	shards: Shards;
	readonly landed: Landed[] = [];
	readonly requests: PutRecordsRequestEntry[][] = [];
	underWay = 0;
	mostUnderWay = 0;
	refused = 0;
	/** Runs before each request; what it throws is the answer. */
	before: (records: PutRecordsRequestEntry[]) => void | Promise<void> = () => {};
	/** Whether this record is refused because there are too many. */
	throttle: (record: PutRecordsRequestEntry) => boolean = () => false;
	readonly #faults: Faults;
	readonly #random: () => number;

	constructor(shards: number | Shards, faults: Faults = {}) {
		this.shards = typeof shards === "number" ? evenShards(shards) : shards;
		this.#faults = faults;
		this.#random = seededRandom(faults.seed ?? 1);
	}

	get client(): Pick<KinesisClient, "send"> {
		return { send: this.#send.bind(this) as unknown as KinesisClient["send"] };
	}

	/** What landed in a shard, with aggregated records taken apart, in the order of the shard. */
	// biome-ignore lint/suspicious/noExplicitAny: what landed is compared as it is
	in(shard: string): any[] {
		return this.landed
			.filter((each) => each.shard === shard)
			.flatMap((each) => deaggregate(each))
			.map(({ data }) => JSON.parse(data.toString("utf8")));
	}

	/** All that landed, in the order of landing. */
	// biome-ignore lint/suspicious/noExplicitAny: what landed is compared as it is
	get all(): any[] {
		return this.landed.flatMap((each) => deaggregate(each)).map(({ data }) => JSON.parse(data.toString("utf8")));
	}

	async #send(command: unknown): Promise<unknown> {
		if (command instanceof ListShardsCommand) {
			return {
				Shards: this.shards.all.map(({ id, start, end }) => ({
					ShardId: id,
					HashKeyRange: { StartingHashKey: String(start), EndingHashKey: String(end) },
					SequenceNumberRange: { StartingSequenceNumber: "1" },
				})),
			};
		}
		if (!(command instanceof PutRecordsCommand)) throw new Error("The fake knows ListShards and PutRecords only.");
		const records = command.input.Records ?? [];
		this.mostUnderWay = Math.max(this.mostUnderWay, ++this.underWay);
		try {
			this.requests.push(records);
			await new Promise((resolve) => setImmediate(resolve));
			await this.before(records);
			if (this.#random() < (this.#faults.requests ?? 0)) {
				this.refused++;
				throw Object.assign(new Error("Rate exceeded"), {
					name: "ProvisionedThroughputExceededException",
					$metadata: { httpStatusCode: 400 },
				});
			}
			return { Records: records.map((record) => this.#land(record)) };
		} finally {
			this.underWay--;
		}
	}

	#land(record: PutRecordsRequestEntry): PutRecordsResultEntry {
		if (this.#random() < (this.#faults.records ?? 0) || this.throttle(record)) {
			this.refused++;
			return { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded for shard" };
		}
		const key = record.PartitionKey ?? "";
		const hash = record.ExplicitHashKey === undefined ? undefined : BigInt(record.ExplicitHashKey);
		const shard =
			hash === undefined
				? this.shards.of(key)
				: (this.shards.all.find(({ start, end }) => start <= hash && hash <= end) as Shard);
		this.landed.push({ shard: shard.id, key, data: Buffer.from(record.Data as Uint8Array) });
		return { ShardId: shard.id, SequenceNumber: String(this.landed.length) };
	}
}
