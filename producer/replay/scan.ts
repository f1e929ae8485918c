import { UserError } from "../errors.ts";
import { writeInstant } from "../instant.ts";
import { BadRow, type Row } from "./rows.ts";
import type { Read } from "./trade.ts";

/** What a first pass over a file found. */
export interface Scan {
	readonly rows: number;
	/** Earliest and latest event time, epoch milliseconds. */
	readonly first: number;
	readonly last: number;
	/** The smallest step between two times of one symbol, in milliseconds: the interval of interval data. */
	readonly stepMs: number | undefined;
}

export interface Scanned {
	readonly file: string;
	readonly latenessMs: number;
	/** Whether the file will be sorted, so that its own order does not matter. */
	readonly sorted: boolean;
	readonly read: (row: Row) => Read;
	readonly keep: (read: Read) => boolean;
}

const EXAMPLES = 5;

/**
 * Reads a whole file, so that what would stop a replay stops it before anything is sent.
 * @throws if rows are bad (naming the first few), if times go back further than the lateness, or if no trade is left
 */
export async function scan(rows: AsyncIterable<(Row | BadRow)[]>, how: Scanned): Promise<Scan> {
	const bad: BadRow[] = [];
	let [badRows, good, first, last] = [0, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
	let back: { line: number; time: number; newest: number; newestLine: number } | undefined;
	let [newestLine, stepMs] = [0, Number.POSITIVE_INFINITY];
	const latest = new Map<string, number>();

	for await (const batch of rows) {
		for (const row of batch) {
			const read = attempt(row, how.read);
			if (read instanceof BadRow) {
				badRows++;
				if (bad.length < EXAMPLES) bad.push(read);
				continue;
			}
			if (!how.keep(read)) continue;
			const { line, time, trade } = read;
			good++;
			if (time < last - how.latenessMs) back ??= { line, time, newest: last, newestLine };
			if (time < first) first = time;
			if (time > last) [last, newestLine] = [time, line];
			const step = Math.abs(time - (latest.get(trade.symbol) ?? time));
			if (step > 0 && step < stepMs) stepMs = step;
			latest.set(trade.symbol, time);
		}
	}
	if (badRows > 0) throw badFile(how.file, bad, badRows, good);
	if (back && !how.sorted) {
		throw new UserError(
			`${how.file}, line ${back.line}: the event time ${writeInstant(back.time)} goes back ` +
				`${(back.newest - back.time) / 1000} s behind line ${back.newestLine} (${writeInstant(back.newest)}), further than ` +
				`the lateness of ${how.latenessMs / 1000} s: trades would be late. Nothing was sent. ` +
				"Add --order event-time to sort the file on the way.",
		);
	}
	if (good === 0) throw new UserError(`${how.file} holds no trade to send (of the symbols that were asked for).`);
	return { rows: good, first, last, stepMs: Number.isFinite(stepMs) ? stepMs : undefined };
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

function badFile(file: string, bad: readonly BadRow[], rows: number, good: number): UserError {
	const more = rows > bad.length ? `\n  … and ${rows - bad.length} more` : "";
	return new UserError(
		`${file}: ${rows} of ${rows + good} rows are no trades. Nothing was sent.\n` +
			`${bad.map((each) => `  ${file}, ${each.message}`).join("\n")}${more}\n` +
			"Correct the file, map other columns with --map field=column,…, or send its lines as they are with --raw (JSONL).",
		{ cause: bad[0] },
	);
}
