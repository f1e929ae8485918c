/** Days of a run's lake computed again: with other SQL, and back again. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { Backfilled } from "../../local/lake/backfilled.ts";
import { waitForStore } from "../../local/lake/landed.ts";
import { root } from "../../local/paths.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { isDeployed, localCredentials, region } from "../../local/stack.ts";
import { withEmulator } from "../../local/wake.ts";
import { queries, query, succeed, tidemark } from "./cli.ts";
import { expectSameBars } from "./comparing.ts";
import type { ExpectedBar, ExpectedHit } from "./expected.ts";
import { currentRun } from "./kill.ts";
import { isThere, runApplication } from "./managed_flink.ts";
import { storedBars } from "./stored.ts";

const DAY = "2013-10-07";
const BARS =
	'SELECT symbol, "interval", window_start, "open", high, low, "close", volume, trade_count, vwap, move_pct FROM bars';
const MOVES = "SELECT * FROM moves ORDER BY ALL";
const TRADES = "SELECT * FROM trades ORDER BY ALL";

const byName = ({ tables }: Backfilled) => Object.fromEntries(tables.map((table) => [table.table, table]));

async function backfill(state: string, ...args: string[]): Promise<Backfilled> {
	return JSON.parse(await succeed(state, ["lake", "backfill", "--from", DAY, "--json", ...args])) as Backfilled;
}

/**
 * Changes what a bar's vwap is and what a hit is, for a day that has passed; then takes both back. The lake and the store
 * have to follow both times, the lake of before has to be there still, and raw records have to give what the stream gave.
 *
 * @param onAws whether the second backfill goes the way of AWS
 */
export async function expectBackfills(
	state: string,
	bars: ExpectedBar[],
	hits: ExpectedHit[],
	{ onAws = false } = {},
): Promise<void> {
	const [moves, trades] = await queries<[unknown[], unknown[]]>(state, MOVES, TRADES);
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

	const back = byName(onAws ? await backfillOnAws(state) : await backfill(state, "--layer", "bronze"));
	expect(back["lake.bars"]?.changed).toBe(bars.length);
	for (const same of ["lake.trades", "lake.counts", "lake.rejects"])
		expect(back[same], same).toMatchObject({ added: 0, removed: 0, changed: 0, beside: 0 });
	const views = "SELECT view_name AS name FROM duckdb_views() WHERE NOT internal";
	const [movesNow, tradesNow, tables] = await queries<[unknown[], unknown[], { name: string }[]]>(
		state,
		MOVES,
		TRADES,
		views,
	);
	expect(movesNow).toEqual(moves);
	expect(tradesNow).toEqual(trades);
	expect(tables.map(({ name }) => name)).toContain("bars");
	expect(tables.filter(({ name }) => name.includes("backfill"))).toEqual([]);
}

/** From raw records, as on AWS: with a second application, which a stand-in for Managed Flink runs, and nobody waking the store. */
async function backfillOnAws(state: string): Promise<Backfilled> {
	const stack = currentRun(state);
	if (!stack || !isDeployed(stack)) throw new Error(`There is no run in ${state}`);
	const { java } = await findPrerequisites(["jdk"]);
	return withEmulator(stack, async (awake) => {
		const { aws } = awake.endpoints;
		const { accessKeyId, secretAccessKey } = localCredentials;
		const env = {
			AWS_ENDPOINT_URL: aws,
			AWS_REGION: region,
			AWS_ACCESS_KEY_ID: accessKeyId,
			AWS_SECRET_ACCESS_KEY: secretAccessKey,
		};
		const args = ["lake", "backfill", "--aws", "--from", DAY, "--json", "--application", stack.outputs.ApplicationName];
		const command = tidemark(state, args, env);
		let over = false;
		void command.finished.then(() => {
			over = true;
		});
		let name: string | undefined;
		while (name === undefined && !over) {
			await sleep(200);
			name = /(\S+-backfill-\d{17}) works on/.exec(command.stderr())?.[1];
		}
		if (name !== undefined) await runApplication(name, aws, stack.endpoints.aws, java);
		const { code, stdout, stderr } = await command.finished;
		expect(code, stderr).toBe(0);
		expect(await isThere(stack.outputs.ApplicationName, aws)).toBe(true);
		expect(await isThere(name ?? "", aws), "the second application").toBe(false);
		await waitForStore(stack, awake, java);
		return JSON.parse(stdout) as Backfilled;
	});
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
