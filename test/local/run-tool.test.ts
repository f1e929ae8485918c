import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isUserError } from "../../local/errors.ts";
import { freshLog, runTool } from "../../local/run-tool.ts";
import { tempDir } from "./support.ts";

const shell = (body: string, log: string, signal?: AbortSignal) =>
	runTool({ name: "Maven", command: "/bin/sh", args: ["-c", body], env: { PATH: process.env.PATH }, log, signal });

test("a tool that ends well says nothing", async () => {
	await shell("echo fine", join(tempDir(), "tool.log"));
});

test("a tool that fails is told with its command, its last lines and its log", async () => {
	const log = join(tempDir(), "tool.log");
	const run = shell("echo line one; echo 'no such artifact' >&2; exit 3", log);
	await expect(run).rejects.toSatisfy(isUserError);
	await expect(run).rejects.toThrow(
		new RegExp(
			`^Maven failed with exit code 3: /bin/sh -c .*\n {4}line one\n {4}no such artifact\nThe whole log: ${log}$`,
		),
	);
});

test("a tool that was killed says by what", async () => {
	await expect(shell("kill -KILL $$", join(tempDir(), "tool.log"))).rejects.toThrow("Maven was killed by SIGKILL");
});

test("a tool is stopped by the signal, whose reason is thrown", async () => {
	const stop = new AbortController();
	const reason = new Error("Ctrl-C");
	setTimeout(() => stop.abort(reason), 50);
	const before = performance.now();
	await expect(shell("exec sleep 30", join(tempDir(), "tool.log"), stop.signal)).rejects.toBe(reason);
	expect(performance.now() - before).toBeLessThan(10_000);
});

test("a tool is not even started after the signal", async () => {
	const dir = tempDir();
	const run = shell(`touch ${join(dir, "ran")}`, join(dir, "tool.log"), AbortSignal.abort(new Error("Ctrl-C")));
	await expect(run).rejects.toThrow("Ctrl-C");
	expect(existsSync(join(dir, "ran"))).toBe(false);
});

test("a fresh log has nothing of an earlier attempt", () => {
	const log = join(tempDir(), "tool.log");
	writeFileSync(log, "old");
	expect(freshLog(log)).toBe(log);
	expect(existsSync(log)).toBe(false);
});
