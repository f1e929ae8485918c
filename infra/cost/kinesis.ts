import type { Config } from "../config.ts";
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

const DAY = 24;
const WEEK = 7 * DAY;
/** For how long the streams keep their records, in hours. */
type Retention = Pick<Config, "retentionHours" | "resultsRetentionHours">;

/**
 * The four streams. Provisioned: an hour of each shard, and units of 25 KiB of each record. On demand: an hour of each
 * stream, the GiB that are written, each record rounded up to a KiB, and the GiB that each reader reads.
 * Source: https://aws.amazon.com/kinesis/data-streams/pricing/
 *
 * @param aggregated whether trades come several in a record; what the producer does by itself if left out
 */
export function streamLines(
	load: Load,
	capacity: Capacity,
	prices: Prices,
	aggregated = capacity.aggregated,
	retention: Retention = { retentionHours: DAY, resultsRetentionHours: DAY },
): Line[] {
	const written = STREAMS.map((name) => recordsOf(name, load, aggregated));
	if (capacity.mode === "provisioned") {
		const shards = STREAMS.reduce((sum, name) => sum + capacity.shards[name], 0);
		const units = sum(written, ({ records, bytes }) => records * Math.ceil(bytes / PUT_UNIT_BYTES));
		return [
			line(prices, "shardHour", `${shards} shards of 4 streams`, shards * MONTH_HOURS),
			line(prices, "putUnits", "records put", units / MILLION),
			...keptLines(written, capacity, prices, retention),
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
		...keptLines(written, capacity, prices, retention),
	];
}

/**
 * What is kept for more than the day that is free: up to a week by shards, or on demand by what is stored; after a week by
 * what is stored. What is stored is a month's mean.
 */
function keptLines(
	written: readonly Written[],
	{ mode, shards }: Capacity,
	prices: Prices,
	{ retentionHours, resultsRetentionHours }: Retention,
): Line[] {
	const hoursOf = (name: StreamName) => (name === "trades" ? retentionHours : resultsRetentionHours);
	const storedGb = (from: number, to: number) =>
		sum(written, ({ name, records, bytes }) => {
			const hours = Math.max(0, Math.min(hoursOf(name), to) - from);
			return (records * bytes * hours) / MONTH_HOURS / GIB;
		});
	const longer = STREAMS.filter((name) => hoursOf(name) > DAY);
	if (longer.length === 0) return [];
	const ofShards = sum(longer, (name) => shards[name]) * MONTH_HOURS;
	const first =
		mode === "provisioned"
			? line(prices, "shardRetention", "kept for more than a day", ofShards)
			: line(prices, "streamRetention", "kept for more than a day", storedGb(DAY, WEEK));
	const rest = storedGb(WEEK, Number.POSITIVE_INFINITY);
	return rest > 0 ? [first, line(prices, "longRetention", "kept for more than a week", rest)] : [first];
}

/** The Kinesis records of a stream in a month, and the bytes of each. */
type Written = { name: StreamName; records: number; bytes: number };

function recordsOf(name: StreamName, load: Load, aggregated: boolean): Written {
	if (name !== "trades" || !aggregated) return { name, records: load[name], bytes: RECORD_BYTES[name] };
	const bytes = TRADES_AN_AGGREGATE * (RECORD_BYTES.trades + AGGREGATE_BYTES);
	return { name, records: load.trades / TRADES_AN_AGGREGATE, bytes };
}

function sum<T>(values: readonly T[], of: (value: T) => number): number {
	return values.reduce((total, value) => total + of(value), 0);
}
