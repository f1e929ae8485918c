import type { Trade } from "../../contracts.ts";
import { writeInstant } from "../instant.ts";
import { AHEAD_MS } from "../outgoing.ts";
import { type Columns, FIELDS } from "./columns.ts";
import { BadRow, type Row } from "./rows.ts";
import { type TimeReader, timeReader } from "./times.ts";

/** A trade as its row says it, with its time as a number; its `trade_id` is empty if the file has none. */
export interface Read {
	readonly line: number;
	readonly time: number;
	readonly trade: Trade;
}

export interface Reading {
	/** Reads `event_time`; default: ISO 8601 with an offset, or numbers. */
	readonly times?: TimeReader;
	/** Reads `quote_time`. */
	readonly quoteTimes?: TimeReader;
	/** How far a file may go back, which tells the two hours apart that clocks say twice in autumn; default: any distance. */
	readonly disorderMs?: number;
	readonly now?: () => number;
}

const NUMERIC = ["sequence", "previous_close", "day_open", "day_high", "day_low", "open", "high", "low"] as const;
const TEXTUAL = ["exchange", "currency", "side", "trader"] as const;

/** Whether rows carry an interval's open, high or low: then `event_time` is the interval's start. */
export function isIntervalData(columns: Columns, has: readonly string[]): boolean {
	return ["open", "high", "low"].some((field) => {
		const found = columns.fields.get(field);
		return found !== undefined && has.includes(found.column);
	});
}

/**
 * A function that makes a trade of a row, field by field in the contract's order and checked by its rules.
 * It throws a BadRow that names line, column and value.
 */
export function tradeReader(columns: Columns, reading: Reading = {}): (row: Row) => Read {
	const { fields, others } = columns;
	const { times = timeReader(), quoteTimes = timeReader(), now = Date.now } = reading;
	const { disorderMs = Number.POSITIVE_INFINITY } = reading;
	const used = new Set<string | number>(FIELDS);
	for (const { at, second } of fields.values()) used.add(at).add(second ?? at);
	let newest = Number.NEGATIVE_INFINITY;

	return (row) => {
		const written = (field: string): unknown => {
			const found = fields.get(field);
			const value = row.cells[found?.at ?? field];
			return found?.second === undefined ? value : `${value ?? ""} ${row.cells[found.second] ?? ""}`.trim();
		};
		const cell = (field: string): unknown => {
			const value = fields.has(field) ? written(field) : undefined;
			return value === "" || value === null ? undefined : value;
		};
		const bad = (field: string, why: string): BadRow =>
			new BadRow(row, fields.get(field)?.column ?? field, written(field), why);
		const text = (field: string): string | undefined => {
			const value = cell(field);
			if (value === undefined || typeof value === "string") return value;
			if (typeof value === "number") return String(value);
			throw bad(field, "is not a text");
		};
		const number = (field: string): number | undefined => {
			const value = cell(field);
			if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
			const read = typeof value === "string" && NUMBER.test(value) ? Number(value) : Number.NaN;
			if (Number.isFinite(read)) return read;
			throw bad(field, "is not a number");
		};
		const price = (field: string): number | undefined => {
			const value = number(field);
			if (value !== undefined && value <= 0) throw bad(field, "is not a price: it must be above 0");
			return value;
		};
		const instant = (field: string, by: TimeReader, notBefore: number): number | undefined => {
			const value = text(field);
			const read = value === undefined ? undefined : by.read(value.trim(), notBefore);
			if (typeof read === "string") throw bad(field, read);
			return read;
		};
		const needed = <T>(field: string, value: T | undefined): T => {
			if (value === undefined) throw bad(field, `where a trade needs its ${field}`);
			return value;
		};

		if (cell("source") === "clock") throw bad("source", "is what clock records have, and no trade");
		const symbol = needed("symbol", text("symbol")).trim();
		if (symbol === "") throw bad("symbol", "is blank");
		const time = needed("event_time", instant("event_time", times, newest - disorderMs));
		if (time > now() + AHEAD_MS) throw bad("event_time", "lies in the future");
		if (time > newest) newest = time;
		const size = number("size") ?? 0;
		if (!Number.isSafeInteger(size) || size < 0) throw bad("size", "is not a whole number of shares, 0 or more");
		const trade: Trade = {
			trade_id: text("trade_id") ?? "",
			symbol,
			event_time: writeInstant(time),
			price: needed("price", price("price")),
			size,
			source: text("source") ?? "replay",
		};
		for (const field of NUMERIC) {
			const value = field === "sequence" ? number(field) : price(field);
			if (value !== undefined) trade[field] = value;
		}
		if (trade.sequence !== undefined && !Number.isSafeInteger(trade.sequence)) throw bad("sequence", "is not whole");
		const { high, low } = trade;
		if (high !== undefined && low !== undefined && high < low) {
			throw bad("high", `is below the low, ${low}`);
		}
		const quoted = instant("quote_time", quoteTimes, time - 1_800_000);
		if (quoted !== undefined) trade.quote_time = writeInstant(quoted);
		for (const field of TEXTUAL) {
			const value = text(field);
			if (value !== undefined) trade[field] = value as never;
		}
		if (trade.side !== undefined && trade.side !== "buy" && trade.side !== "sell") {
			throw bad("side", 'is neither "buy" nor "sell"');
		}
		if (others) for (const { column, at } of others) trade[column] = row.cells[at];
		else for (const column in row.cells) if (!used.has(column)) trade[column] = row.cells[column];
		return { line: row.line, time, trade };
	};
}

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?\s*$/i;
