/** That a file's runs leave nothing behind. */
import { readdirSync, readFileSync } from "node:fs";
import { expect } from "vitest";
import { states } from "./cli.ts";

/** Whether no process is left that has to do with the states of this file's runs. */
export function expectNoProcess(): void {
	expect(states.length).toBeGreaterThan(0);
	const commands = readdirSync("/proc").flatMap((pid) => (/^\d+$/.test(pid) ? [commandOf(pid)] : []));
	expect(commands.filter((command) => states.some((dir) => command.includes(dir)))).toEqual([]);
}

function commandOf(pid: string): string {
	try {
		if (Number(pid) === process.pid) return "";
		return readFileSync(`/proc/${pid}/cmdline`, "utf8");
	} catch {
		return "";
	}
}
