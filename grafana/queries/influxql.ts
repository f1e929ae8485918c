import { use } from "../interpolation.ts";
import type { BarQueries } from "./names.ts";
import { averages } from "./sql.ts";

const symbol = `"symbol" = ${use("symbol", "singlequote")}`;
const interval = `"interval" = ${use("bar_interval", "singlequote")}`;
const either = `(${symbol} OR "symbol" = ${use("compare", "singlequote")})`;
const minutes = `"interval" = '1m'`;

const where = (...conditions: string[]) => `FROM "bars" WHERE ${[...conditions, "$timeFilter"].join(" AND ")}`;

const figures = [
	'LAST("close") AS "last_price"',
	'SUM("move_pct") AS "move"',
	'LAST("day_move_pct") AS "day_move"',
	'MIN("low") AS "low"',
	'MAX("high") AS "high"',
	'SUM("volume") AS "volume"',
	'SUM("trade_count") AS "trades"',
].join(", ");

/**
 * The queries over bars in InfluxQL: InfluxDB 1.x, 2.x where the bucket has a DBRP mapping, and 3. It sorts by time only,
 * so that tables are sorted by their panel, and it joins nothing, so that some panels have two queries.
 */
export const influxql: BarQueries = {
	panels: {
		candles: [`SELECT "open", "high", "low", "close", "volume" ${where(symbol, interval)}`],
		moves: [`SELECT "move_pct" ${where(interval)} GROUP BY "symbol"`],
		movers: [`SELECT ${figures} ${where(minutes)} GROUP BY "symbol"`],
		day_range: [
			`SELECT MIN("low") AS "low", LAST("close") AS "last_price", MAX("high") AS "high", (LAST("close") - MIN("low")) / (MAX("high") - MIN("low")) * 100 AS "position" ${where(minutes)} GROUP BY "symbol"`,
		],
		averages: [
			`SELECT "close", "vwap" ${where(symbol, interval)}`,
			...averages.map((bars) => `SELECT MOVING_AVERAGE("close", ${bars}) AS "sma_${bars}" ${where(symbol, interval)}`),
		],
		figures: [`SELECT ${figures} ${where(minutes, symbol)} GROUP BY "symbol"`],
		compare: [`SELECT CUMULATIVE_SUM("move_pct") AS "move" ${where(either, interval)} GROUP BY "symbol"`],
		bar_range: [`SELECT ("high" - "low") / "low" * 100 AS "range_pct" ${where(either, interval)} GROUP BY "symbol"`],
		activity: [`SELECT "volume", "trade_count" ${where(symbol, interval)}`],
		distribution: [`SELECT "move_pct" ${where(symbol, interval)}`],
		recent: [
			`SELECT "open", "high", "low", "close", "vwap", "volume", "trade_count", "move_pct" ${where(symbol, interval)} ORDER BY time DESC LIMIT 200`,
		],
	},
	variables: {
		symbols: 'SHOW TAG VALUES FROM "bars" WITH KEY = "symbol"',
		intervals: 'SHOW TAG VALUES FROM "bars" WITH KEY = "interval"',
	},
	annotation: `SELECT "symbol", "move_pct" ${where(symbol, `"interval" = '5m'`, `("move_pct" >= ${use("threshold")} OR "move_pct" <= -${use("threshold")})`)}`,
	alerts: {
		move: `SELECT ABS("move_pct") AS "move" ${where(`"interval" = '5m'`)} GROUP BY "symbol"`,
		no_data: `SELECT "trade_count" AS "trades" ${where(minutes)}`,
	},
};
