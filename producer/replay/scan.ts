import { UserError } from "../errors.ts";
import { writeInstant } from "../instant.ts";
import { BadRow } from "./rows.ts";
import { namesOf, type Source } from "./source.ts";
import type { Read } from "./trade.ts";

/** From the earliest to the latest event time, epoch milliseconds. */
export interface Span {
	readonly first: number;
	readonly last: number;
}

/** What a first pass over the files found. */
export interface Scan extends Span {
	/** Trades to send. */
	readonly rows: number;
	/** Rows that are no trades. */
	readonly bad: number;
	/** Of each file the times of what is to be sent; undefined if that is nothing. */
	readonly spans: readonly (Span | undefined)[];
	/** The smallest step between two times of a symbol, over all files of interval data, in milliseconds. */
	readonly stepMs: number | undefined;
	/** The symbols that were asked for and that no file has. */
	readonly missing: readonly string[];
}

export interface Scanned {
	readonly latenessMs: number;
	/** Whether the trades will be sorted, so that the order of a file does not matter. */
	readonly sorted: boolean;
	/** Whether rows that are no trades are put aside, instead of refusing their file. */
	readonly rejects: boolean;
	/** Default: all. */
	readonly symbols?: readonly string[] | undefined;
	/** From inclusive, to exclusive, epoch milliseconds; default: without end. */
	readonly from?: number | undefined;
	readonly to?: number | undefined;
}

const [EXAMPLES, NAMED] = [5, 20];

/** Whether a trade is to be sent. */
export function keeper({ symbols, from, to }: Pick<Scanned, "symbols" | "from" | "to">): (read: Read) => boolean {
	const wanted = symbols && new Set(symbols);
	const [first, end] = [from ?? Number.NEGATIVE_INFINITY, to ?? Number.POSITIVE_INFINITY];
	return ({ time, trade }) => time >= first && time < end && (wanted === undefined || wanted.has(trade.symbol));
}

/**
 * Reads all files, so that what would stop a replay stops it before anything is sent.
 * @throws if rows are bad (naming the first few), if a file's times go back further than the lateness, if no file has any
 * of the symbols, or if no trade is left
 */
export async function scan(sources: readonly Source[], how: Scanned): Promise<Scan> {
	const keep = keeper(how);
	const bad: { file: string; row: BadRow }[] = [];
	let [badRows, badFiles, rows, good] = [0, 0, 0, 0];
	let back: UserError | undefined;
	const spans: (Span | undefined)[] = [];
	const symbols = new Set<string>();
	let whole: Span | undefined;
	const latest = new Map<string, number>();
	let stepMs = Number.POSITIVE_INFINITY;

	for (const { file, isInterval, read } of sources) {
		let [first, last, newestLine, badBefore] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 0, badRows];
		for await (const batch of read()) {
			for (const row of batch) {
				if (row instanceof BadRow) {
					badRows++;
					if (bad.length < EXAMPLES) bad.push({ file, row });
					continue;
				}
				const { line, time, trade } = row;
				good++;
				symbols.add(trade.symbol);
				whole = widened(whole, time, time);
				// Of all, so that an interval's id is the same whatever is left out.
				if (isInterval) {
					const step = Math.abs(time - (latest.get(trade.symbol) ?? time));
					if (step > 0 && step < stepMs) stepMs = step;
					latest.set(trade.symbol, time);
				}
				if (!keep(row)) continue;
				rows++;
				if (time < last - how.latenessMs) back ??= goesBack(file, line, time, newestLine, last, how.latenessMs);
				if (time < first) first = time;
				if (time > last) [last, newestLine] = [time, line];
			}
		}
		if (badRows > badBefore) badFiles++;
		spans.push(first > last ? undefined : { first, last });
	}

	const names = namesOf(sources.map(({ file }) => file));
	if (badRows > 0 && (good === 0 || !how.rejects)) throw badFile(names, bad, badRows, badRows + good, badFiles);
	if (whole === undefined) throw new UserError(`There is no trade in ${names}.`);
	const missing = how.symbols?.filter((symbol) => !symbols.has(symbol)) ?? [];
	if (missing.length > 0 && missing.length === how.symbols?.length) throw noneOf(missing, names, symbols);
	if (rows === 0) throw nothingLeft(names, whole, how);
	if (back && !how.sorted) throw back;
	const kept = spans.filter((span) => span !== undefined);
	const [first, last] = [Math.min(...kept.map((span) => span.first)), Math.max(...kept.map((span) => span.last))];
	return { rows, bad: badRows, first, last, spans, missing, stepMs: Number.isFinite(stepMs) ? stepMs : undefined };
}

function widened(span: Span | undefined, first: number, last: number): Span {
	if (span === undefined) return { first, last };
	if (first >= span.first && last <= span.last) return span;
	return { first: Math.min(first, span.first), last: Math.max(last, span.last) };
}

function goesBack(file: string, line: number, time: number, newestLine: number, newest: number, latenessMs: number) {
	return new UserError(
		`${file}, line ${line}: the event time ${writeInstant(time)} goes back ` +
			`${(newest - time) / 1000} s behind line ${newestLine} (${writeInstant(newest)}), further than ` +
			`the lateness of ${latenessMs / 1000} s: trades would be late. Nothing was sent. ` +
			"Add --order event-time to sort what is read on the way.",
	);
}

function badFile(
	names: string,
	bad: readonly { file: string; row: BadRow }[],
	rows: number,
	of: number,
	files: number,
): UserError {
	const more = rows > bad.length ? `\n  … and ${rows - bad.length} more${files > 1 ? `, in ${files} files` : ""}` : "";
	return new UserError(
		`${names}: ${rows} of ${of} rows are no trades. Nothing was sent.\n` +
			`${bad.map(({ file, row }) => `  ${file}, ${row.message}`).join("\n")}${more}\n` +
			"Correct them, map other columns with --map field=column,…, put them aside and send the rest with --rejects FILE, " +
			"or send all lines as they are with --raw (JSONL).",
		{ cause: bad[0]?.row },
	);
}

function noneOf(missing: readonly string[], names: string, symbols: ReadonlySet<string>): UserError {
	const there = [...symbols].sort();
	const more = there.length > NAMED ? ` and ${there.length - NAMED} more` : "";
	return new UserError(
		`There is no trade of ${missing.join(", ")} in ${names}. The symbols there are ` +
			`${there.slice(0, NAMED).join(", ")}${more}.`,
	);
}

function nothingLeft(names: string, { first, last }: Span, { symbols, from, to }: Scanned): UserError {
	const limits = [
		...(from === undefined ? [] : [`from ${writeInstant(from)}`]),
		...(to === undefined ? [] : [`to before ${writeInstant(to)}`]),
		...(symbols === undefined ? [] : [`of ${symbols.join(", ")}`]),
	];
	return new UserError(
		`There is no trade ${limits.join(" ")} in ${names}. Its times go from ${writeInstant(first)} to ${writeInstant(last)}.`,
	);
}
