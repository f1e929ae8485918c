import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, onTestFinished, test } from "vitest";
import { groupAlive, isAlive, processId, signalGroup, stopForeign } from "../../local/process-id.ts";

async function foreign(body: string): Promise<{ pid: number; ended: Promise<unknown> }> {
	const child = spawn("/bin/sh", ["-c", `echo go; ${body}`], { detached: true, stdio: ["ignore", "pipe", "ignore"] });
	const ended = once(child, "exit");
	const pid = child.pid as number;
	onTestFinished(() => signalGroup(pid, "SIGKILL"));
	await once(child.stdout, "data");
	return { pid, ended };
}

test("a process is known by its number and its start", () => {
	const own = processId(process.pid);
	expect(own.started).not.toBe("");
	expect(processId(process.pid)).toEqual(own);
	expect(isAlive(own)).toBe(true);
});

test("a later process with the same number is another one", () => {
	expect(isAlive({ pid: process.pid, started: "some other time" })).toBe(false);
});

test("a process that has ended is not alive, nor is one that never was", async () => {
	const { pid, ended } = await foreign("exec sleep 30");
	const id = processId(pid);
	signalGroup(pid, "SIGKILL");
	await ended;
	expect(isAlive(id)).toBe(false);
	expect(groupAlive(pid)).toBe(false);
	expect(processId(4_190_000)).toEqual({ pid: 4_190_000, started: "" });
	expect(isAlive(processId(4_190_000))).toBe(false);
});

test("signalling a group that is gone is no error", async () => {
	const { pid, ended } = await foreign("exit 0");
	await ended;
	expect(() => signalGroup(pid, "SIGTERM")).not.toThrow();
});

test("a foreign process is stopped, with force if it must be", async () => {
	const polite = processId((await foreign("exec sleep 30")).pid);
	await stopForeign(polite, 5_000);
	expect(isAlive(polite)).toBe(false);
	const { pid, ended } = await foreign("trap '' TERM; while :; do sleep 0.05; done");
	const stubborn = processId(pid);
	await stopForeign(stubborn, 200);
	expect(isAlive(stubborn)).toBe(false);
	await ended;
});

test("one that only has the number of what is to be stopped is left alone", async () => {
	const { pid } = await foreign("exec sleep 30");
	await stopForeign({ pid, started: "some other time" }, 100);
	expect(groupAlive(pid)).toBe(true);
});
