import { DuckDBInstance } from "@duckdb/node-api";

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

const iso = (time: string) => `strftime(${time}, '%Y-%m-%dT%H:%M:%S.%gZ')`;

/** Trades in a CSV file with the columns of the real ones, computed by DuckDB alone: nothing of Tidemark's is used. */
export async function expectedOf(csv: string): Promise<{ trades: number; bars: ExpectedBar[]; hits: ExpectedHit[] }> {
	const instance = await DuckDBInstance.create(":memory:");
	const db = await instance.connect();
	try {
		await db.run(`CREATE TABLE t AS SELECT trade_id, symbol, CAST(event_time AS TIMESTAMP) AS et, price::DOUBLE AS price,
			size::BIGINT AS size, sequence::BIGINT AS sequence
			FROM read_csv('${csv.replaceAll("'", "''")}', header = true, all_varchar = true)`);
		const rows = async <T>(sql: string) => (await db.runAndReadAll(sql)).getRowObjectsJson() as T[];
		const trades = Number((await rows<{ n: string }>("SELECT count(*) AS n FROM t"))[0]?.n);
		const widths = {
			"1m": "time_bucket(INTERVAL '1 minute', et)",
			"5m": "time_bucket(INTERVAL '5 minutes', et)",
			"1h": "time_bucket(INTERVAL '1 hour', et)",
			"1d": "time_bucket(INTERVAL '1 day', et - INTERVAL '5 hours') + INTERVAL '5 hours'",
		};
		const each = Object.entries(widths).map(
			([interval, start]) => `SELECT symbol, '${interval}' AS interval, ${start} AS ws,
				arg_min(price, (et, sequence, trade_id)) AS open, max(price) AS high, min(price) AS low,
				arg_max(price, (et, sequence, trade_id)) AS close, sum(size) AS volume, count(*) AS trade_count,
				CAST(sum(CAST(price AS DECIMAL(18, 6)) * size) AS DOUBLE) / nullif(sum(size), 0) AS vwap
				FROM t GROUP BY ALL`,
		);
		const bars = await rows<ExpectedBar>(`SELECT symbol, interval, ${iso("ws")} AS window_start, open, high, low, close,
			volume::DOUBLE AS volume, trade_count::DOUBLE AS trade_count, vwap,
			round((close / lag(close) OVER (PARTITION BY symbol, interval ORDER BY ws) - 1) * 100, 6) AS move_pct
			FROM (${each.join(" UNION ALL ")}) ORDER BY interval, symbol, ws`);
		const hits = await rows<ExpectedHit>(`
			WITH last AS (SELECT symbol, et, arg_max(price, (sequence, trade_id)) AS price FROM t GROUP BY ALL),
			based AS (SELECT *, coalesce(
				first_value(price) OVER (PARTITION BY symbol ORDER BY et
					RANGE BETWEEN INTERVAL '5 minutes' PRECEDING AND INTERVAL '1 millisecond' PRECEDING),
				lag(price) OVER (PARTITION BY symbol ORDER BY et)) AS base_price FROM last),
			moved AS (SELECT *, round((price / base_price - 1) * 100, 6) AS move_pct FROM based),
			crossed AS (SELECT *, lag(move_pct) OVER (PARTITION BY symbol ORDER BY et) AS before FROM moved),
			hit AS (SELECT *, CASE
				WHEN abs(move_pct) >= 1.0 AND coalesce(abs(before), 0) < 1.0 THEN 'crossed'
				WHEN abs(move_pct) < 0.5 AND abs(before) >= 0.5 THEN 'cleared' END AS state FROM crossed)
			SELECT symbol || '|5m|' || state || '|'
				|| CASE WHEN (state = 'crossed' AND move_pct > 0) OR (state = 'cleared' AND before > 0) THEN 'up' ELSE 'down' END
				|| '|' || ${iso("et")} AS hit_id, price, base_price, move_pct
			FROM hit WHERE state IS NOT NULL ORDER BY hit_id`);
		return { trades, bars, hits };
	} finally {
		db.closeSync();
		instance.closeSync();
	}
}
