/** What is in the image, run as the image runs it; Docker itself is not needed, and not tried. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App, Stack } from "aws-cdk-lib";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bundle } from "../../../infra/bundle.ts";
import { root } from "../../../local/paths.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { makeStream, readBack } from "../../support/read_back.ts";

const container = join(root, "producer/container");
/** A folder with the program and nothing else, outside the repository: no module can be found from there. */
const dir = mkdtempSync(join(tmpdir(), "tidemark-container-"));
beforeAll(() => {
	const folder = bundle(new Stack(new App({ outdir: join(dir, "out") })), "producer", "producer/container/main.ts");
	copyFileSync(join(folder, "index.mjs"), join(dir, "index.mjs"));
	copyFileSync(join(container, "health.mjs"), join(dir, "health.mjs"));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The image's entry point and check, with nothing of this process' environment. */
const node = (...args: string[]) =>
	execa(process.execPath, args, { cwd: dir, reject: false, env: {}, extendEnv: false });
const produce = (...args: string[]) => node("index.mjs", "produce", ...args);

describe("the Dockerfile", () => {
	const lines = readFileSync(join(container, "Dockerfile"), "utf8")
		.split("\n")
		.filter((line) => line !== "" && !line.startsWith("#"));
	const values = (instruction: string) =>
		lines.filter((line) => line.startsWith(`${instruction} `)).map((line) => line.slice(instruction.length + 1));

	test("has the Node that the tests run on, pinned", () => {
		const { devDependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
		expect(values("FROM")).toEqual([`public.ecr.aws/docker/library/node:${devDependencies.node}-slim`]);
	});

	test("runs as a user without rights, who can write one folder", () => {
		expect(values("USER")).toEqual(["node"]);
		expect(lines.indexOf("USER node")).toBeLessThan(lines.findIndex((line) => line.startsWith("ENTRYPOINT")));
		const owned = values("COPY").filter((line) => line.startsWith("--chown="));
		expect(owned).toEqual(["--chown=node:node state /var/lib/tidemark"]);
		expect(values("VOLUME")).toEqual(['["/var/lib/tidemark"]']);
	});

	test("takes nothing in but the program: no argument, no secret, no command, no port", () => {
		expect(values("ENV")).toEqual(["NODE_ENV=production"]);
		expect(lines.map((line) => line.split(" ")[0])).toEqual(
			expect.not.arrayContaining(["ARG", "RUN", "ADD", "EXPOSE", "SHELL"]),
		);
	});
});

describe("the program", () => {
	test("says what it can do, by the entry point's words", async () => {
		const { stdout, exitCode } = await produce("synthetic", "--help");
		expect(exitCode).toBe(0);
		for (const option of ["--rate", "--health", "--spool"]) expect(stdout).toContain(option);
		expect((await produce("yahoo", "--help")).stdout).toContain("--fallback");
	});

	test("checks a command line without doing anything", async () => {
		const good = await node("index.mjs", "check", "synthetic", "--endpoint", "aws", "--rate", "10");
		expect(good).toMatchObject({ exitCode: 0, stdout: "" });
		const wrong = await node("index.mjs", "check", "yahoo", "--symbols", "AAPL", "--every", "1s");
		expect(wrong).toMatchObject({ exitCode: 1, stderr: expect.stringMatching(/'1s' is invalid/) });
	});

	test("ends with one line where the user can do something", async () => {
		const { stderr, exitCode } = await produce("synthetic", "--endpoint", "nowhere");
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(/^tidemark: --endpoint takes a URL or aws/m);
		expect(stderr).not.toContain("    at ");
	});
});

describe("the health check", () => {
	const check = (file: string) => node("health.mjs", file);

	test("fails without a file, and with one that nobody has written for half a minute", async () => {
		const file = join(dir, "checked.json");
		expect(await check(file)).toMatchObject({ exitCode: 1, stdout: expect.stringMatching(/^unhealthy: ENOENT/) });
		writeFileSync(file, "{}");
		expect(await check(file)).toMatchObject({ exitCode: 0, stdout: "" });
		const before = Date.now() / 1000 - 45;
		utimesSync(file, before, before);
		expect(await check(file)).toMatchObject({
			exitCode: 1,
			stdout: expect.stringMatching(/checked\.json was last written 4[5-9] s ago$/),
		});
	});
});

test("it stays healthy while Kinesis cannot be reached: who ends it then loses its spool", async () => {
	const health = join(dir, "unreachable.json");
	const running = produce(
		...["synthetic", "--history", "0", "--rate", "200", "--stream", "none", "--endpoint", "http://127.0.0.1:9"],
		...["--health", health, "--spool", join(dir, "unreachable")],
	);
	const ended = new AbortController();
	void running.finally(() => ended.abort());
	const read = (): { at?: string; read?: number } => {
		try {
			return JSON.parse(readFileSync(health, "utf8"));
		} catch {
			return {};
		}
	};
	const later = async (than: number) => {
		while ((read().read ?? 0) <= than && !ended.signal.aborted) await new Promise((go) => setTimeout(go, 50));
		return read().read ?? 0;
	};
	const first = await later(0);
	expect(await later(first)).toBeGreaterThan(first);
	expect(await node("health.mjs", health)).toMatchObject({ exitCode: 0, stdout: "" });
	running.kill("SIGTERM");
	const counts = JSON.parse((await running).stdout);
	expect(counts).toMatchObject({ sent: 0, spooled: counts.read, failed: 0 });
});

describe("on the emulator", () => {
	let emulator: TestEmulator;
	beforeAll(async () => {
		emulator = await testEmulator();
	});
	afterAll(async () => emulator?.[Symbol.asyncDispose]());

	test("it feeds the stream, is healthy, and at SIGTERM sends what it has and ends", async () => {
		const kinesis = kinesisClient({ endpoint: emulator.endpoint });
		const stream = await makeStream(kinesis, "from-the-container", 2);
		const trades = async () => {
			const found: string[] = [];
			for await (const { inside } of readBack(kinesis, stream)) found.push(...inside);
			return found.map((text) => JSON.parse(text)).filter(({ source }) => source !== "clock");
		};
		const health = join(dir, "health.json");
		const running = produce(
			...["synthetic", "--history", "0", "--rate", "200", "--stream", stream, "--endpoint", emulator.endpoint],
			...["--region", "us-east-1", "--lateness", "2", "--health", health, "--spool", join(dir, "spool")],
		);
		const ended = new AbortController();
		void running.finally(() => ended.abort());
		while ((await trades()).length < 200 && !ended.signal.aborted) await new Promise((go) => setTimeout(go, 50));
		const healthy = await node("health.mjs", health);
		running.kill("SIGTERM");
		const { exitCode, stdout, stderr } = await running;
		expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("Stopping") });
		expect(healthy).toMatchObject({ exitCode: 0, stdout: "" });
		const counts = JSON.parse(stdout);
		expect(counts).toMatchObject({ sent: counts.read, spooled: 0, rejected: 0, failed: 0 });
		expect(counts.sent).toBeGreaterThanOrEqual(200);
		const arrived = await trades();
		kinesis.destroy();
		expect(arrived).toHaveLength(counts.sent);
	});
});
