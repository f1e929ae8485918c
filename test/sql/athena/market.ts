/** Trades with the bars and hits that they make, and a lake in memory that holds them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bar, Hit } from "../../../contracts.ts";
import { expectedOf, standard } from "../../e2e/expected.ts";
import { partyOf, type Row, writeCsv } from "../../e2e/market.ts";
import * as expected from "./expected.ts";
import { type LakeRow, openMemoryLake } from "./lake.ts";

export interface Market {
	rows: Row[];
	trades: expected.Traded[];
	bars: Bar[];
	hits: Hit[];
}
export type Lake = Awaited<ReturnType<typeof lakeOf>>;

/** The rows with the bars and hits that DuckDB makes of them. */
export async function marketOf(rows: Row[]): Promise<Market> {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-athena-"));
	try {
		const { bars, hits } = await expectedOf(writeCsv(dir, "hour.csv", rows), [standard], { withMoves: false });
		return { rows, trades: expected.tradesOf(rows, partyOf), bars, hits };
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

export const day = (time: string) => time.slice(0, 10);

/** A lake with all of it, which the caller closes. */
export async function lakeOf({ rows, bars, hits }: Market) {
	const lake = await openMemoryLake();
	await lake.insert(
		"trades",
		rows.map(({ condition: _, ...row }) => ({
			...row,
			...partyOf({ condition: "", ...row }),
			price: Number(row.price),
			size: Number(row.size),
			sequence: Number(row.sequence),
			day: day(row.event_time),
		})),
	);
	const lakeBars = bars.map((bar) => ({ ...bar, day: day(bar.window_start) }) as unknown as LakeRow);
	await lake.insert("bars", lakeBars);
	await lake.insert(
		"hits",
		hits.map((hit) => ({ ...hit, day: day(hit.event_time) }) as unknown as LakeRow),
	);
	const minutes = bars.filter(({ interval }) => interval === "1m");
	await lake.insert(
		"counts",
		minutes.map(({ symbol, window_start, trade_count }) => ({
			symbol,
			window_start,
			trades: trade_count,
			duplicates: 1,
			out_of_order: 0,
			day: day(window_start),
		})),
	);
	return lake;
}
