/** Interval data: bars of seconds and of minutes, a vendor's and those made of trades. */
import { DuckDBInstance } from "@duckdb/node-api";
import { query } from "./cli.ts";
import type { Row } from "./market.ts";

export interface Candle {
	symbol: string;
	window_start: string;
	open: number;
	high: number;
	low: number;
	close: number;
}

/** The header of a file of {@link lineOf}. */
export const SECONDS_HEADER = "bar_start,symbol,open,high,low,close,volume";

/** How many of these minutes a state directory's lake has exactly so: same symbol, start, open, high, low and close. */
export async function equalMinutes(state: string, expected: readonly Candle[]): Promise<number> {
	const sql = "SELECT symbol, window_start, open, high, low, close FROM bars WHERE interval = '1m'";
	const actual = new Map((await query<Candle>(state, sql)).map((bar) => [`${bar.symbol} ${bar.window_start}`, bar]));
	return expected.filter(
		(bar) => JSON.stringify(actual.get(`${bar.symbol} ${bar.window_start}`)) === JSON.stringify(bar),
	).length;
}

/** Bars of trades, `width` milliseconds long. */
export function candles(rows: Row[], width: number): (Candle & { volume: number })[] {
	const bars = new Map<string, Candle & { volume: number }>();
	for (const { symbol, event_time, price: text, size } of rows) {
		const price = Number(text);
		const window_start = new Date(Math.floor(Date.parse(event_time) / width) * width).toISOString();
		const key = `${symbol} ${window_start}`;
		const bar = bars.get(key) ?? {
			symbol,
			window_start,
			open: price,
			high: price,
			low: price,
			close: price,
			volume: 0,
		};
		bars.set(key, {
			...bar,
			high: Math.max(bar.high, price),
			low: Math.min(bar.low, price),
			close: price,
			volume: bar.volume + Number(size),
		});
	}
	return [...bars.values()];
}

/** A bar as a line of CSV. */
export const lineOf = (bar: Candle & { volume: number }) =>
	[bar.window_start, bar.symbol, bar.open, bar.high, bar.low, bar.close, bar.volume].join(",");

/** The rows of a vendor's file of bars. */
export async function readCandles(csv: string): Promise<Candle[]> {
	const instance = await DuckDBInstance.create(":memory:");
	const db = await instance.connect();
	try {
		const rows =
			await db.runAndReadAll(`SELECT symbol, strftime(CAST(bar_start AS TIMESTAMP), '%Y-%m-%dT%H:%M:%S.%gZ') AS
			window_start, open::DOUBLE AS open, high::DOUBLE AS high, low::DOUBLE AS low, close::DOUBLE AS close
			FROM read_csv('${csv.replaceAll("'", "''")}', header = true, all_varchar = true)`);
		return rows.getRowObjectsJson() as unknown as Candle[];
	} finally {
		db.closeSync();
		instance.closeSync();
	}
}
