import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { root } from "../../local/paths.ts";
import { isAlive, type ProcessId, processId, signalGroup } from "../../local/process-id.ts";
import { tempDir } from "./support.ts";

/** A process that starts a child of its own through startChild and then waits, as `tidemark up` does. */
async function owner(childBody: string): Promise<{ pid: number; ended: Promise<unknown>; child: ProcessId }> {
	const dir = tempDir();
	const code = `
		import { startChild } from ${JSON.stringify(join(root, "local", "process.ts"))};
		const child = await startChild({ name: "part", command: "/bin/sh", args: ["-c", ${JSON.stringify(childBody)}],
			env: { PATH: process.env.PATH }, log: ${JSON.stringify(join(dir, "part.log"))} });
		process.stdout.write(child.id.pid + "\\n");
		setInterval(() => {}, 1000);`;
	const started = spawn(process.execPath, ["--input-type=module-typescript", "-e", code], {
		stdio: ["ignore", "pipe", "inherit"],
		detached: true,
	});
	const pid = started.pid as number;
	const ended = once(started, "exit");
	const [line] = (await once(started.stdout, "data")) as [Buffer];
	const child = processId(Number(line.toString()));
	onTestFinished(() => {
		signalGroup(pid, "SIGKILL");
		signalGroup(child.pid, "SIGKILL");
	});
	return { pid, ended, child };
}

test("a child ends when its owner is killed with SIGKILL", async () => {
	const { pid, ended, child } = await owner("exec sleep 60");
	expect(isAlive(child)).toBe(true);
	process.kill(pid, "SIGKILL");
	await ended;
	// It is gone once its state says so, or the test runs out of time.
	while (isAlive(child)) await sleep(20);
});

test("it is asked first, so that it can save what it has", async () => {
	const dir = tempDir();
	const file = join(dir, "saved");
	const ready = join(dir, "ready");
	const { pid, ended, child } = await owner(
		`trap 'echo yes > ${file}; exit 0' TERM; : > ${ready}; while :; do sleep 0.05; done`,
	);
	// Before its trap is set it would end as any other.
	while (!existsSync(ready)) await sleep(20);
	process.kill(pid, "SIGKILL");
	await ended;
	while (isAlive(child)) await sleep(20);
	expect(existsSync(file)).toBe(true);
});

test("no guard stays behind once the child has ended", async () => {
	const { child } = await owner("exit 0");
	while (guards().includes(child.pid)) await sleep(20);
	expect(guards()).not.toContain(child.pid);
});

function guards(): number[] {
	const lines = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
	return [...lines.matchAll(/tidemark-guard (\d+)/g)].map((match) => Number(match[1]));
}
