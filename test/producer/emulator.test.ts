/** The publisher against the real emulator: every record is read back from every shard. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type KinesisClient, PutRecordsCommand, type PutRecordsCommandOutput } from "@aws-sdk/client-kinesis";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { kinesisClient } from "../../producer/client.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { seededRandom } from "../../producer/synthetic/random.ts";
import { realData } from "../support/data.ts";
import { type TestEmulator, testEmulator } from "../support/emulator.ts";
import { makeStream, readBack as readRecords } from "../support/read_back.ts";
import { firstLines, tempFile, tempFolder } from "./support.ts";

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

interface Read {
	readonly trade_id?: string;
	readonly symbol?: string;
	readonly event_time: string;
	readonly source: string;
}

/** What is in each shard that has anything, in order. */
async function readBack(stream: string): Promise<Read[][]> {
	const found = new Map<string, Read[]>();
	for await (const { shard, inside } of readRecords(kinesis, stream)) {
		const records = found.get(shard) ?? [];
		found.set(shard, records);
		for (const text of inside) records.push(JSON.parse(text) as Read);
	}
	return [...found.values()];
}

/** A client that fails some of the records inside requests, and throttles some requests as a whole. */
function failing(seed: number, share: number) {
	const random = seededRandom(seed);
	const failed = { records: 0, requests: 0 };
	const send = async (command: { input: object }): Promise<unknown> => {
		if (!(command instanceof PutRecordsCommand)) return kinesis.send(command as never);
		if (random() < share) {
			failed.requests++;
			const throttled = { name: "ProvisionedThroughputExceededException", $metadata: { httpStatusCode: 400 } };
			throw Object.assign(new Error("Rate exceeded"), throttled);
		}
		const records = command.input.Records ?? [];
		const fails = records.map(() => random() < share);
		const passing = records.filter((_, at) => !fails[at]);
		const answer: PutRecordsCommandOutput | undefined =
			passing.length === 0
				? undefined
				: await kinesis.send(new PutRecordsCommand({ ...command.input, Records: passing }));
		const answers = [...(answer?.Records ?? [])];
		const Records = fails.map((fail) => {
			if (!fail) return answers.shift();
			failed.records++;
			return { ErrorCode: "ProvisionedThroughputExceededException", ErrorMessage: "Rate exceeded" };
		});
		return { Records };
	};
	return { client: { send: send as KinesisClient["send"] }, failed };
}

/** An hour of invented trades as a file, for where the real ones are not. */
function inventedTrades(count: number): string {
	const random = seededRandom(11);
	let time = Date.parse("2013-10-07T13:30:00.000Z");
	const rows = Array.from({ length: count }, (_, at) => {
		if (random() < 0.4) time += Math.floor(random() * 1500);
		const symbol = ["SPY", "IBM", "AIG", "BAC"][Math.floor(random() ** 2 * 4)];
		return `${symbol}-${at},${new Date(time).toISOString()},${symbol},10.5,100`;
	});
	return tempFile("trades.csv", `trade_id,event_time,symbol,price,size\n${rows.join("\n")}\n`);
}

describe.each([
	["plain", "off", 800],
	["aggregated", "on", 20_000],
	["by itself", "auto", 20_000],
] as const)("a replay at full speed, %s, with 5 %% failing", (kind, aggregate, count) => {
	test.each([1, 4])("into %i shards: all there, none twice, in order", async (shards) => {
		const stream = await makeStream(kinesis, `${kind.replace(" ", "-")}-${shards}`, shards);
		const real = realData("trades-2013-10-07.csv.gz");
		const file = real === undefined ? inventedTrades(count) : await firstLines(real, count + 1);
		const feed = await openFeed({ kind: "replay", files: [file] });
		const { client, failed } = failing(shards, 0.05);
		const result = await publish(feed, { stream, client, aggregate, close: true });

		expect(failed.records + failed.requests).toBeGreaterThan(0);
		expect(result).toMatchObject({ read: count, sent: count, failed: 0 });
		expect(result.retried).toBeGreaterThan(0);
		const read = await readBack(stream);
		expect(read).toHaveLength(shards);
		const trades = read.flat().filter(({ source }) => source !== "clock");
		expect(trades).toHaveLength(count);
		expect(new Set(trades.map(({ trade_id }) => trade_id)).size).toBe(count);
		expect(read.flat().filter(({ source }) => source === "clock")).toHaveLength(result.clocks);
		for (const shard of read) {
			expect(shard.at(-1)).toEqual({ event_time: result.closedAt, source: "clock" });
			// A trade is late when something newer by the lateness stands before it.
			let [newest, worst] = ["", 0];
			for (const { event_time, source } of shard) {
				if (source !== "clock" && event_time < newest)
					worst = Math.max(worst, Date.parse(newest) - Date.parse(event_time));
				if (event_time > newest) newest = event_time;
			}
			if (aggregate === "on") expect(worst).toBe(0);
			else expect(worst).toBeLessThanOrEqual(1000);
		}
	});
});

describe("tidemark produce", () => {
	const tidemark = (...args: string[]) =>
		execa(process.execPath, ["local/cli.mjs", "produce", ...args], {
			cwd: root,
			reject: false,
			env: { TIDEMARK_STATE: emulator.dir },
		});

	test("replays a file, says how it went as one line of JSON, and exits with 0", async () => {
		const stream = await makeStream(kinesis, "by-command", 2);
		const file = inventedTrades(3000);
		const { stdout, stderr, exitCode } = await tidemark(
			"replay",
			file,
			"--endpoint",
			emulator.endpoint,
			"--stream",
			stream,
		);
		expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("3,000 of 3,000 sent") });
		expect(stdout.split("\n")).toHaveLength(1);
		expect(JSON.parse(stdout)).toMatchObject({
			read: 3000,
			sent: 3000,
			failed: 0,
			closedAt: "2013-10-08T05:00:03.000Z",
		});
		expect((await readBack(stream)).flat().filter(({ source }) => source !== "clock")).toHaveLength(3000);
	});

	test("leaves the last windows open with --no-close", async () => {
		const stream = await makeStream(kinesis, "left-open", 1);
		const file = inventedTrades(10);
		const { stdout } = await tidemark(
			"replay",
			file,
			"--no-close",
			"--endpoint",
			emulator.endpoint,
			"--stream",
			stream,
		);
		expect(JSON.parse(stdout)).toMatchObject({ sent: 10, clocks: 0, closedAt: null });
	});

	test("sends raw lines as they are, whatever they are", async () => {
		const stream = await makeStream(kinesis, "raw", 1);
		const file = tempFile(
			"raw.jsonl",
			'{"symbol":"SPY","event_time":"2013-10-07T13:30:00.000Z","source":"x"}\n"broken"\n',
		);
		const { stdout } = await tidemark("replay", file, "--raw", "--endpoint", emulator.endpoint, "--stream", stream);
		expect(JSON.parse(stdout)).toMatchObject({ read: 2, sent: 2 });
		expect((await readBack(stream)).flat()).toContainEqual("broken");
	});

	test("makes synthetic trades until it is told to stop, sends what it has, and exits with 0", async () => {
		const stream = await makeStream(kinesis, "synthetic", 2);
		const running = tidemark(
			"synthetic",
			"--history",
			"1",
			"--rate",
			"100",
			"--endpoint",
			emulator.endpoint,
			"--stream",
			stream,
		);
		let found = 0;
		while (found < 700) found = (await readBack(stream)).flat().length;
		running.kill("SIGINT");
		const { stdout, stderr, exitCode } = await running;
		expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: expect.stringContaining("Stopping") });
		const { read, sent, closedAt } = JSON.parse(stdout);
		expect(sent).toBe(read);
		expect(closedAt).toBeNull();
		const trades = (await readBack(stream)).flat().filter(({ source }) => source === "synthetic");
		expect(trades).toHaveLength(sent);
	});

	test("says of each record where it is, keeps rejects with their reason, and writes its counts for health checks", async () => {
		const stream = await makeStream(kinesis, "verbose", 2);
		const row = (id: number, price: string) => `${id},2013-10-07T13:30:0${id}.000Z,SPY,${price},100`;
		const file = tempFile(
			"a.csv",
			`trade_id,event_time,symbol,price,size\n${row(1, "10")}\n${row(2, "-1")}\n${row(3, "11")}\n`,
		);
		const [rejects, health] = [`${file}.rejects`, `${file}.health`];
		const place = ["--endpoint", emulator.endpoint, "--stream", stream];
		const refused = await tidemark("replay", file, ...place);
		expect(refused.stderr).toMatch(/1 of 3 rows are no trades\. Nothing was sent\..*--rejects FILE/s);
		expect(refused.exitCode).toBe(1);

		const { stdout, stderr, exitCode } = await tidemark(
			...["replay", file, ...place, "--verbose", "--rejects", rejects, "--health", health],
		);
		expect(exitCode).toBe(0);
		const result = JSON.parse(stdout);
		expect(result).toMatchObject({ read: 3, sent: 2, rejected: 1, spooled: 0, failed: 0 });
		expect(stderr.match(/^2013-10-07T13:30:0[13]\.000Z SPY \d+ bytes shardId-00000000000\d \d+ sent$/gm)).toHaveLength(
			2,
		);
		const [kept, ...more] = readFileSync(rejects, "utf8").trimEnd().split("\n");
		expect(more).toEqual([]);
		expect(JSON.parse(kept as string)).toEqual({
			reason: expect.stringMatching(/line 3, column price: "-1" is not a price: it must be above 0/),
			payload: expect.stringContaining("2013-10-07T13:30:02.000Z"),
			at: expect.any(String),
		});
		expect(JSON.parse(readFileSync(health, "utf8"))).toMatchObject({ read: 3, sent: 2, rejected: 1 });
	});

	test("of a feed without end keeps what it could not send, over the end of the process", async () => {
		const stream = await makeStream(kinesis, "outage", 1);
		const spool = join(tempFolder(), "spool");
		const dead = "http://127.0.0.1:1";
		const args = ["synthetic", "--history", "0", "--rate", "500", "--stream", stream, "--spool", spool];
		const first = tidemark(...args, "--endpoint", dead);
		let told = "";
		const complained = new Promise<void>((resolve) =>
			first.stderr.on("data", (chunk) => {
				told += chunk;
				if (told.includes("Kinesis takes nothing: ")) resolve();
			}),
		);
		await Promise.race([complained, first]);
		await new Promise((resolve) => setTimeout(resolve, 1_000)); // some more is read meanwhile
		first.kill("SIGTERM");
		const { stdout, stderr, exitCode } = await first;
		const before = JSON.parse(stdout);
		expect({ exitCode, stderr }).toMatchObject({
			exitCode: 0,
			stderr: expect.stringContaining("Kinesis takes nothing: "),
		});
		expect(before).toMatchObject({ sent: 0, failed: 0, spooled: before.read });
		expect(before.read).toBeGreaterThan(100);

		const second = tidemark(...args, "--endpoint", emulator.endpoint);
		let found = 0;
		while (found < before.spooled + 100) found = (await readBack(stream)).flat().length;
		second.kill("SIGTERM");
		const after = JSON.parse((await second).stdout);
		expect(after).toMatchObject({ recovered: before.spooled, sent: after.read, spooled: 0, failed: 0 });
		const trades = (await readBack(stream)).flat().filter(({ source }) => source === "synthetic");
		expect(trades).toHaveLength(after.sent);
	});

	test.each([
		["a file that is not there", ["replay", "no.csv"], /^tidemark: Cannot read no\.csv: there is no such file/],
		["no stack", ["replay", "no.csv"], /^tidemark: No local stack is up to send to/],
		[
			"a spool for what ends",
			["replay", "package.json", "--raw", "--spool", "here"],
			/^tidemark: --spool is for feeds without end/m,
		],
		[
			"rejects that cannot be kept",
			["replay", "package.json", "--raw", "--rejects", "/"],
			/^tidemark: Cannot write rejects to \/: EISDIR/m,
		],
		[
			"health that cannot be written",
			["replay", "package.json", "--raw", "--health", "/"],
			/^tidemark: Cannot write --health \/: EISDIR/m,
		],
		["an impossible value", ["synthetic", "--rate", "fast"], /'--rate <number>' argument 'fast' is invalid/],
	])("ends with one clear error: %s", async (what, args, message) => {
		const endpoint = what === "no stack" ? [] : ["--endpoint", emulator.endpoint];
		const { stdout, stderr, exitCode } = await execa(
			process.execPath,
			["local/cli.mjs", "produce", ...args, ...endpoint],
			{ cwd: root, reject: false, env: { TIDEMARK_STATE: emulator.dir } },
		);
		expect(stderr).toMatch(message);
		expect(stderr).not.toContain("    at ");
		expect({ stdout, exitCode }).toEqual({ stdout: "", exitCode: 1 });
	});
});
