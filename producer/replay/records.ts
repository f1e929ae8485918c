import { UserError } from "../errors.ts";
import type { Item } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import { idMaker } from "./ids.ts";
import type { Part, Taken } from "./order.ts";
import { BadRow } from "./rows.ts";
import type { Scan } from "./scan.ts";
import type { Source } from "./source.ts";
import type { Read } from "./trade.ts";

export interface PartOptions {
	readonly keep: (read: Read) => boolean;
	/** What happens to rows that are no trades: their file has changed since it was found to have none. */
	readonly bad: "fail" | "reject" | "leave out";
}

/** The files as far as they give anything, each with the times of what it gives. */
export function partsOf(sources: readonly Source[], { first, spans }: Scan, { keep, bad }: PartOptions): Part[] {
	return sources.flatMap((source, rank) => {
		// Rows to reject may be all that a file has.
		const span = spans[rank] ?? (bad === "reject" ? { first, last: first } : undefined);
		return span ? { rank, span, read: () => read(source, rank, span.first) } : [];
	});

	async function* read(source: Source, rank: number, first: number): AsyncGenerator<readonly Taken[]> {
		let newest = first;
		for await (const batch of source.read()) {
			const taken: Taken[] = [];
			for (const row of batch) {
				if (!(row instanceof BadRow)) {
					if (!keep(row)) continue;
					if (row.time > newest) newest = row.time;
					taken.push({ time: row.time, rank, row });
				} else if (bad === "fail") {
					throw new UserError(`${source.file} changed while it was sent: ${row.message}`, { cause: row });
				} else if (bad === "reject") {
					const rejected = { rejected: `${source.file}, ${row.message}`, payload: row.text ?? "" };
					taken.push({ time: newest, rank, row: rejected });
				}
			}
			yield taken;
		}
	}
}

/** A function that makes ids for the trades of all files together, so that they are unique over them. */
export function idsOf(
	sources: readonly Source[],
	interval: string | undefined,
	disorderMs: number,
): (rank: number, read: Read) => string {
	const ofTrades = idMaker(undefined, disorderMs);
	const ofIntervals = idMaker(interval, disorderMs);
	return (rank, read) => (sources[rank]?.isInterval ? ofIntervals(read) : ofTrades(read));
}

export interface Encoding {
	/** The id of a trade that has none. */
	readonly idOf: (rank: number, read: Read) => string;
	/** What each id ends in besides. */
	readonly suffix: string;
	/** How far times move, in milliseconds. */
	readonly shift: number;
}

/** Trades as they are sent; a rejected row as it is. */
export async function* encode(
	source: AsyncIterable<readonly Taken[]>,
	{ idOf, suffix, shift }: Encoding,
): AsyncGenerator<readonly Item[]> {
	for await (const batch of source) {
		yield batch.map(({ time, rank, row }) => {
			if ("rejected" in row) return row;
			const { trade } = row;
			// Before the time is moved: the id says the file's own.
			trade.trade_id = (trade.trade_id === "" ? idOf(rank, row) : trade.trade_id) + suffix;
			if (shift !== 0) {
				trade.event_time = writeInstant(time + shift);
				if (trade.quote_time !== undefined) trade.quote_time = writeInstant(Date.parse(trade.quote_time) + shift);
			}
			return { key: trade.symbol, time: time + shift, data: Buffer.from(JSON.stringify(trade)) };
		});
	}
}
