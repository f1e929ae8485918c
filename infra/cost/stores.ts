import { type Line, line } from "./line.ts";
import { type Demand, type Load, storesOf } from "./load.ts";
import type { Prices } from "./prices.ts";
import {
	GIB,
	INFLUX_BAR_BYTES,
	LIVE_BAR_BYTES,
	LIVE_WRITES_A_BAR,
	MILLION,
	MONTH_HOURS,
	RECORD_BYTES,
} from "./sizes.ts";

/** infra/network.ts: Secrets Manager and SQS, each in two zones. */
const ENDPOINT_ZONES = 4;
const READ_UNIT_BYTES = 4096;
/** docs/stores.md: half a KiB is a usual bar. */
const ITEM_BYTES = 512;
/** A notification and the state of its episode are written in one transaction, which counts twice, and into an index. */
const WRITES_AN_ALERT = 5;

/** The time-series stores that were chosen. */
export function storeLines(demand: Demand, load: Load, prices: Prices): Line[] {
	const stores = storesOf(demand);
	return [
		...(stores.includes("influxdb") ? influxLines(demand, load, prices) : []),
		...(stores.includes("live-analytics") ? liveLines(demand, load, prices) : []),
	];
}

/** One instance, two with a standby; and the endpoints of its network, in two zones, where the stacks make that. */
function influxLines({ config }: Demand, { bars }: Load, prices: Prices): Line[] {
	const { standby, storageGb } = config.influxdb;
	const instances = standby ? 2 : 1;
	const gb = Math.max(storageGb, (bars * INFLUX_BAR_BYTES) / GIB);
	const made = config.endpoints.store === undefined;
	return [
		line(prices, "influxHour", standby ? "two db.influx.medium" : "one db.influx.medium", instances * MONTH_HOURS),
		line(prices, "influxStorage", "its storage", instances * gb),
		...(made ? [line(prices, "endpointHour", "two endpoints in two zones", ENDPOINT_ZONES * MONTH_HOURS)] : []),
	];
}

/**
 * Calls are billed in KiB; bars of a minute share them. Every bar is in memory for `memoryStoreHours`, and a month's bars
 * are kept for a month. Source: https://docs.aws.amazon.com/timestream/latest/developerguide/metering-and-pricing.html
 */
function liveLines({ config }: Demand, { bars, barsPerMinute, hours }: Load, prices: Prices): Line[] {
	const writes = Math.ceil(barsPerMinute * LIVE_WRITES_A_BAR) * hours * 60;
	const gb = (bars * LIVE_BAR_BYTES) / GIB;
	return [
		line(prices, "liveWrites", "writes of 1 KB", writes / MILLION),
		line(prices, "liveMemory", `${config.memoryStoreHours} h in memory`, gb * config.memoryStoreHours),
		line(prices, "liveMagnetic", "a month of bars, for a month", gb),
	];
}

/**
 * DynamoDB: the latest prices (a write for each tick), the states of alerting (a read and a write for each bar and hit),
 * the look of each minute over the latest prices, and the history where it is chosen. An item is a write unit of 1 KB.
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html
 */
export function tableLines(demand: Demand, load: Load, prices: Prices): Line[] {
	const { historyDays, historyTicks } = demand.config;
	const history = storesOf(demand).includes("dynamodb") ? load.bars + (historyTicks ? load.ticks : 0) : 0;
	const states = load.bars + load.hits;
	const looks = MONTH_HOURS * 60 * Math.ceil((demand.symbols * RECORD_BYTES.ticks) / READ_UNIT_BYTES) * 0.5;
	return [
		line(prices, "dynamoWrites", "latest prices", load.ticks / MILLION),
		line(prices, "dynamoWrites", "alerting's states", (states + load.alerts * WRITES_AN_ALERT) / MILLION),
		line(prices, "dynamoReads", "alerting's states and looks", (states + looks) / MILLION),
		...(history === 0 ? [] : historyLines(history, historyDays, prices)),
	];
}

function historyLines(items: number, days: number, prices: Prices): Line[] {
	const gb = ((items * ITEM_BYTES) / GIB) * (days / (MONTH_HOURS / 24));
	return [
		line(prices, "dynamoWrites", "history", items / MILLION),
		line(prices, "dynamoStorage", `${days} days of history`, gb),
	];
}
