import { execPath, pid, platform } from "node:process";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { cpuSecondsOf, residentBytesOf } from "./process_stat.ts";

describe.runIf(platform === "linux")("what the system tells of a process", () => {
	test("is its CPU time, to a tick", () => {
		const before = cpuSecondsOf(pid) as number;
		const { user, system } = process.cpuUsage();
		const after = cpuSecondsOf(pid) as number;
		expect(before).toBeLessThanOrEqual((user + system) / 1e6 + 0.01);
		expect(after).toBeGreaterThanOrEqual((user + system) / 1e6 - 0.02);
	});

	test("is its memory", () => {
		const held = Buffer.alloc(64 * 2 ** 20, 1);
		const resident = residentBytesOf(pid) as number;
		expect(resident).toBeGreaterThan(held.length);
		expect(Math.abs(resident - process.memoryUsage.rss())).toBeLessThan(32 * 2 ** 20);
	});

	test("is nothing when it is gone", async () => {
		const { stdout } = await execa(execPath, ["-p", "process.pid"]);
		expect(cpuSecondsOf(Number(stdout))).toBeUndefined();
		expect(residentBytesOf(Number(stdout))).toBeUndefined();
	});
});
