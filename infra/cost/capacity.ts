import { type Demand, type Load, storesOf } from "./load.ts";
import {
	AGGREGATE_BYTES,
	AGGREGATE_FROM,
	FILL,
	ON_DEMAND_SHARDS,
	RECORD_BYTES,
	SHARD,
	TRADES_A_KPU,
	TRADES_A_TUNED_KPU,
} from "./sizes.ts";

export type StreamName = keyof typeof RECORD_BYTES;
/** The streams, in the order of the flow. */
export const STREAMS = ["trades", "bars", "ticks", "hits"] as const satisfies readonly StreamName[];

/** What has to be there for a load. */
export type Capacity = {
	mode: "on-demand" | "provisioned";
	/** Shards that `trades` needs, and those that each stream has: the configured ones, or more where they are too few. */
	shardsNeeded: number;
	shards: Record<StreamName, number>;
	/** Whether `tidemark produce` puts several trades into a record by itself. */
	aggregated: boolean;
	/** KPUs that work, and the parallelism for them; the service adds one KPU for orchestration. */
	kpus: number;
	parallelism: number;
	/** Readers of each stream: Flink or functions. */
	consumers: Record<StreamName, number>;
	/** Most calls of functions that read streams at a time: one for each shard and function. */
	concurrency: number;
};

/**
 * The capacity for a load: no shard and no KPU more than three quarters full (`FILL`) at the given rate, and no fewer than
 * are configured. A shard takes 1 MiB/s; its limit of 1,000 records/s does not bind `trades`, because the producer
 * aggregates before. It needs a shard for each KPU, as subtasks without a shard idle; on-demand streams know nothing of that.
 *
 * @param demand the configuration, and the stores
 * @param load the records, from {@link loadOf}
 */
export function capacityOf(demand: Demand, load: Load): Capacity {
	const { config } = demand;
	const { tradesPerSecond, ticksPerSecond, barsPerMinute } = load;
	const configuredKpus = Math.ceil(config.parallelism / config.parallelismPerKpu);
	const kpus = Math.max(
		configuredKpus,
		Math.ceil(tradesPerSecond / ((demand.tuned ? TRADES_A_TUNED_KPU : TRADES_A_KPU) * FILL)),
	);
	const parallelism = kpus === configuredKpus ? config.parallelism : kpus * config.parallelismPerKpu;

	const tradeBytes = RECORD_BYTES.trades + AGGREGATE_BYTES;
	const scaled = {
		trades: shardsFor(0, tradesPerSecond * tradeBytes),
		// Bars come at the end of a minute and may take the minute.
		bars: shardsFor(barsPerMinute / 60, (barsPerMinute / 60) * RECORD_BYTES.bars),
		ticks: shardsFor(ticksPerSecond, ticksPerSecond * RECORD_BYTES.ticks),
		hits: 1,
	};
	const shardsNeeded = Math.max(scaled.trades, kpus);
	// One setting is for all streams; on demand each has its own, by its bytes alone.
	const shards =
		config.shards === undefined
			? mapStreams((name) => Math.max(ON_DEMAND_SHARDS, scaled[name]))
			: mapStreams(() => Math.max(config.shards ?? 0, shardsNeeded, ...Object.values(scaled)));

	const stores = storesOf(demand);
	const ticksToo = stores.includes("dynamodb") && config.historyTicks;
	const consumers = { trades: 1, bars: stores.length + 1, ticks: ticksToo ? 2 : 1, hits: 1 };
	return {
		mode: config.shards === undefined ? "on-demand" : "provisioned",
		shardsNeeded,
		shards,
		aggregated: tradesPerSecond / shards.trades > AGGREGATE_FROM,
		kpus,
		parallelism,
		consumers,
		concurrency: (["bars", "ticks", "hits"] as const).reduce((sum, name) => sum + shards[name] * consumers[name], 0),
	};
}

/** A value for each stream. */
export function mapStreams<T>(of: (name: StreamName) => T): Record<StreamName, T> {
	return { trades: of("trades"), bars: of("bars"), ticks: of("ticks"), hits: of("hits") };
}

/** Shards for so many records and bytes a second. */
function shardsFor(records: number, bytes: number): number {
	return Math.max(1, Math.ceil(records / (SHARD.records * FILL)), Math.ceil(bytes / (SHARD.bytes * FILL)));
}
