/** `tidemark produce replay` as one calls it, against the emulator. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../../local/paths.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { makeStream, readBack } from "../../support/read_back.ts";
import { tempFile, tempFolder } from "../support.ts";

let emulator: TestEmulator;
let kinesis: KinesisClient;
beforeAll(async () => {
	emulator = await testEmulator();
	kinesis = kinesisClient({ endpoint: emulator.endpoint });
});
afterAll(async () => {
	kinesis?.destroy();
	await emulator?.[Symbol.asyncDispose]();
});

const replay = (stream: string, ...args: string[]) =>
	execa(
		process.execPath,
		["local/cli.mjs", "produce", "replay", ...args, "--endpoint", emulator.endpoint, "--stream", stream],
		{ cwd: root, reject: false, env: { TIDEMARK_STATE: emulator.dir } },
	);
const tradesIn = async (stream: string) => {
	const all: { symbol: string; price: number; source: string; event_time: string }[] = [];
	for await (const { inside } of readBack(kinesis, stream)) all.push(...inside.map((text) => JSON.parse(text)));
	return all.filter(({ source }) => source === "replay");
};

describe("tidemark produce replay", () => {
	test("sends files in time order, puts aside what is no trade, and says so; read = sent + rejected", async () => {
		const stream = await makeStream(kinesis, "files", 1);
		const late = tempFile("late.csv", "when,symbol,price\n05/14/2020 09:31,SPY,3\n05/14/2020 09:32,SPY,free\n");
		const early = tempFile("early.jsonl.gz", '{"when":"05/14/2020 09:30","symbol":"SPY","price":1}\noops\n');
		const rejects = join(tempFolder(), "rejects.jsonl");
		const form = ["--time-zone", "America/New_York", "--time-format", "MM/dd/yyyy HH:mm", "--map", "event_time=when"];
		const { stdout, stderr, exitCode } = await replay(stream, late, early, ...form, "--rejects", rejects);

		expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("replay of 2 files, ") });
		expect(JSON.parse(stdout)).toMatchObject({ read: 4, sent: 2, rejected: 2, failed: 0 });
		expect((await tradesIn(stream)).map(({ event_time, price }) => [event_time, price])).toEqual([
			["2020-05-14T13:30:00.000Z", 1],
			["2020-05-14T13:31:00.000Z", 3],
		]);
		const kept = readFileSync(rejects, "utf8").trim().split("\n");
		expect(kept.map((line) => JSON.parse(line))).toMatchObject([
			{ reason: `${early}, line 2: "oops" is not JSON`, payload: "oops" },
			{ reason: `${late}, line 3, column price: "free" is not a number`, payload: "05/14/2020 09:32,SPY,free" },
		]);
	});

	test("takes a folder, and goes on and on until it is told to stop", async () => {
		const stream = await makeStream(kinesis, "folder", 1);
		const file = tempFile("a.csv", "ts,symbol,price\n2020-05-14T13:30Z,SPY,1\n2020-05-14T13:31Z,IBM,2\n");
		const running = replay(stream, dirname(file), "--loop", "--speed", "1000", "--symbols", "IBM,BAC");
		while ((await tradesIn(stream)).length < 3) await new Promise((resolve) => setTimeout(resolve, 50));
		running.kill("SIGINT");
		const { stdout, stderr, exitCode } = await running;
		expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining(", over and over to ") });
		expect(stderr).toContain(`There is no trade of BAC in ${file}.`);
		const { read, sent, closedAt } = JSON.parse(stdout);
		expect([sent, closedAt]).toEqual([read, null]);
		const trades = await tradesIn(stream);
		expect(trades).toHaveLength(sent);
		expect(new Set(trades.map(({ event_time }) => event_time)).size).toBe(sent);
	});

	test.each([
		[
			"an unknown symbol",
			["--symbols", "spy"],
			/^tidemark: There is no trade of spy in .*a\.csv\. The symbols there are SPY\.$/m,
		],
		[
			"a wrong column",
			["--map", "price=last"],
			/^tidemark: --map names the column last, which .*a\.csv has not\. Its columns are ts, symbol, price\.$/m,
		],
		["no file", [], /^error: missing required argument 'files'$/m],
	])("ends with one clear error: %s", async (what, args, message) => {
		const file = tempFile("a.csv", "ts,symbol,price\n2020-05-14T13:30Z,SPY,1\n");
		const { stdout, stderr, exitCode } = await replay("none", ...(what === "no file" ? [] : [file]), ...args);
		expect(stderr).toMatch(message);
		expect(stderr).not.toContain("    at ");
		expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
	});
});
