import { createHash } from "node:crypto";
import type { PutRecordsRequestEntry } from "@aws-sdk/client-kinesis";

/** How Kinesis refuses while it throttles. */
export interface Limits {
	readonly shards: number;
	readonly recordsPerSecond: number;
	/** Data and partition keys, for each shard as the records. */
	readonly bytesPerSecond: number;
	/** Share of the requests that is refused as a whole, whatever is in them. */
	readonly requests: number;
}

/** A record as it is in a request's JSON. */
export type Entry = Pick<PutRecordsRequestEntry, "PartitionKey" | "ExplicitHashKey"> & { readonly Data?: string };

interface Room {
	records: number;
	bytes: number;
	at: number;
}

/** Decides what of the requests is refused: what a shard takes in a second is given back evenly as time passes. */
export class Throttling {
	readonly #limits: Limits;
	readonly #random: () => number;
	readonly #rooms = new Map<number, Room>();

	constructor(limits: Limits, random: () => number) {
		this.#limits = limits;
		this.#random = random;
	}

	/** Which of these records are taken; undefined if the request is refused as a whole. `now` in epoch milliseconds. */
	taken(entries: readonly Entry[], now: number): boolean[] | undefined {
		if (this.#random() < this.#limits.requests) return undefined;
		return entries.map((entry) => {
			const room = this.#roomOf(shardOf(entry, this.#limits.shards), now);
			// Who has any room left takes a record, however large, and has less than none then.
			if (room.records <= 0 || room.bytes <= 0) return false;
			room.records--;
			room.bytes -= Buffer.byteLength(entry.Data ?? "", "base64") + Buffer.byteLength(entry.PartitionKey ?? "");
			return true;
		});
	}

	#roomOf(shard: number, now: number): Room {
		const { recordsPerSecond, bytesPerSecond } = this.#limits;
		const room = this.#rooms.get(shard) ?? { records: recordsPerSecond, bytes: bytesPerSecond, at: now };
		const seconds = (now - room.at) / 1000;
		room.records = Math.min(recordsPerSecond, room.records + recordsPerSecond * seconds);
		room.bytes = Math.min(bytesPerSecond, room.bytes + bytesPerSecond * seconds);
		room.at = now;
		this.#rooms.set(shard, room);
		return room;
	}
}

/** Which of `shards` even shards a record belongs to. */
export function shardOf({ PartitionKey = "", ExplicitHashKey }: Entry, shards: number): number {
	const hash = ExplicitHashKey ?? `0x${createHash("md5").update(PartitionKey).digest("hex")}`;
	// Where they do not come out even the last one is the larger.
	return Math.min(Number(BigInt(hash) / (2n ** 128n / BigInt(shards))), shards - 1);
}
