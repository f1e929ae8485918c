import type { Store } from "../config.ts";
import { type Cost, costOf } from "./cost.ts";
import { totalOf } from "./line.ts";
import { type Demand, storesOf } from "./load.ts";
import { PRICES, type Prices } from "./prices.ts";
import { MONTH_HOURS } from "./sizes.ts";

/** A change that makes a month cheaper, and by how many US dollars. */
export type Advice = { text: string; saves: number };

/** Less than this a month is not worth a change. */
const WORTHWHILE = 1;
const LONG_CHECKPOINT_MS = 300_000;
const storeNames: Record<Store, string> = {
	influxdb: "Timestream for InfluxDB",
	dynamodb: "DynamoDB",
	"live-analytics": "Timestream LiveAnalytics (for accounts that have it)",
};

/**
 * What to change to make it cheaper: each change is computed by itself, as the difference of two bills; what saves most
 * comes first. Changes that save the same thing do not add up.
 */
export function adviceFor(demand: Demand, prices: Prices = PRICES): Advice[] {
	const now = costOf({ ...demand, prices });
	const changes = [
		streams(demand, now, prices),
		aggregates(demand, now, prices),
		checkpoints(demand, now, prices),
		tuned(demand, now, prices),
		...otherStore(demand, now, prices),
		pause(now, prices),
	];
	return changes
		.filter((change): change is Advice => change !== undefined && change.saves >= WORTHWHILE)
		.sort((a, b) => b.saves - a.saves);
}

/** The other mode of the streams. */
function streams(demand: Demand, now: Cost, prices: Prices): Advice {
	const provisioned = now.capacity.mode === "provisioned";
	const { shards: _, ...onDemand } = demand.config;
	const other = costOf({ ...demand, config: provisioned ? onDemand : { ...onDemand, shards: 1 }, prices });
	const shards = other.capacity.shards.trades;
	return {
		text: provisioned
			? "streams on demand: leave out shards"
			: `provisioned streams, which nothing scales: -c tidemark='{"shards":${shards}}'`,
		saves: now.monthly - other.monthly,
	};
}

/** Several trades in a record: on demand, each record is rounded up to a KiB. */
function aggregates(demand: Demand, now: Cost, prices: Prices): Advice | undefined {
	if (now.capacity.aggregated) return undefined;
	const other = costOf({ ...demand, prices, aggregated: true });
	return {
		text: "several trades in a record: tidemark produce --aggregate on",
		saves: now.monthly - other.monthly,
	};
}

/** A setting of the service's own, which a case with AWS Support changes: docs/cost.md says why it matters so much. */
function tuned(demand: Demand, now: Cost, prices: Prices): Advice | undefined {
	if (demand.tuned) return undefined;
	const other = costOf({ ...demand, tuned: true, prices });
	return {
		text: `${other.capacity.kpus} KPU in place of ${now.capacity.kpus}: ask AWS Support for state.backend.rocksdb.writebuffer.size: 4mb`,
		saves: now.monthly - other.monthly,
	};
}

/** Fewer commits: fewer files, requests and compactions; rows are seen later in the lake, and nowhere else. */
function checkpoints(demand: Demand, now: Cost, prices: Prices): Advice | undefined {
	if (demand.config.checkpointMs >= LONG_CHECKPOINT_MS) return undefined;
	const other = costOf({ ...demand, config: { ...demand.config, checkpointMs: LONG_CHECKPOINT_MS }, prices });
	return {
		text: `a checkpoint every 5 minutes, rows in the lake so much later: -c tidemark='{"checkpointMs":${LONG_CHECKPOINT_MS}}'`,
		saves: now.monthly - other.monthly,
	};
}

/** Each other store in place of the one that was chosen; with several, or none, there is nothing to exchange. */
function otherStore(demand: Demand, now: Cost, prices: Prices): Advice[] {
	const [chosen, ...more] = storesOf(demand);
	if (chosen === undefined || more.length > 0) return [];
	return (Object.keys(storeNames) as Store[])
		.filter((store) => store !== chosen)
		.map((store) => ({
			text: `bars in ${storeNames[store]}: -c tidemark='{"stores":["${store}"]}'`,
			saves: now.monthly - costOf({ ...demand, stores: [store], prices }).monthly,
		}));
}

/** Without trades nothing has to run: a stopped application is started again from its snapshot. */
function pause({ lines, load }: Cost, prices: Prices): Advice | undefined {
	if (load.hours >= MONTH_HOURS || prices.kpuHour.usd === 0) return undefined;
	const kpus = totalOf(lines.filter(({ priceName }) => priceName === "kpuHour"));
	return {
		text: "the Flink application stopped (with a snapshot) while there are no trades",
		saves: kpus * (1 - load.hours / MONTH_HOURS),
	};
}
