import type { MeasureValue, _Record as TimestreamRecord } from "@aws-sdk/client-timestream-write";
import type { Bar } from "../../contracts.ts";

/** What a record of a bar always has. */
export type BarRecord = TimestreamRecord & { Version: number };

/**
 * The bar as one multi-measure record: its time is the window's start, its dimensions are symbol and interval, its version
 * is when it was emitted, so that a later one replaces it and an earlier one does not. Written are the values that cannot be
 * computed from the others, because Timestream bills by the byte: the window's end, `change`, `change_pct` and `emitted_at`
 * are left out (docs/stores.md has the expressions), and so is what is null.
 */
export function barRecord(bar: Bar): BarRecord {
	return {
		Dimensions: [
			{ Name: "symbol", Value: bar.symbol },
			{ Name: "interval", Value: bar.interval },
		],
		MeasureName: "bar",
		MeasureValueType: "MULTI",
		MeasureValues: [
			...doubles({ open: bar.open, high: bar.high, low: bar.low, close: bar.close }),
			{ Name: "volume", Value: String(bar.volume), Type: "BIGINT" },
			{ Name: "trade_count", Value: String(bar.trade_count), Type: "BIGINT" },
			...doubles({ vwap: bar.vwap, move_pct: bar.move_pct, day_move_pct: bar.day_move_pct }),
		],
		Time: String(Date.parse(bar.window_start)),
		TimeUnit: "MILLISECONDS",
		Version: Date.parse(bar.emitted_at),
	};
}

function doubles(values: { [name: string]: number | null }): MeasureValue[] {
	return Object.entries(values).flatMap(([Name, value]) =>
		value === null ? [] : [{ Name, Value: String(value), Type: "DOUBLE" as const }],
	);
}

/** Records as a call carries them: what all of them share is said once, and billed once. */
export type Shared = { CommonAttributes: TimestreamRecord; Records: TimestreamRecord[] };

const plain = ["MeasureName", "MeasureValueType", "TimeUnit", "Version"] as const;

/** Takes what all records share out of them: dimensions with the same value, and what the records' values are. */
export function share(records: readonly TimestreamRecord[]): Shared {
	const [first] = records;
	if (!first) return { CommonAttributes: {}, Records: [] };
	const names = plain.filter((name) => records.every((record) => record[name] === first[name]));
	const dimensions = (first.Dimensions ?? []).filter(({ Name, Value }) =>
		records.every(({ Dimensions = [] }) => Dimensions.some((other) => other.Name === Name && other.Value === Value)),
	);
	const shared = new Set(dimensions.map(({ Name }) => Name));
	return {
		CommonAttributes: {
			...Object.fromEntries(names.map((name) => [name, first[name]])),
			...(dimensions.length > 0 ? { Dimensions: dimensions } : {}),
		},
		Records: records.map((record) => {
			const dimensions = (record.Dimensions ?? []).filter(({ Name }) => !shared.has(Name));
			const { Dimensions: _, ...rest } = record;
			const own = Object.entries(rest).filter(([name]) => !names.some((common) => common === name));
			return { ...Object.fromEntries(own), ...(dimensions.length > 0 ? { Dimensions: dimensions } : {}) };
		}),
	};
}
