import { UserError } from "../../local/errors.ts";
import type { Case, CaseRow, Value } from "./cases.ts";

/** A source or view, as the case runner describes it. */
export interface CaseRelation {
	/** The event-time column. */
	eventTime: string | null;
	columns: { name: string; type: string; given: boolean }[];
}

/** By name. */
export type CaseRelations = Record<string, CaseRelation>;

/** A given row as the case runner takes it. */
export interface GivenRow {
	values: Record<string, Value>;
	record?: string;
	shard: number;
	/** Rows of one key are never parted. */
	key: string;
}

/** The given rows of a relation. */
export interface Given {
	rows: GivenRow[];
	/** Milliseconds since 1970; null where a row has no event time. */
	times: (number | null)[];
	/** `file:line` of each. */
	places: string[];
}

/**
 * The given rows of a case by relation: defaults filled in, times in full, each with its shard. Throws {@link UserError}
 * for a relation or column that there is not.
 */
export function givenRows(test: Case, relations: CaseRelations): Record<string, Given> {
	return Object.fromEntries(
		Object.entries(test.given).map(([name, rows]) => [name, givenOf(test, name, rows, find(test, relations, name))]),
	);
}

/** The expected rows of a case by relation, times in full. Throws as {@link givenRows}. */
export function expectedRows(test: Case, relations: CaseRelations): Record<string, CaseRow[]> {
	return Object.fromEntries(
		Object.entries(test.expect).map(([name, rows]) => {
			const relation = find(test, relations, name);
			const read = ({ place, values }: CaseRow) => ({ place, values: typed(values, name, relation, test, place) });
			return [name, rows.map(read)];
		}),
	);
}

function find(test: Case, relations: CaseRelations, name: string): CaseRelation {
	const relation = relations[name];
	if (relation) return relation;
	throw new UserError(
		`${test.place}: there is no source or view ${name}: there are ${Object.keys(relations).sort().join(", ")}`,
	);
}

function givenOf(test: Case, name: string, rows: readonly CaseRow[], relation: CaseRelation): Given {
	const defaults = test.defaults[name] ?? {};
	const keyColumn = keyOf(relation);
	const timeColumn = timeOf(relation);
	const keys: string[] = [];
	const given: Given = { rows: [], times: [], places: [] };
	let arrived: Value = `${test.date}T00:00:00.000Z`;
	for (const [index, row] of rows.entries()) {
		const of = fieldsOf(row);
		const values = row.record === undefined ? filled(row.values, defaults, index) : row.values;
		const known = typed(values, name, relation, test, row.place);
		if (row.record !== undefined && relation.columns.some((column) => column.name === "arrived_at")) {
			known.arrived_at ??= fullTime(of[timeColumn ?? ""], test.date) ?? arrived;
		}
		arrived = known.arrived_at ?? arrived;
		const computed = Object.keys(known).find((each) => !relation.columns.some((c) => c.name === each && c.given));
		if (computed !== undefined)
			throw new UserError(`${row.place}: ${computed} of ${name} is computed, so it cannot be given`);
		const key = String((row.record === undefined ? known : of)[keyColumn ?? ""] ?? "");
		if (!keys.includes(key)) keys.push(key);
		const time = row.record === undefined ? known[timeColumn ?? ""] : fullTime(of[timeColumn ?? ""], test.date);
		const shards =
			row.shard === "all" ? [...Array(test.shards).keys()] : [row.shard ?? keys.indexOf(key) % test.shards];
		for (const shard of shards) {
			if (shard >= test.shards)
				throw new UserError(`${row.place}: shard ${shard} is beyond the ${test.shards} of the case (shards: N)`);
			given.rows.push({
				values: known,
				...(row.record === undefined ? {} : { record: row.record }),
				shard,
				key: row.shard === undefined ? key : `shard ${shard}`,
			});
			given.times.push(typeof time === "string" ? Date.parse(time) : null);
			given.places.push(row.place);
		}
	}
	return given;
}

/** The column that tells which shard a row comes from. */
function keyOf({ columns }: CaseRelation): string | undefined {
	const texts = columns.filter((column) => column.given && column.type.startsWith("STRING"));
	return (texts.find((column) => column.name === "symbol") ?? texts[0])?.name;
}

/** The column that rows are put into order by: the event time, or the first time where that one is computed. */
function timeOf({ eventTime, columns }: CaseRelation): string | undefined {
	const own = columns.find((column) => column.name === eventTime && column.given);
	return (own ?? columns.find((column) => column.given && column.type.startsWith("TIMESTAMP_LTZ")))?.name;
}

/** What can be told of a record without the decoder. */
function fieldsOf({ record }: CaseRow): Record<string, Value> {
	try {
		const value = JSON.parse(record ?? "");
		return typeof value === "object" && value !== null ? value : {};
	} catch {
		return {};
	}
}

/** The row with its defaults: `=row` is its number from 1 as text, `=column` what another column has. */
function filled(row: Record<string, Value>, defaults: Record<string, Value>, index: number): Record<string, Value> {
	const all = { ...defaults, ...row };
	for (const [column, value] of Object.entries(defaults)) {
		if (column in row || typeof value !== "string" || !value.startsWith("=")) continue;
		all[column] = value === "=row" ? String(index + 1) : (all[value.slice(1)] ?? null);
	}
	return all;
}

function typed(
	values: Record<string, Value>,
	name: string,
	{ columns }: CaseRelation,
	test: Case,
	place: string,
): Record<string, Value> {
	return Object.fromEntries(
		Object.entries(values).map(([column, value]) => {
			const type = columns.find((each) => each.name === column)?.type;
			if (type === undefined) {
				const all = columns.map((each) => each.name).join(", ");
				throw new UserError(`${place}: ${name} has no column ${column}: it has ${all}`);
			}
			return [column, typedValue(value, type, `${place}: ${column}`, test.date)];
		}),
	);
}

function typedValue(value: Value, type: string, place: string, date: string): Value {
	if (value === null) return null;
	if (type.startsWith("TIMESTAMP")) {
		const time = fullTime(value, date);
		if (time === undefined)
			throw new UserError(
				`${place} is a time, such as 09:30:01.5 or 2024-01-02T09:30:00Z, not ${JSON.stringify(value)}`,
			);
		return type.startsWith("TIMESTAMP_LTZ") ? time : time.slice(0, -1);
	}
	if (typeof value === "number") {
		if (type.startsWith("STRING") || type.startsWith("VARCHAR") || type.startsWith("CHAR")) return String(value);
		if (!Number.isFinite(value)) return `${value < 0 ? "-" : ""}1e999`; // JSON has no infinity, but too large numbers
	}
	return value;
}

/** ISO 8601 in UTC with milliseconds; undefined where it is no time. */
export function fullTime(value: Value | undefined, date: string): string | undefined {
	if (typeof value !== "string") return undefined;
	const short = /^(\d{1,2}):(\d\d)(?::(\d\d(?:\.\d{1,3})?))?$/.exec(value);
	const iso = short
		? `${date}T${short[1]?.padStart(2, "0")}:${short[2]}:${short[3] ?? "00"}Z`
		: value.replace(" ", "T");
	if (!/^\d{4}-\d\d-\d\dT/.test(iso)) return undefined;
	const time = new Date(/(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`);
	return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}
