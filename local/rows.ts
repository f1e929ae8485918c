import {
	DuckDBDateValue,
	DuckDBDecimalValue,
	DuckDBListValue,
	DuckDBMapValue,
	type DuckDBResultReader,
	DuckDBStructValue,
	DuckDBTimestampMillisecondsValue,
	DuckDBTimestampNanosecondsValue,
	DuckDBTimestampSecondsValue,
	DuckDBTimestampTZValue,
	DuckDBTimestampValue,
	type DuckDBValue,
} from "@duckdb/node-api";

/** A value as it is shown: numbers are numbers, whole ones that JSON's readers would round are kept as bigint. */
export type Cell = null | boolean | number | bigint | string | Cell[] | { [key: string]: Cell };

/** The rows of a result. */
export interface Rows {
	columns: string[];
	rows: Cell[][];
}

/** Reads all rows of a result. Instants become ISO 8601 in UTC with milliseconds. */
export function readRows(result: DuckDBResultReader): Rows {
	return {
		columns: result.deduplicatedColumnNames(),
		rows: result.getRows().map((row) => row.map(cellOf)),
	};
}

/** One value of DuckDB as it is shown. Infinite and undefined numbers stay what they are. */
export function cellOf(value: DuckDBValue): Cell {
	if (value === null || typeof value === "boolean" || typeof value === "string" || typeof value === "number")
		return value;
	if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
	if (value instanceof DuckDBTimestampValue || value instanceof DuckDBTimestampTZValue)
		return iso(value.micros, 1_000n);
	if (value instanceof DuckDBTimestampMillisecondsValue) return iso(value.millis, 1n);
	if (value instanceof DuckDBTimestampNanosecondsValue) return iso(value.nanos, 1_000_000n);
	if (value instanceof DuckDBTimestampSecondsValue) return iso(value.seconds * 1_000n, 1n);
	if (value instanceof DuckDBDateValue) return value.toString();
	if (value instanceof DuckDBDecimalValue) return value.toDouble();
	if (value instanceof DuckDBListValue) return value.items.map(cellOf);
	if (value instanceof DuckDBStructValue) {
		return Object.fromEntries(Object.entries(value.entries).map(([name, entry]) => [name, cellOf(entry)]));
	}
	if (value instanceof DuckDBMapValue) {
		return Object.fromEntries(value.entries.map(({ key, value: entry }) => [String(key), cellOf(entry)]));
	}
	return String(value);
}

/** The range of a Date in milliseconds. */
const DATE_RANGE = 8_640_000_000_000_000n;

function iso(value: bigint, perMillisecond: bigint): string {
	// Rounded towards the past, as the millisecond that the instant lies in.
	const remainder = ((value % perMillisecond) + perMillisecond) % perMillisecond;
	const ms = (value - remainder) / perMillisecond;
	if (ms > DATE_RANGE || ms < -DATE_RANGE) return ms > 0n ? "infinity" : "-infinity";
	return new Date(Number(ms)).toISOString();
}
