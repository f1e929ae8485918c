import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { clean } from "../../local/clean.ts";
import { isLock, tryLock } from "../../local/lock.ts";
import { type ProcessId, processId } from "../../local/process-id.ts";
import { placesIn, writeStack } from "../../local/stack.ts";
import { tempDir, useState } from "./support.ts";

const gone: ProcessId = { pid: process.pid, started: "in an earlier life" };

/** State with a stack in each of these directories, each with 1 MB in it, and tools of 2 MB. */
function state(dirs: string[], owner = gone): string {
	const root = join(tempDir(), "state");
	useState(root);
	for (const name of dirs) {
		const dir = join(root, name);
		mkdirSync(dir, { recursive: true });
		writeFileSync(join(dir, "data"), Buffer.alloc(1_000_000));
		const endpoints = { aws: "", flink: "", questdb: "" };
		writeStack({ id: name, dir, ...owner, startedAt: "2026-01-01T00:00:00.000Z", endpoints, shards: 2, processes: [] });
	}
	mkdirSync(join(root, "tools"), { recursive: true });
	writeFileSync(join(root, "tools", "jar"), Buffer.alloc(2_000_000));
	return root;
}

describe("clean", () => {
	test("removes the live stack and all runs, keeps the tools, and says what it freed", async () => {
		const root = state(["live", "runs/a", "runs/b"]);
		expect(await clean(false)).toBe("Removed the live stack, 2 runs: 3.0 MB freed");
		expect(readdirSync(root)).toEqual(["tools"]);
		expect(readdirSync(join(root, "tools"))).toEqual(["jar"]);
		expect(await clean(false)).toBe("There is nothing to remove");
	});

	test("removes what backtests keep", async () => {
		const root = state(["live"]);
		mkdirSync(join(root, "backtest", "records"), { recursive: true });
		writeFileSync(join(root, "backtest", "records", "a.jsonl"), Buffer.alloc(500_000));
		expect(await clean(false)).toBe("Removed the live stack, the backtests: 1.5 MB freed");
		expect(readdirSync(root)).toEqual(["tools"]);
	});

	test("with --all removes everything", async () => {
		const root = state(["runs/a"]);
		expect(await clean(true)).toBe("Removed 1 run, the tools: 3.0 MB freed");
		expect(existsSync(root)).toBe(false);
	});

	test("where there has never been anything has nothing to do", async () => {
		useState(join(tempDir(), "state"));
		expect(await clean(false)).toBe("There is nothing to remove");
	});

	test("removes what a broken start left, whatever is in it", async () => {
		const root = state(["live"]);
		writeFileSync(placesIn(join(root, "live")).stackFile, "{");
		mkdirSync(join(root, "runs", "c"), { recursive: true });
		expect(await clean(false)).toBe("Removed the live stack, 1 run: 1.0 MB freed");
		expect(readdirSync(root)).toEqual(["tools"]);
	});
});

describe("clean removes nothing at all", () => {
	test("while a stack is up", async () => {
		const root = state(["runs/a"]);
		const endpoints = { aws: "", flink: "", questdb: "" };
		const dir = join(root, "live");
		const owner = processId(process.pid);
		writeStack({
			id: "live",
			dir,
			...owner,
			startedAt: "2026-01-01T00:00:00.000Z",
			endpoints,
			shards: 2,
			processes: [],
		});
		await expect(clean(false)).rejects.toThrow(
			`The stack live is up (process ${process.pid}): stop it with Ctrl-C there, then clean`,
		);
		expect(readdirSync(join(root, "runs"))).toEqual(["a"]);
	});

	test("while a run is being read", async () => {
		const root = state(["live", "runs/a"]);
		const lock = tryLock(placesIn(join(root, "runs", "a")).lock);
		await expect(clean(false)).rejects.toThrow(/runs\/a is in use by process \d+/);
		expect(existsSync(join(root, "live", "data"))).toBe(true);
		expect(existsSync(placesIn(join(root, "live")).lock)).toBe(false);
		if (isLock(lock)) lock.release();
	});

	test("of the tools while they are set up", async () => {
		const root = state([]);
		const lock = tryLock(join(root, "tools", "lock"));
		await expect(clean(true)).rejects.toThrow(/is setting up the tools/);
		expect(existsSync(join(root, "tools", "jar"))).toBe(true);
		if (isLock(lock)) lock.release();
	});
});
