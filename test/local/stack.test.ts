import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { processId } from "../../local/process-id.ts";
import {
	answers,
	findStack,
	isDeployed,
	isOwned,
	newRunId,
	type Outputs,
	placesIn,
	readStack,
	runIds,
	type StackRecord,
	sizeOf,
	writeStack,
} from "../../local/stack.ts";
import { jsonServer, tempDir, useState } from "./support.ts";

const outputs = { TradesStream: "tidemark-trades" } as Outputs;

function record(dir: string, id: string, more: Partial<StackRecord> = {}): StackRecord {
	return {
		id,
		dir: join(dir, id === "live" ? "live" : `runs/${id}`),
		...processId(process.pid),
		startedAt: "2026-01-01T00:00:00.000Z",
		endpoints: { aws: "http://127.0.0.1:1", flink: "http://127.0.0.1:2", questdb: "http://127.0.0.1:3" },
		shards: 2,
		outputs,
		processes: [],
		...more,
	};
}

function state(): string {
	const dir = tempDir();
	useState(dir);
	return dir;
}

describe("stack.json", () => {
	test("comes back as it was written, and is never there in part", () => {
		const dir = state();
		const stack = record(dir, "live");
		writeStack(stack);
		expect(readStack(stack.dir)).toEqual(stack);
		expect(readdirSync(stack.dir)).toEqual(["stack.json"]);
	});

	test("of a directory that was moved says where it is now", () => {
		const dir = state();
		const stack = record(dir, "live");
		writeStack(stack);
		writeFileSync(placesIn(stack.dir).stackFile, JSON.stringify({ ...stack, dir: "/elsewhere" }));
		expect(readStack(stack.dir)?.dir).toBe(stack.dir);
	});

	test("that is not there is no stack, and one that is broken is told with the remedy", () => {
		const dir = state();
		expect(readStack(join(dir, "live"))).toBeUndefined();
		mkdirSync(join(dir, "live"));
		writeFileSync(join(dir, "live", "stack.json"), "{");
		expect(() => readStack(join(dir, "live"))).toThrow(/stack\.json is not readable: remove .*npm run clean/);
	});
});

test("a stack is owned while its process runs, and deployed once it has outputs", () => {
	const dir = state();
	const stack = record(dir, "live");
	expect(isOwned(stack)).toBe(true);
	expect(isOwned({ ...stack, started: "earlier" })).toBe(false);
	expect(isDeployed(stack)).toBe(true);
	const { outputs: _, ...starting } = stack;
	expect(isDeployed(starting)).toBe(false);
});

describe("the stack to read from", () => {
	test("is the live one while it is up", async () => {
		const dir = state();
		const aws = await jsonServer(() => ({}));
		const live = record(dir, "live", { endpoints: { ...record(dir, "live").endpoints, aws } });
		writeStack(live);
		writeStack(record(dir, "a", { startedAt: "2026-02-01T00:00:00.000Z" }));
		expect((await findStack()).id).toBe("live");
	});

	test("is the latest run that was deployed when the live one is down", async () => {
		const dir = state();
		writeStack(record(dir, "live", { started: "earlier" }));
		writeStack(record(dir, "a", { startedAt: "2026-01-02T00:00:00.000Z" }));
		writeStack(record(dir, "b", { startedAt: "2026-01-03T00:00:00.000Z" }));
		const { outputs: _, ...broken } = record(dir, "c", { startedAt: "2026-01-04T00:00:00.000Z" });
		writeStack(broken);
		expect(runIds()).toEqual(["c", "b", "a"]);
		expect((await findStack()).id).toBe("b");
	});

	test("is the live one's kept state where there is no run", async () => {
		const dir = state();
		writeStack(record(dir, "live", { started: "earlier" }));
		expect((await findStack()).id).toBe("live");
	});

	test("is the run that is named", async () => {
		const dir = state();
		writeStack(record(dir, "a"));
		writeStack(record(dir, "b"));
		writeStack(record(dir, "live"));
		expect((await findStack("a")).id).toBe("a");
		expect((await findStack("live")).id).toBe("live");
		await expect(findStack("x")).rejects.toThrow('There is no run "x". The latest runs: b, a');
		await expect(findStack("../b")).rejects.toThrow('There is no run "../b"');
	});

	test("is missing with a word on how to get one", async () => {
		state();
		await expect(findStack()).rejects.toThrow("There is nothing to read yet: start a stack with npm start");
		await expect(findStack("x")).rejects.toThrow("The latest runs: none");
	});

	test("that was never deployed has nothing to read", async () => {
		const dir = state();
		const { outputs: _, ...broken } = record(dir, "c");
		writeStack(broken);
		await expect(findStack("c")).rejects.toThrow("ended before it was deployed");
	});
});

test("a URL answers when it gives success", async () => {
	const url = await jsonServer((path) => (path === "/health" ? {} : undefined));
	expect(await answers(`${url}/health`)).toBe(true);
	expect(await answers(`${url}/other`)).toBe(false);
	expect(await answers("http://127.0.0.1:1/")).toBe(false);
});

test("runs are named by their start, so that they sort, and by their process", () => {
	expect(newRunId(new Date("2026-11-22T15:57:04.123Z"), 77)).toBe("2026-11-22-155704-77");
});

test("the size of a directory is that of all files below", () => {
	const dir = tempDir();
	mkdirSync(join(dir, "a", "b"), { recursive: true });
	writeFileSync(join(dir, "a", "x"), "12345");
	writeFileSync(join(dir, "a", "b", "y"), "678");
	expect(sizeOf(dir)).toBe(8);
	expect(sizeOf(join(dir, "none"))).toBe(0);
});
