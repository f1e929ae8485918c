import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type KinesisClient, ListShardsCommand, type ListShardsCommandOutput } from "@aws-sdk/client-kinesis";

/** An open shard and the hash keys that lead to it. */
export interface Shard {
	readonly id: string;
	readonly start: bigint;
	readonly end: bigint;
	/** Its first hash key: what is sent with it as ExplicitHashKey goes to this shard. */
	readonly hashKey: string;
}

/** The open shards of a stream at one moment. */
export class Shards {
	readonly all: readonly Shard[];
	readonly ids: readonly string[];
	readonly #known = new Map<string, Shard>();

	constructor(all: readonly Shard[]) {
		this.all = [...all].sort((a, b) => (a.start < b.start ? -1 : 1));
		this.ids = this.all.map(({ id }) => id);
	}

	/** The shard to which Kinesis takes a record with this partition key. */
	of(partitionKey: string): Shard {
		const known = this.#known.get(partitionKey);
		if (known) return known;
		const hash = BigInt(`0x${createHash("md5").update(partitionKey).digest("hex")}`);
		const found = this.all.find(({ start, end }) => start <= hash && hash <= end) ?? this.all[0];
		if (!found) throw new Error("The stream has no open shard.");
		// Raw lines bring endless keys.
		if (this.#known.size < 10_000) this.#known.set(partitionKey, found);
		return found;
	}

	has(id: string): boolean {
		return this.all.some((shard) => shard.id === id);
	}
}

/**
 * Asks for the shards that take records now; closed ones, parents of a split or a merge, take none.
 * @throws what the service answers, such as ResourceNotFoundException
 */
export async function listShards(client: Pick<KinesisClient, "send">, stream: string): Promise<Shards> {
	const open: Shard[] = [];
	let NextToken: string | undefined;
	do {
		// With a token the stream's name must not be given.
		const input = NextToken === undefined ? { StreamName: stream } : { NextToken };
		const page: ListShardsCommandOutput = await client.send(new ListShardsCommand(input));
		for (const { ShardId, HashKeyRange, SequenceNumberRange } of page.Shards ?? []) {
			const hashKey = HashKeyRange?.StartingHashKey;
			if (ShardId === undefined || hashKey === undefined || SequenceNumberRange?.EndingSequenceNumber) continue;
			open.push({ id: ShardId, start: BigInt(hashKey), end: BigInt(HashKeyRange?.EndingHashKey ?? hashKey), hashKey });
		}
		NextToken = page.NextToken;
	} while (NextToken !== undefined);
	return new Shards(open);
}

const [REFRESH_MS, AFTER_FAILURE_MS] = [30_000, 1000];

/** The open shards of a stream as they change: asked for again now and then, and when an answer names an unknown one. */
export class OpenShards {
	/** As they were when last asked for; none before `refresh`. */
	now: Shards = new Shards([]);
	readonly #client: Pick<KinesisClient, "send">;
	readonly #stream: string;
	#next = 0;

	constructor(client: Pick<KinesisClient, "send">, stream: string) {
		this.#client = client;
		this.#stream = stream;
	}

	/** Asks now. @throws what the service answers */
	async refresh(): Promise<void> {
		this.now = await listShards(this.#client, this.#stream);
		this.#next = Date.now() + REFRESH_MS;
	}

	/** Asks now, and again each second if there is no answer, some times. @throws what the service answers at last */
	async refreshPatiently(tries = 10): Promise<void> {
		for (let left = tries; ; left--) {
			try {
				return await this.refresh();
			} catch (error) {
				if (left <= 1) throw error;
				await sleep(AFTER_FAILURE_MS);
			}
		}
	}

	/** Asks if it is time to. Without an answer the old ones stay: they still take records, or their answers name others. */
	async refreshIfOld(): Promise<void> {
		if (Date.now() < this.#next) return;
		this.#next = Date.now() + AFTER_FAILURE_MS;
		await this.refresh().catch(() => {});
	}

	/** Some shard is not among them: they are to be asked for at the next opportunity. */
	outdated(): void {
		this.#next = 0;
	}
}
