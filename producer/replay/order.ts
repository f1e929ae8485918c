import type { Rejected } from "../feed.ts";
import { merge } from "./merge.ts";
import type { Span } from "./scan.ts";
import { sortByTime, type Timed } from "./sort.ts";
import type { Read } from "./trade.ts";

/** What a file gives: a trade, or a row that is none, which stays behind the row that it follows. */
export interface Taken {
	readonly time: number;
	/** Which file, in the order given; settles equal times. */
	readonly rank: number;
	readonly row: Read | Rejected;
}

/** A file with the times of what it gives. */
export interface Part {
	readonly rank: number;
	readonly span: Span;
	read(): AsyncGenerator<readonly Taken[]>;
}

// Each file that is open at the same time takes some ten megabytes.
const OPEN_AT_ONCE = 24;

/**
 * What the files give by event time, equal times in the order of the files. Files that do not overlap in time are read
 * one after the other, others are merged; within a file its own order stays, unless so many overlap that they are sorted.
 */
export function inTimeOrder(parts: readonly Part[], openAtOnce = OPEN_AT_ONCE): AsyncGenerator<readonly Taken[]> {
	const lanes = lanesOf(parts);
	if (lanes.length > openAtOnce) return sorted(parts);
	const runs = lanes.map(oneAfterTheOther);
	return runs.length === 1 && runs[0] ? runs[0] : merge(runs);
}

/** The same, but each file is sorted too, whatever its order and size. */
export async function* sorted(parts: readonly Part[]): AsyncGenerator<readonly Taken[]> {
	async function* timed(): AsyncGenerator<readonly Timed[]> {
		for (const { read } of parts) for await (const batch of read()) yield batch.map(pack);
	}
	for await (const batch of sortByTime(timed())) yield batch.map(unpack);
}

function pack({ time, rank, row }: Taken): Timed {
	return { time, text: JSON.stringify("rejected" in row ? [rank, row] : [rank, row.line, row.trade]) };
}

function unpack({ time, text }: Timed): Taken {
	const [rank, ...row] = JSON.parse(text) as [number, Rejected] | [number, number, Read["trade"]];
	if (row.length === 1) return { time, rank, row: row[0] };
	const [line, trade] = row;
	return { time, rank, row: { time, line, trade } };
}

/** Files in as few lanes as possible, in each of which one begins when the one before has ended. */
function lanesOf(parts: readonly Part[]): Part[][] {
	const lanes: Part[][] = [];
	for (const part of [...parts].sort((a, b) => a.span.first - b.span.first || a.rank - b.rank)) {
		const lane = lanes.find((each) => {
			const { span, rank } = each.at(-1) as Part;
			return span.last < part.span.first || (span.last === part.span.first && rank < part.rank);
		});
		if (lane) lane.push(part);
		else lanes.push([part]);
	}
	return lanes;
}

async function* oneAfterTheOther(parts: readonly Part[]): AsyncGenerator<readonly Taken[]> {
	for (const part of parts) yield* part.read();
}
