import type { Bar } from "../../contracts.ts";
import { quote } from "../duckdb.ts";
import type { Lake } from "../lake.ts";
import { readRows } from "../rows.ts";

/** Which bars of the lake are meant. */
export interface WhichBars {
	/** From this start on, and before that one; epoch milliseconds. */
	from?: number;
	to?: number;
	intervals?: readonly string[];
	symbols?: readonly string[];
}

/** A day's bars in the lake: how many there are of each interval. */
export interface DayOfBars {
	/** Of the starts, in UTC. */
	day: string;
	bars: Record<string, number>;
}

/** The days on which bars start, in their order, with how many there are. */
export async function daysOfBars({ connection }: Pick<Lake, "connection">, which: WhichBars): Promise<DayOfBars[]> {
	const result = await connection.runAndReadAll(
		`SELECT CAST("day" AS VARCHAR), "interval", count(*) FROM bars WHERE ${condition(which)} GROUP BY ALL ORDER BY ALL`,
	);
	const days = new Map<string, Record<string, number>>();
	for (const [day, interval, count] of readRows(result).rows) {
		const bars = days.get(String(day)) ?? {};
		bars[String(interval)] = Number(count);
		days.set(String(day), bars);
	}
	return [...days].map(([day, bars]) => ({ day, bars }));
}

/** The bars that start on a day, by symbol, interval and start, as they went into the stream. */
export async function barsOf({ connection }: Pick<Lake, "connection">, day: string, which: WhichBars): Promise<Bar[]> {
	const result = await connection.runAndReadAll(
		`SELECT * EXCLUDE ("day") FROM bars WHERE "day" = ${quote(day)} AND ${condition(which)}
		ORDER BY symbol, "interval", window_start`,
	);
	const { columns, rows } = readRows(result);
	return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]])) as unknown as Bar);
}

function condition({ from, to, intervals, symbols }: WhichBars): string {
	const instant = (ms: number) => `CAST(${quote(new Date(ms).toISOString())} AS TIMESTAMPTZ)`;
	const day = (ms: number) => `CAST(${quote(new Date(ms).toISOString().slice(0, 10))} AS DATE)`;
	const among = (values: readonly string[]) => values.map(quote).join(", ");
	return [
		"true",
		// The days as well, so that files of other days are not opened.
		...(from === undefined ? [] : [`"day" >= ${day(from)}`, `window_start >= ${instant(from)}`]),
		...(to === undefined ? [] : [`"day" <= ${day(to)}`, `window_start < ${instant(to)}`]),
		...(intervals?.length ? [`"interval" IN (${among(intervals)})`] : []),
		...(symbols?.length ? [`symbol IN (${among(symbols)})`] : []),
	].join(" AND ");
}
