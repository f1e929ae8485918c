import { execFile } from "node:child_process";
import { join } from "node:path";
import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Bar } from "../../../contracts.ts";
import type { Outputs } from "../../../infra/deploy.ts";
import { emulated } from "../../../infra/emulated.ts";
import { documentClient } from "../../../landing/dynamodb/client.ts";
import { barItem, historyWriter, seriesTime } from "../../../landing/dynamodb/history.ts";
import { type Fields, historyOf } from "../../../landing/dynamodb/read.ts";
import { latest } from "../../../local/latest/command.ts";
import { root } from "../../../local/paths.ts";
import { processId } from "../../../local/process-id.ts";
import { type StackRecord, writeStack } from "../../../local/stack.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { kinesisRecords } from "../../support/kinesis.ts";
import { bar, tick } from "../../support/samples.ts";
import { put } from "../../support/stream.ts";

// The deployed functions with their tables on the emulator, and the command that reads them.
let emulator: TestEmulator;
let outputs: Outputs;
let table = "";
const patience = { timeout: 20_000, interval: 100 };
const at = (minute: number) => new Date(Date.parse("2013-10-07T13:30:00.000Z") + minute * 60_000).toISOString();
const client = () => documentClient(emulated(emulator.endpoint));
const history = (symbol: string, series = "1m", from = at(0), to = at(600)) =>
	historyOf(client(), table, { symbol, series, from, to });
const state = process.env.TIDEMARK_STATE;

beforeAll(async () => {
	emulator = await testEmulator();
	outputs = await emulator.deploy({ shards: 1, stores: ["dynamodb"], historyTicks: true });
	table = outputs.HistoryTable ?? "";
	// What `tidemark latest` finds is this emulator, as a live stack of this process.
	process.env.TIDEMARK_STATE = emulator.dir;
	record(emulator.endpoint);
});
afterAll(async () => {
	if (state === undefined) delete process.env.TIDEMARK_STATE;
	else process.env.TIDEMARK_STATE = state;
	await emulator[Symbol.asyncDispose]();
});

function record(aws: string, changes: Partial<Outputs> = {}): void {
	const { pid, started } = processId(process.pid) ?? { pid: 0, started: "" };
	const stack = { id: "live", dir: join(emulator.dir, "live"), pid, started, startedAt: at(0), shards: 1 };
	const endpoints = { aws, flink: "", questdb: "" };
	writeStack({ ...stack, endpoints, processes: [], outputs: { ...outputs, ...changes } } as StackRecord);
}

describe("the functions", () => {
	test("keep bars by symbol and time, with all fields and their day, and ticks", async () => {
		const early = bar({ vwap: null, move_pct: null, day_move_pct: null });
		await put(emulator.endpoint, outputs.BarsStream, [
			bar({ window_start: at(2) }),
			early,
			bar({ window_start: at(1) }),
			bar({ interval: "5m" }),
			bar({ symbol: "MSFT" }),
			"broken",
		]);
		await put(emulator.endpoint, outputs.TicksStream, [tick(), tick({ event_time: at(3), close: 488.25 })]);
		await vi.waitFor(async () => expect(await history("AAPL")).toHaveLength(3), patience);
		const items = await history("AAPL");
		expect(items.map(({ window_start }) => window_start)).toEqual([at(0), at(1), at(2)]);
		expect(items[0]).toEqual({ ...barItem(early), expires: expect.any(Number) });
		expect(await history("AAPL", "5m")).toHaveLength(1);
		expect(await history("AAPL", "1m", at(1), at(1))).toHaveLength(1);
		await vi.waitFor(async () => expect(await history("AAPL", "tick")).toHaveLength(2), patience);
	});

	test("replace a bar by a later version only", async () => {
		const version = (minute: number, close: number) => bar({ symbol: "FIX", close, emitted_at: at(minute) });
		await put(emulator.endpoint, outputs.BarsStream, [version(5, 5)]);
		await vi.waitFor(async () => expect(await history("FIX")).toMatchObject([{ close: 5 }]), patience);
		await put(emulator.endpoint, outputs.BarsStream, [version(4, 4), bar({ symbol: "MARK1" })]);
		await vi.waitFor(async () => expect(await history("MARK1")).toHaveLength(1), patience);
		expect(await history("FIX")).toMatchObject([{ close: 5 }]);
		await put(emulator.endpoint, outputs.BarsStream, [version(6, 6)]);
		await vi.waitFor(async () => expect(await history("FIX")).toMatchObject([{ close: 6 }]), patience);
	});
});

test("every price is in the table with the digits that JSON has of it, and reads back as the same number", async () => {
	// What DynamoDB has room for: 38 digits, from 1e-130 up to 1e126.
	const price = fc.oneof(
		fc.double({ min: 1e-6, max: 1e9, noNaN: true }),
		fc.integer({ min: 1, max: 10_000_000 }).map((cents) => cents / 100),
		fc.constantFrom(0.1, 0.1 + 0.2, 1 / 3, 486.56, 1e21, 1e-7, Number.MAX_SAFE_INTEGER, 123_456_789.123_456_79),
	);
	const prices = fc.sample(price, 300);
	const bars: Bar[] = prices.map((close, index) => bar({ symbol: "EXACT", window_start: at(index), close }));
	const write = historyWriter(client(), { table, days: 1, itemOf: barItem });
	const outcomes = await write(kinesisRecords(bars).map((record, index) => ({ record, value: bars[index] as Bar })));
	expect(outcomes.every(({ status }) => status === "handled")).toBe(true);
	expect((await history("EXACT")).map(({ close }) => close)).toEqual(prices);

	const raw = new DynamoDBClient(emulated(emulator.endpoint));
	const keys = bars.slice(0, 100).map(({ symbol, interval, window_start }) => ({
		symbol: { S: symbol },
		series_time: { S: seriesTime(interval, window_start) },
	}));
	const { Responses } = await raw.send(new BatchGetItemCommand({ RequestItems: { [table]: { Keys: keys } } }));
	raw.destroy();
	const stored = Object.fromEntries(
		(Responses?.[table] ?? []).map(({ window_start, close }) => [window_start?.S, close?.N]),
	);
	for (const { window_start, close } of bars.slice(0, 100)) {
		// The table writes powers of ten out.
		if (!String(close).includes("e")) expect(stored[window_start]).toBe(String(close));
	}
});

describe("tidemark latest", () => {
	const rows = async (...[symbols, options]: Parameters<typeof latest>) => {
		const { text, unknown } = await latest(symbols, { ...options, json: true });
		return { rows: JSON.parse(text) as Fields[], unknown };
	};

	test("prints the latest price, and says what is unknown", async () => {
		const found = await rows(["AAPL", "NOPE", "AAPL"], {});
		expect(found.rows).toMatchObject([{ symbol: "AAPL", price: 488.25, event_time: at(3), previous_close: 483.03 }]);
		expect(found.unknown).toEqual(['There is no price of "NOPE": symbols are written as in the feed']);
		expect((await latest(["AAPL"], {})).text).toMatch(
			/^symbol +price +event_time .*\n─+.*\nAAPL +488\.25 .*\n\(1 row\)$/s,
		);
		expect((await latest(["AAPL"], { csv: true })).text).toMatch(/^symbol,price,event_time,.*\nAAPL,488\.25,/);
		expect((await latest(["NOPE"], {})).text).toBe("");
	});

	test("prints the bars or ticks of the time before it", async () => {
		const starts = ({ rows }: { rows: Fields[] }) => rows.map(({ window_start }) => window_start);
		expect(starts(await rows(["AAPL"], { history: "1h" }))).toEqual([at(0), at(1), at(2)]);
		expect(starts(await rows(["AAPL"], { history: "2m" }))).toEqual([at(1), at(2)]);
		expect(starts(await rows(["AAPL"], { history: "1h", interval: "5m" }))).toEqual([at(0)]);
		const ticks = await rows(["AAPL"], { history: "1h", interval: "tick" });
		expect(ticks.rows.map(({ close }) => close)).toEqual([486.75, 488.25]);
		const none = await rows(["AAPL", "NOPE"], { history: "1h", interval: "7m" });
		expect(none.rows).toEqual([]);
		expect(none.unknown.sort()).toEqual([
			`AAPL has no bars of 7m (the SQL makes 1m, 5m, 1h and 1d) from ${at(-57)} to ${at(3)}`,
			'There is no price of "NOPE": symbols are written as in the feed',
		]);
	});

	test.each([
		[{ json: true, csv: true }, "Choose one of --json and --csv"],
		[{ interval: "5m" }, "--interval 5m is of a history: add --history 1h"],
		[{ history: "soon" }, '--history: "soon" is no duration'],
		[{ history: "0s" }, "--history 0s must be more than 0"],
	])("refuses %o", async (options, message) => {
		await expect(latest(["AAPL"], options)).rejects.toThrow(message);
	});

	test("of a stack that keeps no history says how to have one", async () => {
		record(emulator.endpoint, { HistoryTable: undefined });
		await expect(latest(["AAPL"], { history: "1h" })).rejects.toThrow(
			/keeps no history by symbol: start it with npm start -- --keep-history; on AWS add dynamodb to stores/,
		);
		record(emulator.endpoint);
	});

	test("as a command: rows on stdout, what is unknown on stderr, and exit code 1 for it", async () => {
		const run = (...args: string[]) =>
			new Promise((resolve) =>
				execFile(process.execPath, [join(root, "local/cli.mjs"), "latest", ...args], (error, stdout, stderr) =>
					resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
				),
			);
		expect(await run("AAPL", "--csv")).toEqual({
			code: 0,
			stdout: expect.stringContaining("AAPL,488.25,"),
			stderr: "",
		});
		expect(await run("AAPL", "NOPE", "--json")).toEqual({
			code: 1,
			stdout: expect.stringContaining('"price":488.25'),
			stderr: 'tidemark: There is no price of "NOPE": symbols are written as in the feed\n',
		});
	});
});
