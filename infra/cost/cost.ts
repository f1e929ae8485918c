import { type Capacity, capacityOf } from "./capacity.ts";
import { flinkLines } from "./flink.ts";
import { callsOf, functionLines } from "./functions.ts";
import { streamLines } from "./kinesis.ts";
import { lakeLines } from "./lake.ts";
import { type Line, totalOf } from "./line.ts";
import { type Demand, type Load, loadOf } from "./load.ts";
import { PRICES, type Prices } from "./prices.ts";
import { storeLines, tableLines } from "./stores.ts";
import { alarmLines, notificationLines, watchingLines } from "./watching.ts";

/** A month's bill, and what it is made of. */
export type Cost = { lines: Line[]; monthly: number; load: Load; capacity: Capacity };

/**
 * What a month of a demand costs on AWS, in US dollars: an estimate of what is billed for the stacks of infra/, without
 * free tiers. Data transfer is none: all of it is inside one region.
 *
 * @param aggregated whether trades are sent several in a record; what the producer does by itself if left out
 */
export function costOf(demand: Demand & { prices?: Prices; aggregated?: boolean }): Cost {
	const { prices = PRICES, config } = demand;
	const load = loadOf(demand);
	const capacity = capacityOf(demand, load);
	const functions = callsOf(demand, load, capacity);
	const lines = [
		...streamLines(load, capacity, prices, demand.aggregated, config),
		...flinkLines(capacity, prices),
		...lakeLines(load, config, prices),
		...functionLines(functions, prices),
		...tableLines(demand, load, prices),
		...storeLines(demand, load, prices),
		...notificationLines(load, prices),
		...watchingLines(functions, prices),
		...alarmLines(functions, prices),
	];
	return { lines, monthly: totalOf(lines), load, capacity };
}
