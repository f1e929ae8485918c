import { Trade } from "../../contracts.ts";
import { UserError } from "../errors.ts";
import type { RowFile } from "./rows.ts";

/** Which column each field of a trade comes from, and which columns are carried along as they are. */
export interface Columns {
	/** Field to the column's name and to where its cell is found. */
	readonly fields: ReadonlyMap<string, { readonly column: string; readonly at: string | number }>;
	/** What no field needs. Of JSONL undefined: whatever else a line has. */
	readonly others: readonly { readonly column: string; readonly at: number }[] | undefined;
}

/** The names under which a field is found without `--map`, whatever their case. */
export const USUAL_NAMES: Readonly<Record<string, readonly string[]>> = {
	event_time: ["event_time", "bar_start", "timestamp", "time", "ts"],
	symbol: ["symbol", "ticker", "name"],
	price: ["price", "close"],
	size: ["size", "volume"],
};

const NEEDED = ["event_time", "symbol", "price"];
const FIELDS = Object.keys(Trade.shape);

/**
 * Finds the column of every field, first by `map` (field to column), then by the usual names.
 * @throws one error that names all that is missing, the columns there are, and the remedy
 */
export function findColumns(file: RowFile, map: Readonly<Record<string, string>> = {}): Columns {
	checkMap(file, map);
	const fields = new Map<string, { column: string; at: string | number }>();
	const where = (column: string) => (file.byPosition ? file.columns.indexOf(column) : column);
	for (const field of FIELDS) {
		const column = map[field] ?? usual(file, field);
		// A later line of a JSONL file may have what the first has not.
		if (column !== undefined) fields.set(field, { column, at: where(column) });
		else if (!file.byPosition && !NEEDED.includes(field)) fields.set(field, { column: field, at: field });
	}
	const missing = NEEDED.filter((field) => !fields.has(field));
	if (missing.length > 0) {
		throw new UserError(
			`${file.file} has no column for ${missing.join(", ")}. Its columns are ${file.columns.join(", ")}. ` +
				`Say which to take: --map ${missing.map((field) => `${field}=COLUMN`).join(",")}`,
		);
	}
	const taken = new Set([...fields.values()].map(({ column }) => column));
	const others = file.columns.map((column, at) => ({ column, at })).filter(({ column }) => !taken.has(column));
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

function checkMap(file: RowFile, map: Readonly<Record<string, string>>): void {
	const unknown = Object.keys(map).filter((field) => !FIELDS.includes(field));
	if (unknown.length > 0) {
		throw new UserError(`--map names ${unknown.join(", ")}, which no trade has. Its fields are ${FIELDS.join(", ")}.`);
	}
	const absent = Object.values(map).filter((column) => !file.columns.includes(column));
	if (absent.length > 0) {
		throw new UserError(
			`--map names the column ${absent.join(", ")}, which ${file.file} has not. Its columns are ${file.columns.join(", ")}.`,
		);
	}
}

function usual(file: RowFile, field: string): string | undefined {
	for (const name of USUAL_NAMES[field] ?? [field]) {
		const column =
			file.columns.find((each) => each === name) ?? file.columns.find((each) => each.toLowerCase() === name);
		if (column !== undefined) return column;
	}
	return undefined;
}
