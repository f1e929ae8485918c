/** Days of a run's lake computed again: with other SQL, and back again. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Backfilled } from "../../local/lake/backfilled.ts";
import { root } from "../../local/paths.ts";
import { query, succeed } from "./cli.ts";
import { expectSameBars } from "./comparing.ts";
import type { ExpectedBar, ExpectedHit } from "./expected.ts";
import { storedBars } from "./stored.ts";

const DAY = "2013-10-07";
const BARS =
	'SELECT symbol, "interval", window_start, "open", high, low, "close", volume, trade_count, vwap, move_pct FROM bars';

const byName = ({ tables }: Backfilled) => Object.fromEntries(tables.map((table) => [table.table, table]));

async function backfill(state: string, ...args: string[]): Promise<Backfilled> {
	return JSON.parse(await succeed(state, ["lake", "backfill", "--from", DAY, "--json", ...args])) as Backfilled;
}

/**
 * Changes what a bar's vwap is and what a hit is, for a day that has passed; then takes both back. The lake and the store
 * have to follow both times, the lake of before has to be there still, and raw records have to give what the stream gave.
 */
export async function expectBackfills(state: string, bars: ExpectedBar[], hits: ExpectedHit[]): Promise<void> {
	const moves = await query(state, "SELECT * FROM moves ORDER BY ALL");
	const trades = await query(state, "SELECT * FROM trades ORDER BY ALL");
	const before = new Date().toISOString();
	await sleep(1_100); // Athena's time travel is by the second

	const changed = byName(await backfill(state, "--layer", "silver", "--sql", otherSql(state)));
	expect(changed["lake.bars"]).toMatchObject({ before: bars.length, after: bars.length, changed: bars.length });
	expect(changed["lake.bars"]?.sent).toBe(bars.length);
	expect(changed["lake.moves"]).toMatchObject({ before: moves.length, changed: moves.length, added: 0, removed: 0 });
	expect(changed["lake.hits"]?.after).toBeGreaterThan(hits.length);
	expect(changed).not.toHaveProperty("lake.trades");
	const dearer = bars.map((bar) => ({ ...bar, vwap: bar.vwap === null ? null : bar.vwap + 1 }));
	expectSameBars(await query<ExpectedBar>(state, BARS), dearer);
	expectSameBars(await storedBars(state), dearer);

	const file = join(state, "bars.sql");
	writeFileSync(file, BARS);
	const then = ["athena", file, "--as-of", before, "--format", "json"];
	expectSameBars(JSON.parse(await succeed(state, then)) as ExpectedBar[], bars);

	const back = byName(await backfill(state, "--layer", "bronze"));
	expect(back["lake.bars"]?.changed).toBe(bars.length);
	for (const same of ["lake.trades", "lake.counts", "lake.rejects"])
		expect(back[same], same).toMatchObject({ added: 0, removed: 0, changed: 0, beside: 0 });
	expect(await query(state, "SELECT * FROM moves ORDER BY ALL")).toEqual(moves);
	expect(await query(state, "SELECT * FROM trades ORDER BY ALL")).toEqual(trades);
	const tables = await query<{ name: string }>(
		state,
		"SELECT view_name AS name FROM duckdb_views() WHERE NOT internal",
	);
	expect(tables.filter(({ name }) => name.includes("backfill"))).toEqual([]);
}

/** The repository's SQL with another vwap, and levels that more moves reach. */
function otherSql(state: string): string {
	const dir = join(state, "other-sql");
	for (const part of ["1_sources", "2_views", "3_sinks", "4_job.sql"])
		cpSync(join(root, "sql", part), join(dir, part), { recursive: true });
	edit(join(dir, "2_views/bars.sql"), "CAST(notional AS DOUBLE) / volume", "CAST(notional AS DOUBLE) / volume + 1");
	edit(join(dir, "1_sources/thresholds.sql"), '["*",    1.0, 0.5]', '["*",    0.2, 0.1]');
	return dir;
}

function edit(file: string, from: string, to: string): void {
	const text = readFileSync(file, "utf8");
	if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
	writeFileSync(file, text.replace(from, to));
}
