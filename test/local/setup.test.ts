import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isUserError } from "../../local/errors.ts";
import { isLock, tryLock } from "../../local/lock.ts";
import { toolsDir } from "../../local/paths.ts";
import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { script, tempDir, useState } from "./support.ts";

const silent = () => startProgress(() => {});

/** Puts programs in front of the PATH for one test. */
function withPrograms(bin: string, work: () => Promise<void>): Promise<void> {
	const before = process.env.PATH;
	process.env.PATH = `${bin}:${before}`;
	return work().finally(() => {
		process.env.PATH = before;
	});
}

describe("a set-up that is done", () => {
	test("is skipped without a word", async () => {
		const lines: string[] = [];
		await setUp(startProgress((line) => lines.push(line)));
		lines.length = 0;
		const before = performance.now();
		const { java } = await setUp(startProgress((line) => lines.push(line)));
		// Nearly all of it is asking the JDK for its version.
		expect(performance.now() - before).toBeLessThan(3_000);
		expect(lines).toEqual([]);
		expect(java).toMatch(/bin\/java$/);
	});
});

describe("a set-up that fails", () => {
	test("shows the tool's last lines, stops what went on beside it, and leaves nothing half-made", async () => {
		const dir = tempDir();
		useState(dir);
		const bin = join(dir, "bin");
		script(join(bin, "mvn"), "echo '[ERROR] cannot reach the repository'; exit 1");
		const lines: string[] = [];
		await withPrograms(bin, async () => {
			const setting = setUp(startProgress((line) => lines.push(line)));
			await expect(setting).rejects.toSatisfy(isUserError);
			await expect(setting).rejects.toThrow(/Maven failed with exit code 1.*cannot reach the repository.*runner\.log/s);
		});
		expect(lines.join("")).toContain("Building the runner jar: failed");
		expect(readdirSync(toolsDir()).sort()).toEqual(["logs"]);
	});

	test("at its prerequisites makes nothing at all", async () => {
		const dir = tempDir();
		useState(join(dir, "state"));
		const before = { PATH: process.env.PATH, JAVA_HOME: process.env.JAVA_HOME };
		process.env.PATH = join(dir, "empty");
		delete process.env.JAVA_HOME;
		try {
			await expect(setUp(silent())).rejects.toThrow("Missing on this machine:");
		} finally {
			process.env.PATH = before.PATH;
			if (before.JAVA_HOME !== undefined) process.env.JAVA_HOME = before.JAVA_HOME;
		}
		expect(readdirSync(dir)).toEqual([]);
	});
});

test("a second set-up waits for the first, and says so", async () => {
	const dir = tempDir();
	useState(dir);
	mkdirSync(toolsDir(), { recursive: true });
	const lock = tryLock(join(toolsDir(), "lock"));
	if (!isLock(lock)) throw new Error("should be free");
	const stop = new AbortController();
	const lines: string[] = [];
	const waiting = setUp(
		startProgress((line) => {
			lines.push(line);
			stop.abort(new Error("seen enough"));
		}),
		{ signal: stop.signal },
	);
	await expect(waiting).rejects.toThrow();
	expect(lines).toEqual([expect.stringContaining(`Waiting for another set-up (process ${process.pid})`)]);
	lock.release();
});
