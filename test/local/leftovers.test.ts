import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { stopLeftovers } from "../../local/leftovers.ts";
import { isAlive, type ProcessId, processId, signalGroup } from "../../local/process-id.ts";
import { readStack, type StackRecord, writeStack } from "../../local/stack.ts";
import { tempDir } from "./support.ts";

async function leftover(): Promise<ProcessId> {
	const child = spawn("/bin/sh", ["-c", "echo go; exec sleep 60"], {
		detached: true,
		stdio: ["ignore", "pipe", "ignore"],
	});
	const pid = child.pid as number;
	onTestFinished(() => signalGroup(pid, "SIGKILL"));
	await once(child.stdout, "data");
	return processId(pid);
}

function stackWith(processes: StackRecord["processes"], owner: ProcessId): string {
	const dir = tempDir();
	const endpoints = { aws: "", flink: "", questdb: "" };
	writeStack({ id: "live", dir, ...owner, startedAt: "2026-01-01T00:00:00.000Z", endpoints, shards: 2, processes });
	return dir;
}

const dead: ProcessId = { pid: process.pid, started: "in an earlier life" };

test("what a killed owner left running is stopped, and said", async () => {
	const id = await leftover();
	const dir = stackWith([{ name: "QuestDB", ...id }], dead);
	const said: string[] = [];
	await stopLeftovers(dir, (text) => said.push(text));
	expect(isAlive(id)).toBe(false);
	expect(said).toEqual([`Stopping QuestDB (process ${id.pid}), which an earlier start left behind`]);
	expect(readStack(dir)?.processes).toEqual([]);
});

test("a process that only has the number of one that ended is left alone", async () => {
	const id = await leftover();
	const dir = stackWith([{ name: "QuestDB", pid: id.pid, started: "earlier" }], dead);
	const said: string[] = [];
	await stopLeftovers(dir, (text) => said.push(text));
	expect(isAlive(id)).toBe(true);
	expect(said).toEqual([]);
});

test("what belongs to a running owner is left alone", async () => {
	const id = await leftover();
	const dir = stackWith([{ name: "QuestDB", ...id }], processId(process.pid));
	await stopLeftovers(dir, () => {});
	expect(isAlive(id)).toBe(true);
	expect(readStack(dir)?.processes).toHaveLength(1);
});

test("without a stack there is nothing to stop", async () => {
	await stopLeftovers(tempDir(), () => {
		throw new Error("nothing to say");
	});
});
