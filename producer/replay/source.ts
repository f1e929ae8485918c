import { UserError } from "../errors.ts";
import { checkMap, findColumns } from "./columns.ts";
import { BadRow, openRows, type Row } from "./rows.ts";
import { type TimeOptions, type TimeUnit, timeReader } from "./times.ts";
import { isIntervalData, type Read, tradeReader } from "./trade.ts";

export interface SourceOptions extends TimeOptions {
	readonly map?: Readonly<Record<string, string>> | undefined;
	/** Whether a row that is no trade is to be kept with its text. */
	readonly rejects?: boolean | undefined;
	/** How far a file may go back in time; undefined: any distance. */
	readonly disorderMs?: number | undefined;
}

/** A file of trades that was found to have the columns that it needs. */
export interface Source {
	readonly file: string;
	/** Whether its rows are an interval each. */
	readonly isInterval: boolean;
	/** All its rows in their order, in batches, as trades or as what they are instead; read anew each time. */
	read(): AsyncGenerator<readonly (Read | BadRow)[]>;
	/** The unit that its times were found to have in the latest reading, where they are numbers. */
	unit(): TimeUnit | undefined;
}

/** Opens files; each finds its columns by itself. @throws if a file cannot be read or lacks a column */
export async function openSources(files: readonly string[], options: SourceOptions): Promise<Source[]> {
	const opened = [];
	for (const file of files) opened.push(await openRows(file, options.rejects));
	checkMap(opened, options.map);
	return opened.map((rows) => {
		const columns = findColumns(rows, options.map);
		let times = timeReader(options);
		return {
			file: rows.file,
			isInterval: isIntervalData(columns, rows.columns),
			unit: () => times.found,
			async *read() {
				times = timeReader(options);
				const { disorderMs = Number.POSITIVE_INFINITY } = options;
				const read = tradeReader(columns, { times, quoteTimes: timeReader(options), disorderMs });
				for await (const batch of rows.rows()) yield batch.map((row) => attempt(row, read));
			},
		};
	});
}

/** What `read` gives or the BadRow that it throws; other errors pass. */
export function attempt(row: Row | BadRow, read: (row: Row) => Read): Read | BadRow {
	if (row instanceof BadRow) return row;
	try {
		return read(row);
	} catch (error) {
		if (error instanceof BadRow) return error;
		throw error;
	}
}

/** The files for people: the one, or how many and which the first and last are. */
export function namesOf(files: readonly string[]): string {
	const [first, ...more] = files;
	if (first === undefined) throw new UserError("A replay needs a file.");
	return more.length === 0 ? first : `${files.length} files, ${first} to ${more.at(-1)}`;
}
