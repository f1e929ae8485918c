import { tableOf } from "../format.ts";
import type { Cell } from "../rows.ts";

/** What a backfill did, or would do. */
export interface Backfilled {
	/** Days in UTC, both included. */
	from: string;
	to: string;
	layer: "bronze" | "silver";
	dryRun: boolean;
	tables: TableChange[];
}

/** What is other in a table of the lake: rows by its key, compared without `emitted_at`. */
export interface TableChange {
	table: string;
	/** Rows of the days. */
	before: number;
	after: number;
	added: number;
	removed: number;
	changed: number;
	/** Rows outside the days that depend on them. */
	beside: number;
	examples: { before: Row | null; after: Row | null }[];
	/** Corrected rows that went to the stores; missing where none did. */
	sent?: number;
}

type Row = Record<string, Cell>;

/** Columns that say nothing of what a row says. */
const ASIDE = new Set(["emitted_at", "day"]);

/** A backfill for people: a line for each table, and some of the rows that differ. */
export function sayBackfilled({ tables, dryRun }: Backfilled): string {
	const columns = ["table", "rows before", "after", "added", "removed", "changed", "beside the days", "sent"];
	const rows = tables.map(({ table, before, after, added, removed, changed, beside, sent = 0 }) => [
		table,
		before,
		after,
		added,
		removed,
		changed,
		beside,
		sent,
	]);
	const differs = tables.some(({ added, removed, changed, beside }) => added + removed + changed + beside > 0);
	const examples = tables.flatMap(({ table, examples }) => examples.map((each) => `${table}: ${sayChange(each)}`));
	const end = !differs
		? "Nothing differs: the lake is as it was."
		: dryRun
			? "A dry run: nothing was written. Without --dry-run each of these tables changes in one commit."
			: "Each table changed in one commit; tidemark athena --as-of TIME shows it as it was before.";
	return [tableOf({ columns, rows }), ...examples, end].join("\n");
}

/** A row that came, went, or says something else now. */
export function sayChange({ before, after }: TableChange["examples"][number]): string {
	if (before === null) return `+ ${say(after ?? {})}`;
	if (after === null) return `- ${say(before)}`;
	const other = Object.keys(after).filter((name) => !ASIDE.has(name) && before[name] !== after[name]);
	const same = Object.entries(after).filter(
		([name, value]) => !other.includes(name) && !ASIDE.has(name) && typeof value === "string",
	);
	const changes = other.map((name) => `${name} ${show(before[name])} → ${show(after[name])}`);
	return `~ ${say(Object.fromEntries(same))}: ${changes.join(", ")}`;
}

function say(row: Row): string {
	return Object.entries(row)
		.filter(([name, value]) => !ASIDE.has(name) && value !== null)
		.map(([name, value]) => (typeof value === "string" ? show(value) : `${name} ${show(value)}`))
		.join(" ");
}

function show(value: Cell | undefined): string {
	return value === null || value === undefined ? "NULL" : String(value);
}
