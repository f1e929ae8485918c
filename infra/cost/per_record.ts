import { secondsOf } from "./functions.ts";
import { type Line, line, totalOf } from "./line.ts";
import { type Demand, loadOf } from "./load.ts";
import { PRICES, type Prices } from "./prices.ts";
import { FUNCTION_GB, GIB, MILLION, MONTH_HOURS, ON_DEMAND_UNIT_BYTES, RECORD_BYTES } from "./sizes.ts";

/** A trade changes a bar of each interval (1m, 5m, 1h, 1d) and the latest price. */
export const WRITES_A_TRADE = 5;

/**
 * The same load on the design that samples show: one stream on demand, a call of a function for each trade, and bars in
 * DynamoDB, each updated by each trade. It has no lake, no rolling moves, no order within a bar and no duplicates found,
 * so it is cheaper than it would be with them.
 */
export function perRecordLines(demand: Demand, prices: Prices = PRICES): Line[] {
	const { trades } = loadOf(demand);
	const seconds = secondsOf({ calls: trades, records: trades, puts: false });
	return [
		line(prices, "streamHour", "1 stream on demand", MONTH_HOURS),
		line(prices, "streamIn", "written, each record rounded up to 1 KB", (trades * ON_DEMAND_UNIT_BYTES) / GIB),
		line(prices, "streamOut", "read once", (trades * RECORD_BYTES.trades) / GIB),
		line(prices, "lambdaRequests", "a call for each trade", trades / MILLION),
		line(prices, "lambdaGbSeconds", `at ${FUNCTION_GB} GB, ARM`, (seconds * FUNCTION_GB) / MILLION),
		line(prices, "dynamoWrites", "four bars and the latest price", (trades * WRITES_A_TRADE) / MILLION),
	];
}

/** US dollars a month of the per-record design. */
export function perRecordCost(demand: Demand, prices: Prices = PRICES): number {
	return totalOf(perRecordLines(demand, prices));
}
