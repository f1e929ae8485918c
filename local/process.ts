import { spawn } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import type { Readable, Writable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { UserError } from "./errors.ts";
import { startGuard } from "./guard.ts";
import { lastLines } from "./log.ts";
import { groupAlive, type ProcessId, processId, signalGroup } from "./process-id.ts";

/** How a child ended. */
export interface Exit {
	code: number | null;
	signal: NodeJS.Signals | null;
}

/** A child process in a process group of its own, so that the terminal's Ctrl-C reaches only us. */
export interface Child {
	name: string;
	id: ProcessId;
	log: string;
	/** Resolves when the child has ended, whoever ended it; never rejects. */
	exited: Promise<Exit>;
	/** Whether it ended without being asked to. */
	crashed(): boolean;
	/** Its stdin and stdout, if it was started to be talked to. */
	talk?: { stdin: Writable; stdout: Readable };
	/** SIGTERM to the group, then SIGKILL after the grace; resolves when the whole group is gone. Safe to call twice. */
	stop(graceMs?: number): Promise<void>;
	/** SIGKILL to the group at once, without waiting. */
	kill(): void;
}

export interface ChildOptions {
	/** What it is called in messages, such as `QuestDB`. */
	name: string;
	command: string;
	args: string[];
	/** The whole environment; nothing is inherited. */
	env: NodeJS.ProcessEnv;
	cwd?: string;
	/** File that receives stdout and stderr, appended. */
	log: string;
	/** Keeps its stdin and stdout for us; only stderr goes into the log. */
	talk?: boolean;
}

const living = new Set<Child>();

/** SIGKILL to everything that was started and still runs. */
export function killChildren(): void {
	for (const child of living) child.kill();
}

/** Starts a child. Throws {@link UserError} if the command cannot be run. */
export async function startChild(options: ChildOptions): Promise<Child> {
	mkdirSync(dirname(options.log), { recursive: true });
	const out = openSync(options.log, "a");
	const child = spawn(options.command, options.args, {
		cwd: options.cwd,
		env: options.env,
		detached: true,
		stdio: options.talk ? ["pipe", "pipe", out] : ["ignore", out, out],
	});
	closeSync(out);
	await new Promise<void>((resolve, reject) => {
		child.once("spawn", resolve);
		child.once("error", (cause) => {
			reject(new UserError(`${options.name} cannot be started: ${options.command}: ${cause.message}`, { cause }));
		});
	});
	const pid = child.pid as number;
	const guard = startGuard(pid);
	let asked = false;
	let ended = false;
	const exited = new Promise<Exit>((resolve) => {
		child.once("exit", (code, signal) => {
			// What the child itself had started must not outlive it, nor may the guard meet a recycled pid.
			signalGroup(pid, "SIGKILL");
			ended = true;
			living.delete(self);
			guard.release();
			resolve({ code, signal });
		});
	});
	let stopping: Promise<void> | undefined;
	const { stdin, stdout } = child;
	const self: Child = {
		...(stdin && stdout ? { talk: { stdin, stdout } } : {}),
		name: options.name,
		id: processId(pid),
		log: options.log,
		exited,
		crashed: () => ended && !asked,
		stop(graceMs = 10_000) {
			// Its number may belong to another process by now.
			if (ended) return Promise.resolve();
			asked = true;
			stopping ??= stopGroup(pid, exited, graceMs);
			return stopping;
		},
		kill() {
			if (ended) return;
			asked = true;
			signalGroup(pid, "SIGKILL");
		},
	};
	living.add(self);
	return self;
}

async function stopGroup(pid: number, exited: Promise<Exit>, graceMs: number): Promise<void> {
	signalGroup(pid, "SIGTERM");
	const ended = await Promise.race([exited.then(() => true), sleep(graceMs, false, { ref: false })]);
	if (!ended) signalGroup(pid, "SIGKILL");
	await exited;
	// Where the init process reaps late, or never, dead processes of the group are still counted as there.
	for (let i = 0; i < 100 && groupAlive(pid); i++) await sleep(10);
}

/**
 * Waits until `ready` says so, asking again every `everyMs`. Throws {@link UserError} with the child's last log lines
 * when the child ends first or the time is up; the child is stopped then.
 */
export async function waitReady(
	child: Child,
	ready: () => Promise<boolean>,
	{ timeoutMs = 60_000, everyMs = 100, signal }: { timeoutMs?: number; everyMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
	const until = performance.now() + timeoutMs;
	let ended: Exit | undefined;
	void child.exited.then((exit) => {
		ended = exit;
	});
	while (true) {
		if (signal?.aborted) {
			await child.stop();
			signal.throwIfAborted();
		}
		if (ended) throw new UserError(crashMessage(child, ended));
		if (await ready().catch(() => false)) return;
		if (performance.now() > until) {
			await child.stop(2_000);
			throw new UserError(
				`${child.name} did not become ready within ${Math.round(timeoutMs / 1000)} s. ${logTail(child.log)}`,
			);
		}
		await sleep(everyMs);
	}
}

/** What to say about a child that ended by itself: how, and the last lines of its log. */
export function crashMessage(child: Pick<Child, "name" | "log">, exit: Exit): string {
	return `${child.name} ${howItEnded(exit)}. ${logTail(child.log)}`;
}

/** How a child ended, as the rest of a sentence. */
export function howItEnded({ code, signal }: Exit): string {
	return signal ? `was killed by ${signal}` : `ended with exit code ${code}`;
}

function logTail(log: string): string {
	const lines = lastLines(log, 15);
	return lines.length === 0
		? `It wrote nothing to ${log}`
		: `Last lines of ${log}:\n${lines.map((line) => `    ${line}`).join("\n")}`;
}
