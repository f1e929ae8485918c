import { type Capacity, STREAMS, type StreamName } from "./capacity.ts";
import { type Line, line } from "./line.ts";
import type { Load } from "./load.ts";
import type { Prices } from "./prices.ts";
import {
	AGGREGATE_BYTES,
	GIB,
	MILLION,
	MONTH_HOURS,
	ON_DEMAND_UNIT_BYTES,
	PUT_UNIT_BYTES,
	RECORD_BYTES,
	TRADES_AN_AGGREGATE,
} from "./sizes.ts";

/**
 * The four streams. Provisioned: an hour of each shard, and units of 25 KiB of each record. On demand: an hour of each
 * stream, the GiB that are written, each record rounded up to a KiB, and the GiB that each reader reads.
 * Source: https://aws.amazon.com/kinesis/data-streams/pricing/
 *
 * @param aggregated whether trades come several in a record; what the producer does by itself if left out
 */
export function streamLines(load: Load, capacity: Capacity, prices: Prices, aggregated = capacity.aggregated): Line[] {
	const written = STREAMS.map((name) => recordsOf(name, load, aggregated));
	if (capacity.mode === "provisioned") {
		const shards = STREAMS.reduce((sum, name) => sum + capacity.shards[name], 0);
		const units = sum(written, ({ records, bytes }) => records * Math.ceil(bytes / PUT_UNIT_BYTES));
		return [
			line(prices, "shardHour", `${shards} shards of 4 streams`, shards * MONTH_HOURS),
			line(prices, "putUnits", "records put", units / MILLION),
		];
	}
	const bytesIn = sum(
		written,
		({ records, bytes }) => records * Math.ceil(bytes / ON_DEMAND_UNIT_BYTES) * ON_DEMAND_UNIT_BYTES,
	);
	const bytesOut = sum(written, ({ name, records, bytes }) => records * bytes * capacity.consumers[name]);
	return [
		line(prices, "streamHour", "4 streams on demand", STREAMS.length * MONTH_HOURS),
		line(prices, "streamIn", "written, each record rounded up to 1 KB", bytesIn / GIB),
		line(prices, "streamOut", "read, by each reader", bytesOut / GIB),
	];
}

/** The Kinesis records of a stream in a month, and the bytes of each. */
function recordsOf(name: StreamName, load: Load, aggregated: boolean) {
	if (name !== "trades" || !aggregated) return { name, records: load[name], bytes: RECORD_BYTES[name] };
	const bytes = TRADES_AN_AGGREGATE * (RECORD_BYTES.trades + AGGREGATE_BYTES);
	return { name, records: load.trades / TRADES_AN_AGGREGATE, bytes };
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
	return values.reduce((total, value) => total + of(value), 0);
}
