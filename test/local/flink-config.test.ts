import { mkdirSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { flinkConfig, newestCheckpoint, SAVEPOINTS, writeFlinkConf } from "../../local/flink-config.ts";
import { tempDir } from "./support.ts";

const settings = { port: 8081, checkpoints: "/state/with space/checkpoints", checkpointMs: 5_000, parallelism: 2 };

/** A checkpoint directory with its metadata, or without where it was never completed. */
function checkpoint(dir: string, job: string, number: number, at: number, { complete = true } = {}): string {
	const path = join(dir, job, `chk-${number}`);
	mkdirSync(path, { recursive: true });
	if (complete) {
		writeFileSync(join(path, "_metadata"), "state");
		utimesSync(join(path, "_metadata"), at, at);
	}
	return path;
}

describe("Flink's configuration", () => {
	test("has what the application says, and listens on loopback only", () => {
		expect(JSON.parse(flinkConfig(settings))).toMatchObject({
			"rest.address": "127.0.0.1",
			"rest.bind-address": "127.0.0.1",
			"rest.port": 8081,
			"rest.bind-port": "8081",
			"parallelism.default": 2,
			"execution.checkpointing.interval": "5000 ms",
			"execution.checkpointing.dir": "file:///state/with%20space/checkpoints",
			"execution.checkpointing.externalized-checkpoint-retention": "RETAIN_ON_CANCELLATION",
		});
	});

	test("names a checkpoint only where there is one to restore", () => {
		expect(flinkConfig(settings)).not.toContain("state-recovery");
		expect(JSON.parse(flinkConfig({ ...settings, restoreFrom: "/state/chk-7" }))).toMatchObject({
			"execution.state-recovery.path": "file:///state/chk-7",
			"execution.state-recovery.claim-mode": "CLAIM",
		});
	});

	test("is YAML without tabs, which YAML does not take", () => {
		expect(flinkConfig(settings)).not.toContain("\t");
	});

	test("is written beside the log settings, and the checkpoints have their directory", () => {
		const dir = tempDir();
		const checkpoints = join(dir, "checkpoints");
		writeFlinkConf(join(dir, "conf"), { ...settings, checkpoints });
		expect(readFileSync(join(dir, "conf", "config.yaml"), "utf8")).toContain(pathToFileURL(checkpoints).href);
		expect(readFileSync(join(dir, "conf", "log4j2.properties"), "utf8")).toContain("rootLogger.level = WARN");
		expect(newestCheckpoint(checkpoints)).toBeUndefined();
	});
});

test("state that nobody takes is an error unless it is to be dropped", () => {
	const key = "execution.state-recovery.ignore-unclaimed-state";
	const of = (more: object) => JSON.parse(flinkConfig({ ...settings, ...more }));
	expect(of({ restoreFrom: "/c/chk-1" })[key]).toBe(false);
	expect(of({ restoreFrom: "/c/chk-1", dropState: true })[key]).toBe(true);
	expect(of({ dropState: true })[key]).toBeUndefined();
});

describe("the newest checkpoint", () => {
	test("is the latest that is complete, over all jobs", () => {
		const dir = tempDir();
		checkpoint(dir, "job1", 9, 1_000);
		const newest = checkpoint(dir, "job2", 4, 2_000);
		checkpoint(dir, "job2", 5, 3_000, { complete: false });
		mkdirSync(join(dir, "job2", "shared"));
		expect(newestCheckpoint(dir)).toBe(newest);
	});

	test("is the one with the higher number where the clock cannot tell", () => {
		const dir = tempDir();
		checkpoint(dir, "job1", 9, 1_000);
		const newest = checkpoint(dir, "job1", 10, 1_000);
		expect(newestCheckpoint(dir)).toBe(newest);
	});

	test("is the savepoint that ended the last job", () => {
		const dir = tempDir();
		checkpoint(dir, "job1", 9, 1_000);
		const path = join(dir, SAVEPOINTS, "savepoint-job1-ab12");
		mkdirSync(path, { recursive: true });
		writeFileSync(join(path, "_metadata"), "state");
		utimesSync(join(path, "_metadata"), 1_000, 1_000);
		expect(newestCheckpoint(dir)).toBe(path);
		const newest = checkpoint(dir, "job2", 1, 2_000);
		expect(newestCheckpoint(dir)).toBe(newest);
	});

	test("is never one whose metadata was cut off before a byte was written", () => {
		const dir = tempDir();
		const path = checkpoint(dir, "job1", 1, 1_000, { complete: false });
		writeFileSync(join(path, "_metadata"), "");
		expect(newestCheckpoint(dir)).toBeUndefined();
		expect(newestCheckpoint(join(dir, "none"))).toBeUndefined();
	});
});
