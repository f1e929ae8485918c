import { type Info, parse } from "csv-parse";
import { UserError } from "../errors.ts";
import { checkFile, naming, openBytes, readLines } from "./lines.ts";

/** A row of a file: its line number and its cells, by position in CSV and by name in JSONL. */
export interface Row {
	readonly line: number;
	readonly cells: Readonly<Record<string | number, unknown>>;
	/** The row as it stands in the file; of CSV only where it was asked for. */
	readonly text?: string | undefined;
}

/** A file of rows, opened anew each time it is read. */
export interface RowFile {
	readonly file: string;
	/** Of CSV the header; of JSONL the keys of the first object, later ones may have others. */
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
	/** The row as it stands in the file, where it is known. */
	readonly text: string | undefined;
	constructor({ line, text }: Pick<Row, "line" | "text">, column: string | undefined, value: unknown, why: string) {
		super(`line ${line}${column === undefined ? "" : `, column ${column}`}: ${show(value)} ${why}`);
		this.line = line;
		this.text = text;
	}
}

const BATCH = 512;
const LINE_ENDS = /^[\r\n]+|[\r\n]+$/g;

/**
 * Opens a CSV file with a header, or a JSONL file, by its name: `.csv`, `.jsonl` or `.ndjson`, each also with `.gz`. With
 * `texts` each row brings its text, to be kept where it is no trade.
 * @throws if the file cannot be read, is empty, or has another ending
 */
export async function openRows(file: string, texts = false): Promise<RowFile> {
	if (/\.csv(\.gz)?$/i.test(file)) return openCsv(file, texts);
	if (/\.(jsonl|ndjson)(\.gz)?$/i.test(file)) return openJsonLines(file);
	await checkFile(file);
	throw new UserError(
		`Cannot tell what is in ${file}: its name ends neither in .csv nor in .jsonl (nor that with .gz).`,
	);
}

async function openCsv(file: string, texts: boolean): Promise<RowFile> {
	for await (const [header] of csvRecords(file, false)) {
		if (!header) break;
		const columns = header.record.map((name) => name.trim());
		return { file, columns, byPosition: true, rows: () => csvRows(file, columns.length, texts) };
	}
	throw new UserError(`${file} is empty: the first line of a CSV file names its columns.`);
}

interface CsvRecord {
	readonly record: string[];
	readonly info: Info;
	/** With its line feed; only where it was asked for. */
	readonly raw?: string;
}

async function* csvRecords(file: string, raw: boolean): AsyncGenerator<CsvRecord[]> {
	// Widths are checked here, so that a row too short is named like every other bad row.
	const parser = parse({ bom: true, info: true, raw, relax_column_count: true, skip_empty_lines: true });
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

async function* csvRows(file: string, width: number, texts: boolean): AsyncGenerator<(Row | BadRow)[]> {
	let skip = 1;
	for await (const batch of csvRecords(file, texts)) {
		yield batch.slice(skip).map(({ record, info, raw }) => {
			const row = { line: info.lines, cells: record as unknown as Row["cells"], text: raw?.replace(LINE_ENDS, "") };
			if (record.length === width) return row;
			const why = `has ${record.length} cells where the first line names ${width} columns`;
			return new BadRow(row, undefined, record.join(","), why);
		});
		skip = 0;
	}
}

async function openJsonLines(file: string): Promise<RowFile> {
	let bad: BadRow | undefined;
	for await (const batch of jsonRows(file)) {
		bad ??= batch.find((row) => row instanceof BadRow);
		const first = batch.find((row): row is Row => !(row instanceof BadRow));
		if (first) return { file, columns: Object.keys(first.cells), byPosition: false, rows: () => jsonRows(file) };
	}
	if (bad) throw new UserError(`${file}, ${bad.message}: it needs one JSON object a line.`, { cause: bad });
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
					if (typeof cells === "object" && cells !== null && !Array.isArray(cells)) return { line, cells, text } as Row;
				} catch {
					return new BadRow({ line, text }, undefined, text, "is not JSON");
				}
				return new BadRow({ line, text }, undefined, text, "is not a JSON object");
			});
	}
}

function show(value: unknown): string {
	const text = JSON.stringify(value) ?? "nothing";
	return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
