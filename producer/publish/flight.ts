/**
 * What may be under way at once, so that no trade can be late downstream for the way in which it was sent.
 *
 * The reader of the stream has a watermark per shard (the newest event time in it less the lateness L) and goes by the
 * least of them; a shard that it has read to the end and that stays quiet for the idle interval I (5 s) no longer counts.
 * A trade with time t is on time if that watermark is below t when it is read. PutRecords promises no order between the
 * records of a request of which some fail, and none between requests. So the publisher sends in **flights**: one begins
 * when everything in the one before is acknowledged. Whatever lands before a trade r is then from an earlier flight, from
 * r's own flight, or was acknowledged before it. A flight is one of two kinds:
 *
 * - **Plain**: single records whose event times lie within L/2. Let p be any record that may be in the stream before r.
 *   If p comes before r in the feed, t(p) ≤ t(r) + D, where D is the feed's own disorder (at most L: `scan` stops others).
 *   If it comes after r, both are in one flight, so t(p) ≤ t(r) + L/2. Either way no shard's watermark is past t(r): it is
 *   at most t(r) + max(D, L/2) − L. That holds for any failures, for any length of time, for any number of shards, and
 *   whichever of them the reader leaves out. But a busy day at full speed has 19,033 half latenesses with a trade in them,
 *   so many flights, one round trip each.
 * - **Aggregated**: for each shard one Kinesis record with several trades inside (see aggregate.ts), whatever time they
 *   span. A record lands whole or not at all, and a shard gets the next one when the one before is acknowledged; so within
 *   each shard trades stand exactly in the feed's order, failures or not, and the shard's watermark is at most
 *   t(r) + D − L when r is read from it. The least of all shards' is no more than that, as long as r's shard counts. It
 *   does while it takes at least one record in every I: trades, or the clock that each shard gets with the first flight
 *   after 250 ms without a record. If one shard refuses everything for longer than I while others, in the same flight,
 *   took theirs, trades of that one flight may be late (counted as such by the reader, and the publisher warns);
 *   `aggregate: "off"` rules even that out.
 *
 * One more exception, of the aggregated kind only: in the first flight after two shards were merged both their records go
 * to one shard. If then one of the two fails, its trades may be late.
 */
import type { PutRecordsRequestEntry } from "@aws-sdk/client-kinesis";
import type { Outgoing } from "../feed.ts";
import { AGGREGATE_OVERHEAD, aggregate, aggregatedSize } from "./aggregate.ts";
import type { Shard, Shards } from "./shards.ts";

/** One Kinesis record, and those of the feed that are in it, in their order: none in a clock. */
export interface Part {
	readonly entry: PutRecordsRequestEntry;
	readonly bytes: number;
	readonly records: readonly Outgoing[];
	/** The shard that it is meant for. */
	readonly shard: string;
}

export interface FlightRules {
	readonly latenessMs: number;
	/** `auto` aggregates when a plain flight would leave records behind that are waiting already, or with `tooMany`. */
	readonly aggregate: "auto" | "on" | "off";
	/** Whether the feed gives more than plain records allow; see RecordRate. */
	readonly tooMany: boolean;
	/** Bytes of an aggregated record at most. */
	readonly aggregateBytes: number;
	readonly shards: Shards;
}

export interface Flight {
	/** How many records from the head of the backlog it takes. */
	readonly length: number;
	readonly aggregated: boolean;
}

/** Records in a plain flight at most: eight full requests side by side. */
export const PLAIN_RECORDS = 4000;
/**
 * Bytes of an aggregated record: of a shard that refuses some as the Kinesis Producer Library has it, small enough to pass
 * its limit of 1 MiB a second soon; of others a quarter of that, which makes fewer requests.
 */
export const [SMALL_BYTES, LARGE_BYTES] = [51_200, 262_144];

/** How much of the backlog goes next, and how. Takes at least one record if there is one. */
export function planFlight(backlog: Iterable<Outgoing> & { readonly length: number }, rules: FlightRules): Flight {
	const always = rules.aggregate === "on" || (rules.aggregate === "auto" && rules.tooMany);
	const plain = always ? 0 : plainLength(backlog, rules.latenessMs / 2);
	if (rules.aggregate === "off" || (!always && plain === backlog.length)) {
		return { length: plain, aggregated: false };
	}
	return { length: aggregatedLength(backlog, rules), aggregated: true };
}

/** The Kinesis records of a flight. */
export function partsOf(records: readonly Outgoing[], { aggregated }: Flight, shards: Shards): Part[] {
	if (!aggregated) return records.map((record) => plainPart(record, shards.of(record.key)));
	const lanes = new Map<Shard, Outgoing[]>();
	for (const record of records) {
		const shard = shards.of(record.key);
		const lane = lanes.get(shard);
		if (lane) lane.push(record);
		else lanes.set(shard, [record]);
	}
	return [...lanes].map(([shard, lane]) => aggregatedPart(shard, lane));
}

/** Bytes of a record as Kinesis counts them: data and partition key. */
export function sizeOf({ key, data }: Outgoing): number {
	return data.length + Buffer.byteLength(key);
}

function plainLength(backlog: Iterable<Outgoing>, spanMs: number): number {
	let [length, oldest, newest] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	for (const { time } of backlog) {
		if (length === PLAIN_RECORDS) break;
		if (time !== undefined) {
			oldest = Math.min(oldest, time);
			newest = Math.max(newest, time);
			if (newest - oldest > spanMs) break;
		}
		length++;
	}
	return length;
}

function aggregatedLength(backlog: Iterable<Outgoing>, { shards, aggregateBytes }: FlightRules): number {
	const sizes = new Map<Shard, number>();
	let length = 0;
	for (const record of backlog) {
		const shard = shards.of(record.key);
		const before = sizes.get(shard) ?? 0;
		const size = (before || AGGREGATE_OVERHEAD) + aggregatedSize(record);
		// The first shard whose record is full ends the flight, so that flights keep the feed's order. One trade always fits.
		if (before > 0 && size > aggregateBytes) break;
		sizes.set(shard, size);
		length++;
	}
	return length;
}

function plainPart(record: Outgoing, shard: Shard): Part {
	const entry = { PartitionKey: record.key, Data: record.data };
	return { entry, bytes: sizeOf(record), records: [record], shard: shard.id };
}

function aggregatedPart(shard: Shard, lane: readonly Outgoing[]): Part {
	const [first] = lane as readonly [Outgoing, ...Outgoing[]];
	if (lane.length === 1) return plainPart(first, shard);
	const data = aggregate(lane, shard.hashKey);
	return {
		entry: { PartitionKey: first.key, ExplicitHashKey: shard.hashKey, Data: data },
		bytes: data.length + Buffer.byteLength(first.key),
		records: lane,
		shard: shard.id,
	};
}
