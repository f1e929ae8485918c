import { use } from "../interpolation.ts";
import type { BarQueries } from "./names.ts";

/** What the SQL of one store says otherwise than that of the others. */
export interface Dialect {
	/** The table of bars. */
	bars: string;
	/** The column with the start of the window. */
	time: string;
	/** The condition that keeps what the dashboard's time range has. */
	inRange: string;
	/** The value that a column has in a group's newest row. */
	newest: (column: string) => string;
}

/** The windows of the moving averages, in bars. */
export const averages = [5, 20, 60] as const;

const symbol = `symbol = ${use("symbol", "sqlstring")}`;
const interval = `"interval" = ${use("bar_interval", "sqlstring")}`;
const either = `symbol IN (${use("symbol", "sqlstring")}, ${use("compare", "sqlstring")})`;
const minutes = `"interval" = '1m'`;

/** The queries over bars in SQL. Times are in UTC, moves in percent, volumes in shares. */
export function sqlQueries({ bars, time, inRange, newest }: Dialect): BarQueries {
	const where = (...conditions: string[]) => `FROM ${bars} WHERE ${[...conditions, inRange].join(" AND ")}`;
	const position = `(${newest(`"close"`)} - MIN(low)) / NULLIF(MAX(high) - MIN(low), 0.0) * 100.0`;
	const figures = [
		`${newest(`"close"`)} AS last_price`,
		"SUM(move_pct) AS move",
		`${newest("day_move_pct")} AS day_move`,
		"MIN(low) AS low",
		"MAX(high) AS high",
		"SUM(volume) AS volume",
		"SUM(trade_count) AS trades",
	].join(", ");
	const average = (rows: number) =>
		`AVG("close") OVER (ORDER BY ${time} ROWS BETWEEN ${rows - 1} PRECEDING AND CURRENT ROW) AS sma_${rows}`;
	return {
		panels: {
			candles: [
				`SELECT ${time} AS time, "open", high, low, "close", volume ${where(symbol, interval)} ORDER BY ${time}`,
			],
			moves: [
				`SELECT ${time} AS time, symbol, move_pct ${where(interval, "move_pct IS NOT NULL")} ORDER BY ${time}, symbol`,
			],
			movers: [`SELECT symbol, ${figures} ${where(minutes)} GROUP BY symbol ORDER BY move DESC, symbol`],
			day_range: [
				`SELECT symbol, MIN(low) AS low, ${newest(`"close"`)} AS last_price, MAX(high) AS high, ${position} AS position ${where(minutes)} GROUP BY symbol ORDER BY symbol`,
			],
			averages: [
				`SELECT ${time} AS time, "close", vwap, ${averages.map(average).join(", ")} ${where(symbol, interval)} ORDER BY ${time}`,
			],
			figures: [`SELECT symbol, ${figures} ${where(minutes, symbol)} GROUP BY symbol`],
			compare: [
				`SELECT ${time} AS time, symbol, SUM(move_pct) OVER (PARTITION BY symbol ORDER BY ${time} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS move ${where(either, interval, "move_pct IS NOT NULL")} ORDER BY ${time}, symbol`,
			],
			bar_range: [
				`SELECT ${time} AS time, symbol, (high - low) / low * 100.0 AS range_pct ${where(either, interval)} ORDER BY ${time}, symbol`,
			],
			activity: [`SELECT ${time} AS time, volume, trade_count ${where(symbol, interval)} ORDER BY ${time}`],
			distribution: [
				`SELECT ${time} AS time, move_pct ${where(symbol, interval, "move_pct IS NOT NULL")} ORDER BY ${time}`,
			],
			recent: [
				`SELECT ${time} AS time, "open", high, low, "close", vwap, volume, trade_count, move_pct ${where(symbol, interval)} ORDER BY ${time} DESC LIMIT 200`,
			],
		},
		variables: {
			symbols: `SELECT DISTINCT symbol ${where(minutes)} ORDER BY symbol`,
			intervals: `SELECT DISTINCT "interval" ${where()} ORDER BY "interval"`,
		},
		annotation: `SELECT ${time} AS time, CASE WHEN move_pct > 0 THEN symbol || ' up' ELSE symbol || ' down' END AS text, move_pct ${where(symbol, `"interval" = '5m'`, `ABS(move_pct) >= ${use("threshold")}`)} ORDER BY ${time}`,
		alerts: {
			move: `SELECT ${time} AS time, symbol, ABS(move_pct) AS move ${where(`"interval" = '5m'`, "move_pct IS NOT NULL")} ORDER BY ${time}, symbol`,
			no_data: `SELECT ${time} AS time, trade_count AS trades ${where(minutes)} ORDER BY ${time}`,
		},
	};
}
