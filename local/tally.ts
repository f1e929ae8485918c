import type { Interval } from "../contracts.ts";
import type { Lake } from "./lake.ts";
import { ask } from "./questdb.ts";
import { type Cell, readRows } from "./rows.ts";

export const intervals = ["1m", "5m", "1h", "1d"] as const satisfies Interval[];
export const reasons = ["malformed", "invalid", "late"] as const;
export type PerInterval = Record<Interval, number>;
export type Rejects = Record<(typeof reasons)[number], number>;

/** A bar's columns in the order in which they are compared; `emitted_at` is a wall clock and is left out. */
const barColumns = [
	"window_end_ms",
	"open",
	"high",
	"low",
	"close",
	"volume",
	"trade_count",
	"vwap",
	"change",
	"change_pct",
	"move_pct",
	"day_move_pct",
] as const;

/** What is in the lake, each number counted where it is. */
export interface LakeTally {
	rejects: Rejects;
	duplicates: number;
	/** Trades on time, of the table counts. */
	counted: number;
	/** Trades in 1-minute bars. */
	trades: number;
	bars: PerInterval;
	hits: number;
	/** Bars by their key. */
	barRows: Map<string, Cell[]>;
	/** Keys that are there more than once, by table. */
	doubled: Record<string, number>;
}

/** Counts what is in the lake now. */
export async function tallyLake(lake: Lake): Promise<LakeTally> {
	await lake.refresh();
	const rows = async (sql: string) => readRows(await lake.connection.runAndReadAll(sql)).rows;
	const number = async (sql: string) => Number((await rows(sql))[0]?.[0] ?? 0);
	const byName = async (sql: string) => new Map((await rows(sql)).map(([name, n]) => [String(name), Number(n)]));
	const rejects = await byName("SELECT reason, count(*) FROM rejects GROUP BY reason");
	const bars = await byName('SELECT "interval", count(*) FROM bars GROUP BY "interval"');
	const epoch = ["epoch_ms(window_end)", ...barColumns.slice(1).map((name) => `"${name}"`)];
	const barRows = await rows(`SELECT symbol, "interval", epoch_ms(window_start), ${epoch.join(", ")} FROM bars`);
	const doubled = (table: string, ...key: string[]) =>
		number(`SELECT count(*) - count(DISTINCT (${key.map((name) => `"${name}"`).join(", ")})) FROM ${table}`);
	return {
		rejects: Object.fromEntries(reasons.map((reason) => [reason, rejects.get(reason) ?? 0])) as Rejects,
		duplicates: await number("SELECT sum(duplicates) FROM counts"),
		counted: await number("SELECT sum(trades) FROM counts"),
		trades: await number(`SELECT sum(trade_count) FROM bars WHERE "interval" = '1m'`),
		bars: Object.fromEntries(intervals.map((interval) => [interval, bars.get(interval) ?? 0])) as PerInterval,
		hits: await number("SELECT count(*) FROM hits"),
		barRows: new Map(barRows.map(([symbol, interval, start, ...rest]) => [keyOf(symbol, interval, start), rest])),
		doubled: {
			trades: await doubled("trades", "symbol", "event_time", "trade_id"),
			bars: await doubled("bars", "symbol", "interval", "window_start"),
			hits: await doubled("hits", "hit_id"),
			moves: await doubled("moves", "symbol", "event_time", "lookback"),
			raw_trades: await doubled("raw_trades", "stream", "shard_id", "sequence_number", "sub_sequence_number"),
			rejects: await doubled("rejects", "shard_id", "sequence_number", "sub_sequence_number"),
			counts: await doubled("counts", "symbol", "window_start"),
		},
	};
}

/** The bars in the time-series store, by their key, in the form of {@link LakeTally.barRows}. */
export async function readStoreBars(questdb: string): Promise<Map<string, Cell[]>> {
	const { dataset } = await ask(
		questdb,
		`SELECT symbol, interval, cast(timestamp AS LONG) / 1000, ${barColumns.join(", ")} FROM bars`,
	);
	return new Map(dataset.map(([symbol, interval, start, ...rest]) => [keyOf(symbol, interval, start), rest as Cell[]]));
}

/** Where two sets of bars differ, in words; the first few, and how many there are. */
export function compareBars(lake: Map<string, Cell[]>, store: Map<string, Cell[]>): string[] {
	const differences: string[] = [];
	for (const [key, row] of lake) {
		const other = store.get(key);
		if (!other) {
			differences.push(`bar ${key} is in the lake but not in the store`);
			continue;
		}
		const columns = barColumns.filter((_, i) => !same(row[i] ?? null, other[i] ?? null));
		if (columns.length > 0) {
			const [column = "open"] = columns;
			const i = barColumns.indexOf(column);
			differences.push(`bar ${key} has ${column} ${row[i]} in the lake and ${other[i]} in the store`);
		}
	}
	for (const key of store.keys()) {
		if (!lake.has(key)) differences.push(`bar ${key} is in the store but not in the lake`);
	}
	return differences.length > 5
		? [...differences.slice(0, 5), `${differences.length - 5} more bars differ`]
		: differences;
}

function keyOf(symbol: unknown, interval: unknown, start: unknown): string {
	return `${symbol} ${interval} ${new Date(Number(start)).toISOString()}`;
}

// Both stores keep the same doubles, but one of them prints them shortened.
function same(a: Cell, b: Cell): boolean {
	if (a === b) return true;
	if (typeof a !== "number" || typeof b !== "number") return false;
	return Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b));
}
