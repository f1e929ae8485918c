/** What a newcomer sees: the live stack with its default feed in a real browser, stopped with Ctrl-C and started again. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import { choosePorts } from "../../local/ports.ts";
import type { StackRecord } from "../../local/stack.ts";
import { open, startBrowser } from "../local/page/browser.ts";
import { query, temporaryState, tidemark } from "./cli.ts";
import { readJson } from "./files.ts";

const GIB = 1024 ** 3;
const state = temporaryState();
afterAll(() => state.remove());

test("candles form on the page, Ctrl-C stops everything, and the next start goes on without a double", async () => {
	const { aws, flink, questdb, page } = await choosePorts(
		{},
		{ pickFree: true, names: ["aws", "flink", "questdb", "page"] },
	);
	const ports = ["--port-aws", aws, "--port-flink", flink, "--port-questdb", questdb, "--port-page", page].map(String);
	const browser = await startBrowser();
	const up = () => tidemark(state.dir, ["up", ...ports]);
	let run = up();
	try {
		const first = await candlesOn(`http://127.0.0.1:${page}`);
		expect(first.label).toMatch(/\d+ closed candles?/);
		expect(first.wrongs).toEqual([]);
		expect(run.stderr()).toMatch(/synthetic/);
		expect(memoryOf(state.dir)).toBeLessThan(4 * GIB);
		await interrupt();
		expect(processesOf(state.dir)).toEqual([]);

		run = up();
		const again = await candlesOn(`http://127.0.0.1:${page}`);
		expect(again.wrongs).toEqual([]);
		// Rows are committed with checkpoints; what was there before is there once.
		await waitFor(() => /Starting Flink with the job: done/.test(run.stderr()));
		await sleep(12_000);
		await interrupt();
		const [doubled] = await query<{ bars: number; trades: number; n: number }>(
			state.dir,
			`SELECT (SELECT count(*) - count(DISTINCT (symbol, interval, window_start)) FROM bars) AS bars,
				(SELECT count(*) - count(DISTINCT (symbol, event_time, trade_id)) FROM trades) AS trades,
				(SELECT count(*) FROM trades) AS n`,
		);
		expect(doubled).toMatchObject({ bars: 0, trades: 0 });
		expect(doubled?.n).toBeGreaterThan(1_000);
	} finally {
		run.child.kill("SIGINT");
		await run.finished;
		await browser.close();
	}

	async function candlesOn(url: string) {
		await waitFor(() =>
			fetch(url).then(
				(answer) => answer.ok,
				() => false,
			),
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

	async function waitFor(holds: () => boolean | Promise<boolean>): Promise<void> {
		while (!(await holds())) {
			if (run.child.exitCode !== null) throw new Error(`tidemark up ended with ${run.child.exitCode}\n${run.stderr()}`);
			await sleep(200);
		}
	}
});

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
