import { DuckDBInstance } from "@duckdb/node-api";
import type { Bar, Hit } from "../../contracts.ts";

/** A bar as both sides of a comparison have it: times as ISO text. */
export interface ExpectedBar {
	symbol: string;
	interval: string;
	window_start: string;
	open: number;
	high: number;
	low: number;
	close: number;
	volume: number;
	trade_count: number;
	vwap: number | null;
	move_pct: number | null;
}

export interface ExpectedHit {
	hit_id: string;
	price: number;
	base_price: number;
	move_pct: number;
}

export interface ExpectedMove {
	symbol: string;
	event_time: string;
	price: number;
	base_price: number | null;
	move_pct: number | null;
	lookback: string;
}

/** What makes a hit of a rolling move over so many minutes, in percent. */
export interface Level {
	minutes: number;
	threshold: number;
	clear: number;
}

/** The level of every symbol in sql/1_sources/thresholds.sql that has none of its own. */
export const standard: Level = { minutes: 5, threshold: 1, clear: 0.5 };

const iso = (time: string) => `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%gZ')`;
/** Results carry a wall clock; here it is the time at which their window closes. */
const emitted = (time: string) => `${iso(`${time} + INTERVAL '2 seconds'`)} AS emitted_at`;

/**
 * The bars and hits of the trades in a CSV file with the columns of the real ones, whole as the contracts have them, computed
 * by DuckDB alone: nothing of Tidemark's is used. The moves, one for each time of each symbol, can be left out. Trades of this
 * kind say no previous close, so that `day_move_pct` is null.
 */
export async function expectedOf(
	csv: string,
	levels = [standard],
	{ withMoves = true } = {},
): Promise<{ trades: number; bars: Bar[]; hits: Hit[]; moves: ExpectedMove[] }> {
	const instance = await DuckDBInstance.create(":memory:");
	const db = await instance.connect();
	try {
		await db.run(`CREATE TABLE t AS SELECT trade_id, symbol, CAST(event_time AS TIMESTAMP) AS et, price::DOUBLE AS price,
			size::BIGINT AS size, sequence::BIGINT AS sequence
			FROM read_csv('${csv.replaceAll("'", "''")}', header = true, all_varchar = true)`);
		const rows = async <T>(sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson() as T[];
		const trades = Number((await rows<{ n: string }>("SELECT count(*) AS n FROM t"))[0]?.n);
		const widths = { "1m": "1 minute", "5m": "5 minutes", "1h": "1 hour", "1d": "1 day" };
		const each = Object.entries(widths).map(
			([interval, width]) => `SELECT symbol, '${interval}' AS interval,
				time_bucket(INTERVAL '${width}', et, TIMESTAMP '2000-01-03 ${interval === "1d" ? "05" : "00"}:00') AS ws,
				ws + INTERVAL '${width}' AS we,
				arg_min(price, (et, sequence, trade_id)) AS open, max(price) AS high, min(price) AS low,
				arg_max(price, (et, sequence, trade_id)) AS close, sum(size) AS volume, count(*) AS trade_count,
				CAST(sum(CAST(price AS DECIMAL(18, 6)) * size) AS DOUBLE) / nullif(sum(size), 0) AS vwap
				FROM t GROUP BY ALL`,
		);
		const bars = await rows<Bar>(`SELECT symbol, interval, ${iso("ws")} AS window_start, ${iso("we")} AS window_end,
			open, high, low, close, volume::DOUBLE AS volume, trade_count::DOUBLE AS trade_count, vwap,
			round(close - open, 6) AS change, round((close / open - 1) * 100, 6) AS change_pct,
			round((close / lag(close) OVER (PARTITION BY symbol, interval ORDER BY ws) - 1) * 100, 6) AS move_pct,
			NULL::DOUBLE AS day_move_pct, ${emitted("we")}
			FROM (${each.join(" UNION ALL ")}) ORDER BY interval, symbol, ws`);
		const hits = await Promise.all(levels.map((level) => rows<Hit>(hitsSql(level))));
		const moves = await Promise.all((withMoves ? levels : []).map((level) => rows<ExpectedMove>(movesSql(level))));
		return { trades, bars, hits: hits.flat(), moves: moves.flat() };
	} finally {
		db.closeSync();
		instance.closeSync();
	}
}

/** The CTEs up to `moved`: a row for each symbol and event time. */
function moved(minutes: number): string {
	return `last AS (SELECT symbol, et, arg_max(price, (sequence, trade_id)) AS price FROM t GROUP BY ALL),
		based AS (SELECT *, coalesce(
			first_value(price) OVER (PARTITION BY symbol ORDER BY et
				RANGE BETWEEN INTERVAL '${minutes} minutes' PRECEDING AND INTERVAL '1 millisecond' PRECEDING),
			lag(price) OVER (PARTITION BY symbol ORDER BY et)) AS base_price FROM last),
		moved AS (SELECT *, round((price / base_price - 1) * 100, 6) AS move_pct FROM based)`;
}

function movesSql({ minutes }: Level): string {
	return `WITH ${moved(minutes)} SELECT symbol, ${iso("et")} AS event_time, price, base_price, move_pct,
		'${minutes}m' AS lookback FROM moved`;
}

function hitsSql({ minutes, threshold, clear }: Level): string {
	return `
		WITH ${moved(minutes)},
		crossed AS (SELECT *, lag(move_pct) OVER (PARTITION BY symbol ORDER BY et) AS before FROM moved),
		hit AS (SELECT *, CASE
			WHEN abs(move_pct) >= ${threshold} AND coalesce(abs(before), 0) < ${threshold} THEN 'crossed'
			WHEN abs(move_pct) < ${clear} AND abs(before) >= ${clear} THEN 'cleared' END AS state, CASE
			WHEN (state = 'crossed' AND move_pct > 0) OR (state = 'cleared' AND before > 0) THEN 'up'
			ELSE 'down' END AS direction FROM crossed)
		SELECT concat_ws('|', symbol, '${minutes}m', state, direction, ${iso("et")}) AS hit_id, symbol,
			${iso("et")} AS event_time, price, base_price, move_pct, '${minutes}m' AS lookback,
			${threshold}::DOUBLE AS threshold_pct, ${clear}::DOUBLE AS clear_pct, direction, state, ${emitted("et")}
		FROM hit WHERE state IS NOT NULL ORDER BY hit_id`;
}
