/** The bars and hits that a backtest runs over. */
import { createReadStream, existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { Bar, Hit } from "../../../contracts.ts";
import { UserError } from "../../../local/errors.ts";
import { takesIn } from "../../symbols.ts";

export interface Records {
	/** What they are of, for people. */
	source: string;
	bars: Bar[];
	hits: Hit[];
}

/** What of the records is looked at; times in epoch ms. */
export interface Wanted {
	/** Alerts from here on; records of the days before are run too, for what is derived from them. */
	from?: number | undefined;
	/** Records before this. */
	to?: number | undefined;
	/** Patterns, as rules have them. */
	symbols?: readonly string[] | undefined;
}

/** A day's high, a cooldown, the close before a long weekend: what rules know of the past does not reach further. */
const BEFORE_MS = 7 * 86_400_000;

/** From when on records are read so that alerts from `from` on are right, epoch ms. */
export function readFrom(from: number | undefined): number {
	return from === undefined ? Number.NEGATIVE_INFINITY : from - BEFORE_MS;
}

/** The records that are wanted, with those of the days before. */
export function only(
	{ source, bars, hits }: Records,
	{ from, to = Number.POSITIVE_INFINITY, symbols }: Wanted,
): Records {
	const good = (symbol: string, time: string) => {
		const at = Date.parse(time);
		return at >= readFrom(from) && at < to && (symbols === undefined || takesIn(symbols, symbol));
	};
	return {
		source,
		bars: bars.filter(({ symbol, window_start }) => good(symbol, window_start)),
		hits: hits.filter(({ symbol, event_time }) => good(symbol, event_time)),
	};
}

/**
 * Reads lines of JSON, each a bar or a hit in the form of its contract, also `.gz`. Throws {@link UserError} with the place
 * of a line that is neither.
 */
export async function readRecords(file: string): Promise<Records> {
	if (!existsSync(file)) throw new UserError(`There is no file ${file}`);
	const bytes = createReadStream(file);
	const input = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
	const records: Records = { source: file, bars: [], hits: [] };
	let number = 0;
	for await (const line of createInterface({ input })) {
		number += 1;
		if (line.trim() !== "") addLine(records, line, `${file}:${number}`);
	}
	return records;
}

/** Adds the record of one line of JSON. Throws {@link UserError} with its place where it is none. */
export function addLine({ bars, hits }: Records, line: string, place: string): void {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch (cause) {
		throw new UserError(`${place}: this is no JSON: ${line.slice(0, 100)}`, { cause });
	}
	const isHit = typeof value === "object" && value !== null && "hit_id" in value;
	const read = isHit ? Hit.safeParse(value) : Bar.safeParse(value);
	if (!read.success) {
		const [issue] = read.error.issues;
		throw new UserError(
			`${place}: this is no ${isHit ? "hit" : "bar"} as contracts.ts has it: ${issue?.path.join(".")}: ${issue?.message}`,
		);
	}
	if (isHit) hits.push(read.data as Hit);
	else bars.push(read.data as Bar);
}

/** The shortest interval that there are bars of; undefined where there are none. */
export function shortestInterval({ bars }: Pick<Records, "bars">): string | undefined {
	const lengths = new Map(
		bars.map(({ interval, window_start, window_end }) => [interval, Date.parse(window_end) - Date.parse(window_start)]),
	);
	return [...lengths].sort(([, a], [, b]) => a - b)[0]?.[0];
}
