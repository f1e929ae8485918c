import type { Capacity, StreamName } from "./capacity.ts";
import { type Line, line } from "./line.ts";
import { type Demand, type Load, storesOf } from "./load.ts";
import type { Prices } from "./prices.ts";
import {
	CALL_CPU_MS,
	CALL_WAIT_MS,
	FUNCTION_CPUS,
	FUNCTION_GB,
	MILLION,
	MONTH_HOURS,
	PUT_MS,
	PUTS_AT_ONCE,
	RECORD_CPU_MS,
} from "./sizes.ts";

/** A function's month. */
export type Calls = { name: string; calls: number; records: number; puts: boolean };

/** The functions of the stacks and how often each is called. */
export function callsOf(demand: Demand, load: Load, capacity: Capacity): Calls[] {
	const { landingBatch, alertingBatch, historyTicks } = demand.config;
	const stores = storesOf(demand);
	const minutes = load.hours * 60;
	const of = (name: string, stream: Exclude<StreamName, "trades">, batch: number, puts: boolean): Calls => {
		const bursts = { bars: minutes, ticks: minutes * 60, hits: load.hits }[stream];
		const records = load[stream];
		const each = bursts === 0 ? 0 : records / bursts;
		return { name, calls: bursts * callsFor(each, capacity.shards[stream], batch), records, puts };
	};
	const watched = MONTH_HOURS * 60;
	return [
		...(stores.includes("influxdb") ? [of("landing-bars", "bars", landingBatch, false)] : []),
		...(stores.includes("live-analytics") ? [of("landing-live-analytics", "bars", landingBatch, false)] : []),
		...(stores.includes("dynamodb") ? [of("landing-history-bars", "bars", landingBatch, true)] : []),
		...(stores.includes("dynamodb") && historyTicks ? [of("landing-history-ticks", "ticks", landingBatch, true)] : []),
		of("landing-ticks", "ticks", landingBatch, true),
		of("alerting-bars", "bars", alertingBatch, true),
		of("alerting-hits", "hits", alertingBatch, true),
		{ name: "alerting-watch", calls: watched, records: 0, puts: false },
	];
}

/** Requests and memory × time of all functions. Source: https://aws.amazon.com/lambda/pricing/ */
export function functionLines(functions: readonly Calls[], prices: Prices): Line[] {
	const calls = functions.reduce((sum, one) => sum + one.calls, 0);
	const gbSeconds = functions.reduce((sum, one) => sum + secondsOf(one), 0) * FUNCTION_GB;
	return [
		line(prices, "lambdaRequests", `calls of ${functions.length} functions`, calls / MILLION),
		line(prices, "lambdaGbSeconds", `at ${FUNCTION_GB} GB, ARM`, gbSeconds / MILLION),
	];
}

/**
 * Seconds that calls take: each waits and begins, each record takes CPU of the share that 512 MB have, and puts go 50 at
 * a time.
 */
export function secondsOf({ calls, records, puts }: Omit<Calls, "name">): number {
	const cpuMs = (calls * CALL_CPU_MS + records * RECORD_CPU_MS) / FUNCTION_CPUS;
	const putMs = puts ? (calls + records / PUTS_AT_ONCE) * PUT_MS : 0;
	return (calls * CALL_WAIT_MS + cpuMs + putMs) / 1000;
}

/** Calls for records that come at once: one for each shard that has some of them, or as many as full batches make. */
function callsFor(records: number, shards: number, batch: number): number {
	return Math.max(shards * -Math.expm1(-records / shards), records / batch);
}
