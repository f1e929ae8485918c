import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { isLock, tryLock, waitLock } from "../../local/lock.ts";
import { root } from "../../local/paths.ts";
import { tempDir } from "./support.ts";

test("a lock that is held names its holder until it is released", () => {
	const file = join(tempDir(), "deep", "lock");
	const lock = tryLock(file);
	if (!isLock(lock)) throw new Error("should be free");
	expect(tryLock(file)).toMatchObject({ pid: process.pid });
	lock.release();
	expect(existsSync(file)).toBe(false);
	const again = tryLock(file);
	expect(isLock(again)).toBe(true);
	if (isLock(again)) again.release();
});

test("a lock of a process that is gone is taken over", () => {
	const dir = tempDir();
	const file = join(dir, "lock");
	writeFileSync(file, JSON.stringify({ pid: process.pid, started: "long ago" }));
	const lock = tryLock(file);
	expect(isLock(lock)).toBe(true);
	expect(readdirSync(dir)).toEqual(["lock"]);
	if (isLock(lock)) lock.release();
	expect(readdirSync(dir)).toEqual([]);
});

test("waiting says once who is waited for, and goes on when it is free", async () => {
	const file = join(tempDir(), "lock");
	const first = tryLock(file);
	if (!isLock(first)) throw new Error("should be free");
	const holders: number[] = [];
	const second = waitLock(file, ({ pid }) => holders.push(pid));
	await sleep(500);
	expect(holders).toEqual([process.pid]);
	first.release();
	(await second).release();
});

test("waiting ends with the signal", async () => {
	const file = join(tempDir(), "lock");
	const first = tryLock(file);
	const stop = new AbortController();
	const second = waitLock(file, () => stop.abort(), stop.signal);
	await expect(second).rejects.toThrow();
	if (isLock(first)) first.release();
});

test("of many processes at once that find a stale lock, one at a time has it", () => {
	const dir = tempDir();
	const file = join(dir, "lock");
	writeFileSync(file, JSON.stringify({ pid: 1, started: "long ago" }));
	// Each adds one to a number in a file, which loses counts if two are in at once.
	const code = `
		import { readFileSync, writeFileSync } from "node:fs";
		import { waitLock } from ${JSON.stringify(join(root, "local", "lock.ts"))};
		for (let i = 0; i < 5; i++) {
			const lock = await waitLock(${JSON.stringify(file)});
			const n = Number(readFileSync(${JSON.stringify(join(dir, "n"))}, "utf8"));
			await new Promise((resolve) => setTimeout(resolve, 2));
			writeFileSync(${JSON.stringify(join(dir, "n"))}, String(n + 1));
			lock.release();
		}`;
	writeFileSync(join(dir, "n"), "0");
	writeFileSync(join(dir, "count.mts"), code);
	const one = `${process.execPath} ${join(dir, "count.mts")}`;
	execFileSync("/bin/sh", ["-c", `${one} & ${one} & ${one} & ${one} & wait; test "$(cat ${join(dir, "n")})" = 20`]);
});
