import { type Info, parse } from "csv-parse";
import { UserError } from "../errors.ts";
import { checkFile, naming, openBytes, readLines } from "./lines.ts";

/** A row of a file: its line number and its cells, by position in CSV and by name in JSONL. */
export interface Row {
	readonly line: number;
	readonly cells: Readonly<Record<string | number, unknown>>;
}

/** A file of rows, opened anew each time it is read. */
export interface RowFile {
	readonly file: string;
	/** Of CSV the header; of JSONL the keys of the first line, later lines may have others. */
	readonly columns: readonly string[];
	/** Whether cells are found by position (CSV) or by name (JSONL). */
	readonly byPosition: boolean;
	/** All rows in the order of the file, in batches. A line that is no row at all comes as a BadRow. */
	rows(): AsyncGenerator<(Row | BadRow)[]>;
}

/** A row that is no trade: where, which column, what stood there and why that will not do. */
export class BadRow extends Error {
	override readonly name = "BadRow";
	readonly line: number;
	constructor(line: number, column: string | undefined, value: unknown, why: string, cause?: unknown) {
		super(`line ${line}${column === undefined ? "" : `, column ${column}`}: ${show(value)} ${why}`, { cause });
		this.line = line;
	}
}

const BATCH = 512;

/**
 * Opens a CSV file with a header, or a JSONL file, by its name: `.csv`, `.jsonl` or `.ndjson`, each also with `.gz`.
 * @throws if the file cannot be read, is empty, or has another ending
 */
export async function openRows(file: string): Promise<RowFile> {
	if (/\.csv(\.gz)?$/i.test(file)) return openCsv(file);
	if (/\.(jsonl|ndjson)(\.gz)?$/i.test(file)) return openJsonLines(file);
	await checkFile(file);
	throw new UserError(
		`Cannot tell what is in ${file}: its name ends neither in .csv nor in .jsonl (nor that with .gz).`,
	);
}

async function openCsv(file: string): Promise<RowFile> {
	for await (const [header] of csvRecords(file)) {
		if (!header) break;
		const columns = header.record.map((name) => name.trim());
		return { file, columns, byPosition: true, rows: () => csvRows(file, columns.length) };
	}
	throw new UserError(`${file} is empty: the first line of a CSV file names its columns.`);
}

interface CsvRecord {
	readonly record: string[];
	readonly info: Info;
}

async function* csvRecords(file: string): AsyncGenerator<CsvRecord[]> {
	// Widths are checked here, so that a row too short is named like every other bad row.
	const parser = parse({ bom: true, info: true, relax_column_count: true, skip_empty_lines: true });
	const bytes = await openBytes(file);
	bytes.once("error", (error) => parser.destroy(error));
	parser.once("close", () => bytes.destroy());
	let batch: CsvRecord[] = [];
	for await (const record of naming<CsvRecord>(file, bytes.pipe(parser))) {
		batch.push(record);
		if (batch.length === BATCH) {
			yield batch;
			batch = [];
		}
	}
	if (batch.length > 0) yield batch;
}

async function* csvRows(file: string, width: number): AsyncGenerator<(Row | BadRow)[]> {
	let skip = 1;
	for await (const batch of csvRecords(file)) {
		yield batch.slice(skip).map(({ record, info }) => {
			if (record.length === width) return { line: info.lines, cells: record as unknown as Row["cells"] };
			const why = `has ${record.length} cells where the first line names ${width} columns`;
			return new BadRow(info.lines, undefined, record.join(","), why);
		});
		skip = 0;
	}
}

async function openJsonLines(file: string): Promise<RowFile> {
	for await (const [first] of jsonRows(file)) {
		const columns = first && "cells" in first ? Object.keys(first.cells) : [];
		if (first instanceof BadRow) throw new UserError(`${file}, ${first.message}`, { cause: first });
		return { file, columns, byPosition: false, rows: () => jsonRows(file) };
	}
	throw new UserError(`${file} is empty: it needs one JSON object a line.`);
}

async function* jsonRows(file: string): AsyncGenerator<(Row | BadRow)[]> {
	for await (const batch of readLines(file)) {
		yield batch
			.map(({ line, bytes }) => ({ line, text: bytes.toString("utf8") }))
			.filter(({ text }) => text.trim() !== "")
			.map(({ line, text }) => {
				try {
					const cells: unknown = JSON.parse(text);
					if (typeof cells === "object" && cells !== null && !Array.isArray(cells)) return { line, cells } as Row;
				} catch (cause) {
					return new BadRow(line, undefined, text, "is not JSON", cause);
				}
				return new BadRow(line, undefined, text, "is not a JSON object");
			});
	}
}

function show(value: unknown): string {
	const text = JSON.stringify(value) ?? "nothing";
	return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
