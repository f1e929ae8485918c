/**
 * What a newcomer sees of the live stack with its default feed: candles in a real browser, the SQL edited while it runs,
 * Ctrl-C, and a second start. Nothing of the job's state is lost, whatever is saved.
 */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { flinkRest } from "../../local/flink-rest.ts";
import { root } from "../../local/paths.ts";
import { choosePorts } from "../../local/ports.ts";
import { isJobFile, readSqlFiles } from "../../local/release.ts";
import type { StackRecord } from "../../local/stack.ts";
import { open, startBrowser } from "../local/page/browser.ts";
import { query, succeed, temporaryState, tidemark } from "./cli.ts";
import { askDashboards } from "./dashboards.ts";
import { readJson } from "./files.ts";

const GIB = 1024 ** 3;
const state = temporaryState();
const sql = mkdtempSync(join(tmpdir(), "tidemark-sql-"));
cpSync(join(root, "sql"), sql, {
	recursive: true,
	filter: (path) => path === join(root, "sql") || !/runner|workbench/.test(path.slice(root.length)),
});
afterAll(() => {
	state.remove();
	rmSync(sql, { recursive: true, force: true });
});

/** The columns of lake.counts, as they are after an edit that is undone. */
const COUNTS = ["symbol", "window_start", "trades", "duplicates", "out_of_order", "day"];
const BARS_15M = `-- One row: the 5m bars of a symbol in fifteen minutes. Key: symbol, bar_start. Time: bar_time.
${readFileSync(join(root, "sql/2_views/bars_5m.sql"), "utf8")
	.slice(readFileSync(join(root, "sql/2_views/bars_5m.sql"), "utf8").indexOf("CREATE VIEW"))
	.replace("bars_5m AS", "bars_15m AS")
	.replace("TABLE bars_1m", "TABLE bars_5m")
	.replace("'5' MINUTE", "'15' MINUTE")}`;

test("candles form, edits keep the state or wait, Ctrl-C stops everything, and the next start goes on without a double", async () => {
	expect(Object.keys(readSqlFiles(sql)).every(isJobFile)).toBe(true);
	const { aws, flink, questdb, page } = await choosePorts(
		{},
		{ pickFree: true, names: ["aws", "flink", "questdb", "page"] },
	);
	const ports = ["--port-aws", aws, "--port-flink", flink, "--port-questdb", questdb, "--port-page", page].map(String);
	const rest = flinkRest(`http://127.0.0.1:${flink}`);
	const browser = await startBrowser();
	const up = () => tidemark(state.dir, ["up", "--grafana", ...ports, "--sql", sql]);
	let run = up();
	try {
		const candles = await candlesOn(`http://127.0.0.1:${page}`);
		expect(candles.label).toMatch(/\d+ closed candles?/);
		expect(candles.wrongs).toEqual([]);
		expect(run.stderr()).toMatch(/synthetic/);
		expect(memoryOf(state.dir)).toBeLessThan(4 * GIB);
		await said(/Starting Flink with the job: done/);
		const first = (await rest.job())?.id;

		edit("2_views/bars.sql", (text) => text.replace("ROUND((`close` - `open`)", "ROUND((`close` - opened)"));
		await said(/SQL not applied, the job runs on as it was:\n\s+2_views\/bars\.sql:\d+:\d+: Column 'opened' not found/);
		expect((await rest.job())?.id, "the job was left alone").toBe(first);
		const watched = await open(browser, `http://127.0.0.1:${page}`);
		await watched.page.locator("#problems", { hasText: "SQL is down" }).waitFor({ timeout: 30_000 });
		expect(await watched.page.locator("#problems").textContent()).toContain("Column 'opened' not found");
		edit("2_views/bars.sql", (text) => text.replace("- opened)", "- `open`)"));
		await said(/the files are again as the job that runs/);
		await watched.page.locator("#problems", { hasText: "All parts are up" }).waitFor({ timeout: 30_000 });
		await watched.close();

		writeFileSync(join(sql, "2_views", "bars_15m.sql"), BARS_15M);
		edit("2_views/all_bars.sql", (text) =>
			text.replace(/;\s*$/, "\nUNION ALL\nSELECT CAST('15m' AS STRING) AS `interval`, * FROM bars_15m;\n"),
		);
		edit("3_sinks/lake/counts.sql", (text) => text.replace("  trades BIGINT", "  note STRING,\n  trades BIGINT"));
		edit("4_job.sql", (text) =>
			text.replace("window_start, trades, dup", "window_start, CAST(NULL AS STRING), trades, dup"),
		);
		await said(/SQL applied in [\d.]+ s \(.*\): all \d+ states kept, 1 new/);
		const second = (await rest.job())?.id;
		expect(second).not.toBe(first);

		edit("3_sinks/lake/counts.sql", (text) => text.replace("  trades BIGINT", "  kept BIGINT"));
		await said(
			/the job runs on as it was:\n\s+The lake table lake\.counts .* has the column trades \(BIGINT\) with values in it/,
		);
		expect((await rest.job())?.id, "a table that cannot follow leaves the job alone").toBe(second);
		edit("3_sinks/lake/counts.sql", (text) => text.replace("  kept BIGINT", "  trades BIGINT"));
		await said(/the files are again as the job that runs/, 2);

		edit("3_sinks/lake/counts.sql", (text) => text.replace("  note STRING,\n", ""));
		edit("4_job.sql", (text) => text.replace("CAST(NULL AS STRING), ", ""));
		await said(/SQL applied in [\d.]+ s \(.*\): all \d+ states kept/, 2);
		const third = (await rest.job())?.id;

		edit("2_views/bars_1h.sql", (text) => text.replace("INTERVAL '1' HOUR", "INTERVAL '2' HOUR"));
		await said(/SQL not applied, it is partly compatible .*\n\s+- .*window.*bars.*/);
		expect((await rest.job())?.id).toBe(third);
		await succeed(state.dir, ["sql", "apply"]);
		await said(/SQL applied in [\d.]+ s \(.*\): \d+ states kept; /);

		await interrupt();
		expect(processesOf(state.dir)).toEqual([]);

		// The windows that were open at each restart close in the second life, and are in the lake with its checkpoints.
		run = up();
		await said(/Starting Flink with the job: done/);
		const again = await candlesOn(`http://127.0.0.1:${page}`);
		expect(again.wrongs).toEqual([]);
		await sleep(60_000 - (Date.now() % 60_000) + 30_000); // the checkpoint after it is in all tables
		const asked = await askDashboards(["Rejects by reason", "Lateness"]);
		expect(asked.length).toBeGreaterThan(15);
		expect(asked.filter(({ problems }) => problems.length > 0)).toEqual([]);
		await interrupt();
		const columns = await query<{ column_name: string }>(state.dir, "DESCRIBE counts");
		expect(columns.map(({ column_name }) => column_name)).toEqual(COUNTS);
		const [sums] = await query<Record<string, number>>(state.dir, SUMS);
		expect(sums).toMatchObject({ doubled_bars: 0, doubled_trades: 0, other_minutes: 0 });
		expect(sums?.minutes).toBeGreaterThan(100);
		expect(sums?.trades).toBeGreaterThan(1_000);
	} finally {
		run.child.kill("SIGINT");
		await run.finished;
		await browser.close();
	}

	function edit(file: string, how: (text: string) => string): void {
		const path = join(sql, file);
		const before = readFileSync(path, "utf8");
		const after = how(before);
		expect(after, `${file} was to be changed`).not.toBe(before);
		writeFileSync(path, after);
	}

	async function said(what: RegExp, times = 1): Promise<void> {
		const all = new RegExp(what, "g");
		await waitFor(() => (run.stderr().match(all) ?? []).length >= times, `Said less than ${times} times: ${what}`);
	}

	async function candlesOn(url: string) {
		await waitFor(
			() =>
				fetch(url).then(
					(answer) => answer.ok,
					() => false,
				),
			`No page at ${url}`,
		);
		const watched = await open(browser, url);
		try {
			await watched.page.locator("#chart:not([aria-label='No closed candle yet'])").waitFor({ timeout: 240_000 });
			await watched.page.locator("#quotes tr").first().waitFor();
			return { label: (await watched.page.locator("#chart").getAttribute("aria-label")) ?? "", wrongs: watched.wrongs };
		} finally {
			await watched.close();
		}
	}

	async function interrupt(): Promise<void> {
		run.child.kill("SIGINT");
		const { code, stderr } = await run.finished;
		expect(code, stderr).toBe(0);
	}

	async function waitFor(holds: () => boolean | Promise<boolean>, otherwise: string): Promise<void> {
		const until = performance.now() + 300_000;
		while (!(await holds())) {
			if (run.child.exitCode !== null) throw new Error(`tidemark up ended with ${run.child.exitCode}\n${run.stderr()}`);
			if (performance.now() > until) throw new Error(`${otherwise}\n${run.stderr()}`);
			await sleep(100);
		}
	}
});

/**
 * Every minute that has a bar has as many trades in it as the lake has trades of that minute; a window that had lost its
 * state would have fewer. Not the last one: a table may have got a commit more than another when everything was stopped.
 */
const SUMS = `
WITH bar_minutes AS (SELECT symbol, window_start, trade_count FROM bars WHERE "interval" = '1m'),
trade_minutes AS (SELECT symbol, date_trunc('minute', event_time) AS window_start, count(*) AS n FROM trades GROUP BY ALL)
SELECT
	(SELECT count(*)::INT FROM bar_minutes) AS minutes,
	(SELECT count(*)::INT FROM trades) AS trades,
	(SELECT count(*)::INT FROM bar_minutes JOIN trade_minutes USING (symbol, window_start)
		WHERE n <> trade_count AND window_start < (SELECT date_trunc('minute', max(event_time)) FROM trades)) AS other_minutes,
	(SELECT (count(*) - count(DISTINCT (symbol, "interval", window_start)))::INT FROM bars) AS doubled_bars,
	(SELECT (count(*) - count(DISTINCT (symbol, event_time, trade_id)))::INT FROM trades) AS doubled_trades`;

/** The processes of the stack that name its directory, or belong to one that does. */
function processesOf(dir: string): number[] {
	return readdirSync("/proc")
		.filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid)
		.filter((pid) => read(`/proc/${pid}/cmdline`).includes(dir) || read(`/proc/${pid}/environ`).includes(dir))
		.filter((pid) => read(`/proc/${pid}/cmdline`) !== "")
		.map(Number);
}

/** Resident bytes of everything that the stack runs, its Lambdas and the command itself included. */
function memoryOf(dir: string): number {
	const stack = readJson<StackRecord>(join(dir, "live", "stack.json"));
	const pids = new Set([...processesOf(dir), ...(stack?.processes ?? []).map(({ pid }) => pid)]);
	expect(pids.size).toBeGreaterThan(3);
	const pages = [...pids].map((pid) => Number(read(`/proc/${pid}/statm`).split(" ")[1] ?? 0));
	return pages.reduce((sum, each) => sum + each, 0) * 4096;
}

function read(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		return "";
	}
}
