import { Trade } from "../../contracts.ts";
import { UserError } from "../errors.ts";
import type { RowFile } from "./rows.ts";

/** Which column each field of a trade comes from, and which columns are carried along as they are. */
export interface Columns {
	/** Field to the column's name and to where its cell is found; the second cell, where a time is told by two of them. */
	readonly fields: ReadonlyMap<string, Column>;
	/** What no field needs, and has no field's name. Of JSONL undefined: whatever else a line has. */
	readonly others: readonly { readonly column: string; readonly at: number }[] | undefined;
}

export interface Column {
	readonly column: string;
	readonly at: string | number;
	readonly second?: string | number;
}

/** The names under which a field is found without `--map`, whatever their case. */
export const USUAL_NAMES: Readonly<Record<string, readonly string[]>> = {
	event_time: ["event_time", "bar_start", "timestamp", "time", "ts"],
	symbol: ["symbol", "ticker", "name"],
	price: ["price", "close"],
	size: ["size", "volume"],
};

const TIMES = ["event_time", "quote_time"];
const NEEDED = ["event_time", "symbol", "price"];
export const FIELDS: readonly string[] = Object.keys(Trade.shape);

/**
 * Finds the column of every field, first by `map` (field to column), then by the usual names.
 * @throws one error that names all that is missing, the columns there are, and the remedy
 */
export function findColumns(file: RowFile, map: Readonly<Record<string, string>> = {}): Columns {
	const fields = new Map<string, Column>();
	const where = (column: string) => (file.byPosition ? file.columns.indexOf(column) : column);
	for (const field of FIELDS) {
		const column = mapped(file, field, map) ?? usual(file, field);
		const [first, second] = column === undefined ? [] : partsOf(file, field, column);
		// A later line of a JSONL file may have what the first has not.
		if (column !== undefined && first !== undefined) {
			fields.set(field, { column, at: where(first), ...(second === undefined ? {} : { second: where(second) }) });
		} else if (!file.byPosition && !NEEDED.includes(field)) fields.set(field, { column: field, at: field });
	}
	const missing = NEEDED.filter((field) => !fields.has(field));
	if (missing.length > 0) {
		throw new UserError(
			`${file.file} has no column for ${missing.join(", ")}. Its columns are ${file.columns.join(", ")}. ` +
				`Say which to take: --map ${missing.map((field) => `${field}=COLUMN`).join(",")}`,
		);
	}
	const taken = new Set([...fields.values()].flatMap(({ at, second }) => (second === undefined ? [at] : [at, second])));
	// A column with the name of a field that comes from another one would take its place.
	const others = file.columns
		.map((column, at) => ({ column, at }))
		.filter(({ column, at }) => !taken.has(at) && !FIELDS.includes(column));
	return { fields, others: file.byPosition ? others : undefined };
}

/**
 * Reads `field=column,…` as given to `--map`, on top of what was read before.
 * @throws if a part is not of that form
 */
export function parseMap(text: string, before: Readonly<Record<string, string>> = {}): Record<string, string> {
	const map = { ...before };
	for (const part of text.split(",")) {
		const [field = "", column = "", ...more] = part.split("=").map((side) => side.trim());
		if (field === "" || column === "" || more.length > 0) {
			throw new UserError(`--map takes field=column,field=column,… but was given "${part}". Example: --map price=last`);
		}
		map[field] = column;
	}
	return map;
}

/**
 * That the map names fields that a trade has, and columns that at least one of the files has.
 * @throws if it does not
 */
export function checkMap(files: readonly RowFile[], map: Readonly<Record<string, string>> = {}): void {
	const unknown = Object.keys(map).filter((field) => !FIELDS.includes(field));
	if (unknown.length > 0) {
		throw new UserError(`--map names ${unknown.join(", ")}, which no trade has. Its fields are ${FIELDS.join(", ")}.`);
	}
	const absent = Object.entries(map).filter(([field]) => !files.some((file) => mapped(file, field, map)));
	if (absent.length === 0) return;
	const names = absent.map(([, column]) => column).join(", ");
	const [file, ...more] = files;
	throw new UserError(
		more.length === 0
			? `--map names the column ${names}, which ${file?.file} has not. Its columns are ${file?.columns.join(", ")}.`
			: `--map names the column ${names}, which none of the ${files.length} files has. ` +
					`The columns of ${file?.file} are ${file?.columns.join(", ")}.`,
	);
}

/** The column that the map names, if this file has it. */
function mapped(file: RowFile, field: string, map: Readonly<Record<string, string>>): string | undefined {
	const column = map[field];
	const has = column !== undefined && partsOf(file, field, column).every((part) => file.columns.includes(part));
	return has ? column : undefined;
}

/** Two columns where `date+time` tells a time, unless one has just that name. */
function partsOf(file: RowFile, field: string, column: string): readonly string[] {
	const parts = column.split("+").map((part) => part.trim());
	const two = TIMES.includes(field) && parts.length === 2 && !file.columns.includes(column);
	return two ? parts : [column];
}

function usual(file: RowFile, field: string): string | undefined {
	for (const name of USUAL_NAMES[field] ?? [field]) {
		const column =
			file.columns.find((each) => each === name) ?? file.columns.find((each) => each.toLowerCase() === name);
		if (column !== undefined) return column;
	}
	return undefined;
}
