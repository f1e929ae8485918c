import { type Config, type Overrides, readConfig } from "../../../infra/config.ts";
import type { Demand } from "../../../infra/cost/load.ts";

/** Checking a configuration takes longer than any bill, and properties ask for hundreds. */
const read = new Map<string, Config>();

/** 1,000 trades/s of 100 symbols, day and night, bars in InfluxDB, with what a test wants to be different. */
export function demand(changes: Partial<Demand> = {}, overrides: Overrides = {}): Demand {
	const key = JSON.stringify(overrides);
	const config = read.get(key) ?? readConfig(overrides);
	read.set(key, config);
	return { tradesPerSecond: 1_000, symbols: 100, stores: ["influxdb"], config, ...changes };
}
