import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** A process that can be told from a later one with the same number: its pid and when it started. */
export interface ProcessId {
	pid: number;
	/** The kernel's own statement of the start time; opaque, only compared. */
	started: string;
}

/** The identity of a running process; `started` is empty if there is none. */
export function processId(pid: number): ProcessId {
	return { pid, started: startOf(pid) };
}

/** Whether exactly this process still runs. */
export function isAlive(id: ProcessId): boolean {
	return id.started !== "" && startOf(id.pid) === id.started;
}

/** Whether any process of the group runs. */
export function groupAlive(pid: number): boolean {
	try {
		process.kill(-pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === "EPERM";
	}
}

/** Sends a signal to a whole process group; that it is gone already is no error. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
	try {
		process.kill(-pid, signal);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

/** Stops a process group that is not our child: SIGTERM, then SIGKILL after the grace. */
export async function stopForeign(id: ProcessId, graceMs = 10_000): Promise<void> {
	if (!isAlive(id)) return;
	signalGroup(id.pid, "SIGTERM");
	const until = performance.now() + graceMs;
	while (isAlive(id) && performance.now() < until) await sleep(50);
	if (isAlive(id)) signalGroup(id.pid, "SIGKILL");
	while (isAlive(id)) await sleep(10);
}

function startOf(pid: number): string {
	if (process.platform === "linux") {
		try {
			const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
			// The command in parentheses may itself hold spaces and parentheses; fields count from behind it.
			const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
			return fields[0] === "Z" ? "" : `${bootId()}/${fields[19]}`;
		} catch {
			return "";
		}
	}
	try {
		return execFileSync("ps", ["-o", "lstart=", "-p", String(pid)], {
			encoding: "utf8",
			stdio: ["ignore", "pipe", "ignore"],
		}).trim();
	} catch {
		return "";
	}
}

let boot: string | undefined;

// Start times count from the boot: without it a process of an earlier boot could look like one of today.
function bootId(): string {
	boot ??= readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
	return boot;
}
