import { UserError } from "./errors.ts";
import type { Cell, Rows } from "./rows.ts";

/** Columns wider than this are cut in tables for people; `--json` and `--csv` have everything. */
const WIDEST = 60;

/** Rows as a table for people: numbers to the right, NULL spelled out. Ends with the number of rows. */
export function asTable(all: Rows): string {
	const { length } = all.rows;
	return `${tableOf(all)}\n(${length} ${length === 1 ? "row" : "rows"})`;
}

/** As {@link asTable}, without the number of rows. */
export function tableOf({ columns, rows }: Rows): string {
	const texts = rows.map((row) => row.map((cell) => shorten(cell === null ? "NULL" : textOf(cell))));
	const right = columns.map(
		(_, i) => rows.some((row) => isNumber(row[i])) && rows.every((row) => row[i] === null || isNumber(row[i])),
	);
	const widths = columns.map((name, i) => Math.max(width(name), ...texts.map((row) => width(row[i] ?? ""))));
	const line = (cells: string[]) =>
		cells
			.map((text, i) => {
				const padding = " ".repeat(Math.max(0, (widths[i] ?? 0) - width(text)));
				return right[i] ? padding + text : text + padding;
			})
			.join("  ")
			.trimEnd();
	return [line(columns), widths.map((w) => "─".repeat(w)).join("  "), ...texts.map(line)].join("\n");
}

/** Rows as one JSON array of objects, a row a line. Whole numbers of any size are written with all their digits. */
export function asJson({ columns, rows }: Rows): string {
	if (rows.length === 0) return "[]";
	const objects = rows.map((row) => json(Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null]))));
	return `[\n${objects.join(",\n")}\n]`;
}

/** Rows as CSV with a header; NULL is an empty field, an empty text is `""`. */
export function asCsv({ columns, rows }: Rows): string {
	const field = (text: string) => (text === "" || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
	const lines = rows.map((row) => row.map((cell) => (cell === null ? "" : field(textOf(cell)))).join(","));
	return [columns.map(field).join(","), ...lines].join("\n");
}

function isNumber(cell: Cell | undefined): boolean {
	return typeof cell === "number" || typeof cell === "bigint";
}

function textOf(cell: Cell): string {
	return typeof cell === "object" ? json(cell) : String(cell);
}

// JSON.stringify refuses bigint, and JSON has no word for numbers that are not finite.
function json(cell: Cell): string {
	if (typeof cell === "bigint") return cell.toString();
	if (typeof cell === "number" && !Number.isFinite(cell)) return JSON.stringify(String(cell));
	if (Array.isArray(cell)) return `[${cell.map(json).join(",")}]`;
	if (cell !== null && typeof cell === "object") {
		const members = Object.entries(cell).map(([name, value]) => `${JSON.stringify(name)}:${json(value)}`);
		return `{${members.join(",")}}`;
	}
	return JSON.stringify(cell);
}

function shorten(text: string): string {
	const line = text.replaceAll("\n", "⏎").replaceAll("\t", " ");
	return width(line) > WIDEST ? `${[...line].slice(0, WIDEST - 1).join("")}…` : line;
}

function width(text: string): number {
	return [...text].length;
}

/**
 * How rows are printed: as JSON, as CSV, or as a table for people.
 *
 * @throws UserError where both are wanted
 */
export function formatOf({ json, csv }: { json?: boolean; csv?: boolean }): (rows: Rows) => string {
	if (json && csv) throw new UserError("Choose one of --json and --csv");
	return json ? asJson : csv ? asCsv : asTable;
}
