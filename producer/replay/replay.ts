import { UserError } from "../errors.ts";
import { DEFAULT_LATENESS_MS, type Feed, type Outgoing, type ReplaySpec } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import { paced, rebaseBy } from "../pace.ts";
import { findColumns } from "./columns.ts";
import { idMaker, intervalName } from "./ids.ts";
import { openRaw } from "./raw.ts";
import { openRows, type Row, type RowFile } from "./rows.ts";
import { attempt, type Scan, scan } from "./scan.ts";
import { sortByTime, type Timed } from "./sort.ts";
import { isIntervalData, type Read, tradeReader } from "./trade.ts";

/**
 * Opens a file of trades as a feed. All of it is read once before anything is given out, so that a bad row, a column that
 * is not there or times that go back too far end in an error while nothing is sent yet.
 */
export async function openReplay(spec: ReplaySpec): Promise<Feed> {
	checkSpec(spec);
	if (spec.raw) return openRaw(spec);
	const { file, latenessMs = DEFAULT_LATENESS_MS } = spec;
	const rows = await openRows(file);
	const columns = findColumns(rows, spec.map);
	const read = tradeReader(columns);
	const keep = keeper(spec.symbols);
	const sorted = spec.order === "event-time";
	const found = await scan(rows.rows(), { file, latenessMs, sorted, read, keep });

	const interval = isIntervalData(columns, rows.columns) ? (spec.interval ?? smallestStep(file, found)) : undefined;
	// How far times move is known only when the sending begins.
	const shiftAt = (now: number): number =>
		spec.rebase === undefined ? 0 : rebaseBy(found.first, found.last, spec.speed ?? "max", now);
	const records = (now: number): AsyncGenerator<readonly Outgoing[]> => {
		const asRead = trades(rows, read, keep);
		return encode(sorted ? sortedTrades(asRead) : asRead, idMaker(interval, latenessMs), shiftAt(now));
	};
	const firstAt = (now: number): number => found.first + shiftAt(now);
	return paced({ name: `replay of ${file}`, total: found.rows, firstAt, records }, spec.speed);
}

function checkSpec({ speed, symbols, map, raw, rebase, interval }: ReplaySpec): void {
	if (typeof speed === "number" && !(speed > 0 && Number.isFinite(speed))) {
		throw new UserError(`A replay's speed is a factor of real time above 0, or max, but was ${speed}.`);
	}
	const changing = { map, rebase, symbols, interval };
	const given = Object.entries(changing).filter(([, value]) => value !== undefined);
	if (raw && given.length > 0) {
		throw new UserError(
			`--raw sends each line as it is and cannot be used with --${given.map(([name]) => name).join(", --")}.`,
		);
	}
}

function keeper(symbols: readonly string[] | undefined): (read: Read) => boolean {
	const wanted = symbols && new Set(symbols);
	return wanted === undefined ? () => true : ({ trade }) => wanted.has(trade.symbol);
}

function smallestStep(file: string, { stepMs }: Scan): string {
	if (stepMs !== undefined) return intervalName(stepMs);
	throw new UserError(
		`${file} holds interval data, but one time only, so that its interval is unknown. Add --interval 1m.`,
	);
}

async function* trades(
	rows: RowFile,
	read: (row: Row) => Read,
	keep: (read: Read) => boolean,
): AsyncGenerator<readonly Read[]> {
	for await (const batch of rows.rows()) {
		yield batch
			.map((row) => attempt(row, read))
			.map((each) => {
				// The first pass found none: the file has changed since.
				if (each instanceof Error)
					throw new UserError(`${rows.file} changed while it was sent: ${each.message}`, { cause: each });
				return each;
			})
			.filter(keep);
	}
}

async function* sortedTrades(source: AsyncIterable<readonly Read[]>): AsyncGenerator<readonly Read[]> {
	async function* timed(): AsyncGenerator<readonly Timed[]> {
		for await (const batch of source) {
			yield batch.map(({ time, line, trade }) => ({ time, text: JSON.stringify([line, trade]) }));
		}
	}
	for await (const batch of sortByTime(timed())) {
		yield batch.map(({ time, text }) => {
			const [line, trade] = JSON.parse(text) as [number, Read["trade"]];
			return { time, line, trade };
		});
	}
}

async function* encode(
	source: AsyncIterable<readonly Read[]>,
	idOf: (read: Read) => string,
	shift: number,
): AsyncGenerator<readonly Outgoing[]> {
	for await (const batch of source) {
		yield batch.map((read) => {
			const { trade } = read;
			const time = read.time + shift;
			// Before the time is moved: the id says the file's own.
			if (trade.trade_id === "") trade.trade_id = idOf(read);
			if (shift !== 0) trade.event_time = writeInstant(time);
			return { key: trade.symbol, time, data: Buffer.from(JSON.stringify(trade)) };
		});
	}
}
