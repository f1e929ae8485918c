import { readFileSync } from "node:fs";
import { parse } from "csv-parse/sync";

/** The highest price of a symbol in an hour of the exchange's clocks, and when it was traded. */
export interface Highest {
	symbol: string;
	hour: string;
	high: number;
	event_time: string;
}

/**
 * What Amazon Athena answered to the highest price per ticker and hour, from the CSV that it wrote: its hour of the day and
 * its local time with an offset become the hour's beginning and an instant. Prices have 6 decimals.
 */
export function readAmazonsAnswer(file: string): Highest[] {
	const rows = parse(readFileSync(file), { columns: true }) as {
		name: string;
		hour: string;
		ts: string;
		max_high: string;
	}[];
	return inOrder(
		rows.map(({ name, hour, ts, max_high }) => ({
			symbol: name,
			hour: `${ts.slice(0, 10)} ${hour}:00`,
			high: Number(max_high),
			event_time: new Date(ts.replace(" ", "T")).toISOString(),
		})),
	);
}

/** Rows in one order with 6 decimals, so that two answers can be compared as wholes. */
export function inOrder(rows: Highest[]): Highest[] {
	const key = ({ symbol, event_time }: Highest) => `${symbol} ${event_time}`;
	return rows.map((row) => ({ ...row, high: Number(row.high.toFixed(6)) })).sort((a, b) => (key(a) < key(b) ? -1 : 1));
}
