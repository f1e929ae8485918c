import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { findTarget } from "../../producer/target.ts";
import { tempFile, tempFolder } from "./support.ts";

afterEach(() => {
	vi.unstubAllEnvs();
});

const stack = (pid: number) =>
	JSON.stringify({
		pid,
		endpoints: { aws: "http://127.0.0.1:4566" },
		outputs: { TradesStream: "their-trades" },
	});

describe("the target of produce", () => {
	test("is the local stack that is up, with its stream", () => {
		const file = tempFile("stack.json", stack(process.pid));
		expect(findTarget({}, file)).toEqual({
			stream: "their-trades",
			endpoint: "http://127.0.0.1:4566",
			// With the stack's state, so that it goes with it.
			spool: join(dirname(file), "spool", "their-trades"),
		});
	});

	test("is found where the state is", () => {
		const state = tempFolder();
		mkdirSync(join(state, "live"));
		writeFileSync(join(state, "live", "stack.json"), stack(process.pid));
		vi.stubEnv("TIDEMARK_STATE", state);
		expect(findTarget({ stream: "mine" })).toEqual({
			stream: "mine",
			endpoint: "http://127.0.0.1:4566",
			spool: join(state, "live", "spool", "mine"),
		});
	});

	test("is what the options say", () => {
		expect(findTarget({ endpoint: "http://localhost:1234", stream: "s", region: "eu-central-1" })).toEqual({
			stream: "s",
			endpoint: "http://localhost:1234",
			region: "eu-central-1",
			spool: expect.stringMatching(/spool.localhost-1234-s$/),
		});
		expect(findTarget({ endpoint: "http://localhost:1234" }).stream).toBe("tidemark-trades");
	});

	test("is AWS only when that is said", () => {
		expect(findTarget({ endpoint: "aws", region: "eu-central-1" })).toEqual({
			stream: "tidemark-trades",
			endpoint: undefined,
			region: "eu-central-1",
			spool: expect.stringMatching(/spool.aws-eu-central-1-tidemark-trades$/),
		});
	});

	test("is missing when no stack is up: there is no file, it is torn, or its process is gone", () => {
		const gone = spawnSync(process.execPath, ["-e", ""]).pid;
		for (const file of ["nowhere.json", tempFile("stack.json", "{"), tempFile("stack.json", stack(gone))]) {
			expect(() => findTarget({}, file)).toThrow(
				"No local stack is up to send to. Start one with npm start, or name the place: --endpoint URL, or --endpoint aws.",
			);
		}
	});

	test("is no address that is none", () => {
		expect(() => findTarget({ endpoint: "localhost" })).toThrow(
			"--endpoint takes a URL or aws, but was given localhost.",
		);
	});
});
