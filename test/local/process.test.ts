import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { isUserError } from "../../local/errors.ts";
import { type Child, crashMessage, killChildren, startChild, waitReady } from "../../local/process.ts";
import { isAlive, processId } from "../../local/process-id.ts";
import { tempDir } from "./support.ts";

async function shell(body: string, dir = tempDir()): Promise<Child> {
	const child = await startChild({
		name: "the part",
		command: "/bin/sh",
		args: ["-c", body],
		env: { PATH: process.env.PATH, GREETING: "hello" },
		cwd: dir,
		log: join(dir, "logs", "part.log"),
	});
	onTestFinished(() => child.stop(0));
	return child;
}

/** Waits for a line in the log, such as one that says that a trap is set. */
async function logged(child: Child, text: string): Promise<void> {
	while (!readFileSync(child.log, "utf8").includes(text)) await sleep(10);
}

describe("a child", () => {
	test("writes both of its streams to its log and sees only its own environment", async () => {
		const child = await shell('echo "$GREETING $HOME|"; echo to stderr >&2');
		expect(await child.exited).toEqual({ code: 0, signal: null });
		expect(readFileSync(child.log, "utf8")).toBe("hello |\nto stderr\n");
	});

	test("adds to the log of an earlier one", async () => {
		const dir = tempDir();
		await (await shell("echo first", dir)).exited;
		await (await shell("echo second", dir)).exited;
		expect(readFileSync(join(dir, "logs", "part.log"), "utf8")).toBe("first\nsecond\n");
	});

	test("leads a process group of its own, so that Ctrl-C in the terminal does not reach it", async () => {
		const child = await shell("ps -o pgid= -p $$; exec sleep 30");
		await logged(child, "\n");
		expect(Number(readFileSync(child.log, "utf8"))).toBe(child.id.pid);
	});

	test("that cannot be started is an expected failure with the command's name", async () => {
		const start = startChild({
			name: "the part",
			command: "/no/such/program",
			args: [],
			env: {},
			log: join(tempDir(), "a.log"),
		});
		await expect(start).rejects.toSatisfy(isUserError);
		await expect(start).rejects.toThrow("the part cannot be started: /no/such/program");
	});
});

describe("stopping a child", () => {
	test("asks it to end, which is no crash", async () => {
		const child = await shell("trap 'echo bye; exit 3' TERM; echo ready; while :; do sleep 0.05; done");
		await logged(child, "ready");
		await child.stop(5_000);
		expect(await child.exited).toEqual({ code: 3, signal: null });
		expect(readFileSync(child.log, "utf8")).toContain("bye");
		expect(child.crashed()).toBe(false);
	});

	test("kills one that ignores SIGTERM once the grace is over", async () => {
		const child = await shell("trap '' TERM; echo ready; while :; do sleep 0.05; done");
		await logged(child, "ready");
		const before = performance.now();
		await child.stop(200);
		expect(performance.now() - before).toBeGreaterThanOrEqual(190);
		expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
	});

	test("ends what the child itself had started too", async () => {
		const child = await shell("sleep 60 & echo $!; wait");
		await logged(child, "\n");
		const grandchild = processId(Number(readFileSync(child.log, "utf8")));
		expect(isAlive(grandchild)).toBe(true);
		await child.stop();
		expect(isAlive(grandchild)).toBe(false);
	});

	test("ends what a crashed child left behind", async () => {
		const child = await shell("sleep 60 & echo $!; exit 1");
		await child.exited;
		const grandchild = processId(Number(readFileSync(child.log, "utf8")));
		while (isAlive(grandchild)) await sleep(5);
		expect(child.crashed()).toBe(true);
	});

	test("twice, or after its end, does nothing more", async () => {
		const child = await shell("exec sleep 30");
		await Promise.all([child.stop(), child.stop()]);
		await child.stop();
		child.kill();
		expect(isAlive(child.id)).toBe(false);
	});

	test("all at once needs no waiting", async () => {
		const children = [await shell("trap '' TERM; while :; do sleep 1; done"), await shell("exec sleep 30")];
		killChildren();
		for (const child of children) expect(await child.exited).toEqual({ code: null, signal: "SIGKILL" });
	});
});

describe("waiting until a child is ready", () => {
	test("asks until it says so; a probe that throws says no", async () => {
		const child = await shell("exec sleep 30");
		let asked = 0;
		await waitReady(
			child,
			async () => {
				if (++asked < 3) throw new Error("not yet");
				return asked === 5;
			},
			{ everyMs: 1 },
		);
		expect(asked).toBe(5);
	});

	test("ends with the last lines of one that dies", async () => {
		const child = await shell("echo starting; echo 'cannot bind to port' >&2; exit 7");
		const waiting = waitReady(child, async () => false, { everyMs: 5 });
		await expect(waiting).rejects.toSatisfy(isUserError);
		await expect(waiting).rejects.toThrow(
			/the part ended with exit code 7\. Last lines of .*part\.log:\n {4}starting\n {4}cannot bind/,
		);
	});

	test("ends after its time, and stops the child", async () => {
		const child = await shell("echo slow; exec sleep 30");
		const waiting = waitReady(child, async () => false, { timeoutMs: 100, everyMs: 5 });
		await expect(waiting).rejects.toThrow(/the part did not become ready within 0 s/);
		expect(isAlive(child.id)).toBe(false);
	});

	test("ends with the signal's reason, and stops the child", async () => {
		const child = await shell("exec sleep 30");
		const stop = new AbortController();
		const waiting = waitReady(child, async () => false, { everyMs: 5, signal: stop.signal });
		const reason = new Error("enough");
		stop.abort(reason);
		await expect(waiting).rejects.toBe(reason);
		expect(isAlive(child.id)).toBe(false);
	});
});

test("a crash is told with the signal, and a silent log is said to be silent", async () => {
	const child = await shell("kill -KILL $$");
	expect(crashMessage(child, await child.exited)).toBe(
		`the part was killed by SIGKILL. It wrote nothing to ${child.log}`,
	);
});
