/** A live stack on a disk that fills up, as root since it mounts one. `npm run test:long` */
import { execFileSync } from "node:child_process";
import { closeSync, openSync, rmSync, statfsSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ask } from "../../local/questdb.ts";
import type { StackRecord } from "../../local/stack.ts";
import { query, temporaryState, tidemark } from "./cli.ts";
import { readJson } from "./files.ts";

const MIB = 2 ** 20;
const TRADES = 30_000;
const state = temporaryState();
const ballast = join(state.dir, "ballast");

beforeAll(() => {
	execFileSync("mount", ["-t", "tmpfs", "-o", "size=1800m", "tidemark-test", state.dir]);
});
afterAll(() => {
	execFileSync("umount", [state.dir]);
	state.remove();
});

test("a disk that fills up holds the job and nothing else, and no trade is lost or doubled", async () => {
	const run = tidemark(state.dir, ["up", "--no-page", "--count", String(TRADES), "--rate", "200"]);
	try {
		await said(/Starting Flink with the job: done/);

		fill(300);
		await said(/has only \d+ MiB free\. The job is held: .* It goes on when 640 MiB are free/);
		await until(() => !processes().includes("Flink"), "Flink runs on");
		fill(0);
		const [count] = (await ask(stack().endpoints.questdb, "SELECT count() FROM bars")).dataset;
		expect(count?.[0]).toBeGreaterThanOrEqual(0);
		await sleep(10_000);
		expect(processes().sort()).toEqual(["QuestDB", "the AWS emulator"]);
		rmSync(ballast);
		await said(/has room again/);
		await said(/Flink is up again/);

		// At once, while everything is written.
		fill(0);
		await said(/The job is held/, 2);
		rmSync(ballast);
		await said(/Flink is up again/, 2);
		await said(/The feed has ended/);
		await until(
			async () => (await trades()) === TRADES,
			async () => `The lake has ${await trades()} trades in bars`,
		);
	} finally {
		run.child.kill("SIGINT");
		await run.finished;
	}
	expect(run.stderr()).not.toMatch(/died|Unexpected/);
	// The emulator has been started anew: what it has now was on the disk.
	expect(await trades()).toBe(TRADES);
	expect(await query(state.dir, "SELECT count(*) AS rows, count(DISTINCT trade_id) AS ids FROM trades")).toEqual([
		{ rows: TRADES, ids: TRADES },
	]);
	expect(await query(state.dir, "SELECT count(*) AS raw FROM raw_trades")).toEqual([{ raw: TRADES }]);

	async function trades(): Promise<number> {
		const sql = "SELECT CAST(COALESCE(sum(trade_count), 0) AS INTEGER) AS trades FROM bars WHERE interval = '1m'";
		return (await query<{ trades: number }>(state.dir, sql))[0]?.trades ?? 0;
	}

	async function said(what: RegExp, times = 1): Promise<void> {
		const all = new RegExp(what, "g");
		await until(
			() => (run.stderr().match(all) ?? []).length >= times,
			() => `Said less than ${times} times: ${what}\n${run.stderr()}`,
		);
	}
});

function stack(): StackRecord {
	const record = readJson<StackRecord>(join(state.dir, "live", "stack.json"));
	if (!record) throw new Error("There is no stack");
	return record;
}

function processes(): string[] {
	return stack().processes.map(({ name }) => name);
}

/** Leaves so many MiB free. */
function fill(mib: number): void {
	const { bavail, bsize } = statfsSync(state.dir);
	const file = openSync(ballast, "a");
	const block = Buffer.alloc(MIB);
	try {
		for (let left = Math.ceil((bavail * bsize) / MIB) - mib; left >= 0; left--) writeSync(file, block);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ENOSPC" || mib > 0) throw error;
	} finally {
		closeSync(file);
	}
}

async function until(
	condition: () => boolean | Promise<boolean>,
	why: string | (() => string | Promise<string>),
): Promise<void> {
	const end = Date.now() + 240_000;
	while (!(await condition())) {
		if (Date.now() > end) throw new Error(typeof why === "string" ? why : await why());
		await sleep(500);
	}
}
