import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { DynamoDBDocumentClient, GetCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Outputs } from "../../infra/deploy.ts";
import { emulated } from "../../infra/emulated.ts";
import { type TestEmulator, testEmulator } from "../support/emulator.ts";
import { type TestStore, testStore } from "../support/questdb.ts";
import { takeMessages } from "../support/queue.ts";
import { bar, tick } from "../support/samples.ts";
import { put } from "../support/stream.ts";

// The deployed functions on the emulator, with a real QuestDB behind them.
let emulator: TestEmulator;
let store: TestStore;
let outputs: Outputs;
const patience = { timeout: 20_000, interval: 100 };

beforeAll(async () => {
	[emulator, store] = await Promise.all([testEmulator(), testStore()]);
	// QuestDB asks for no token; the function has to get one all the same.
	const secrets = new SecretsManagerClient(emulated(emulator.endpoint));
	await secrets.send(new CreateSecretCommand({ Name: "store-token", SecretString: '{"token":"abc=="}' }));
	secrets.destroy();
	outputs = await emulator.deploy({ shards: 1, endpoints: { store: store.url }, storeSecret: "store-token" });
});
afterAll(async () => Promise.all([emulator[Symbol.asyncDispose](), store[Symbol.asyncDispose]()]));

const putBars = (...values: unknown[]) => put(emulator.endpoint, outputs.BarsStream, values);
const putTicks = (...values: unknown[]) => put(emulator.endpoint, outputs.TicksStream, values);
const rowsOf = (symbol: string) =>
	store.rows(`SELECT * FROM bars WHERE symbol = '${symbol}' ORDER BY timestamp, interval`);
const deadLetters = async (count: number) =>
	(await takeMessages(emulator.endpoint, outputs.LandingDeadLettersUrl, count)).map(({ Body }) =>
		JSON.parse(Body ?? ""),
	);

describe("bars", () => {
	test("land as rows with all columns, nulls left out", async () => {
		await putBars(bar(), bar({ interval: "5m", vwap: null, move_pct: null, day_move_pct: null }));
		await vi.waitFor(async () => expect(await rowsOf("AAPL")).toHaveLength(2), patience);
		const row = {
			timestamp: "2013-10-07T13:30:00.000000Z",
			symbol: "AAPL",
			interval: "1m",
			window_end_ms: Date.parse("2013-10-07T13:31:00.000Z"),
			open: 486.56,
			high: 487.1,
			low: 486.5,
			close: 487,
			volume: 123_456,
			trade_count: 789,
			vwap: 486.831234,
			change: 0.44,
			change_pct: 0.090431,
			move_pct: -0.25,
			day_move_pct: 1.5,
			emitted_at_ms: Date.parse("2013-10-07T13:31:02.100Z"),
		};
		expect(await rowsOf("AAPL")).toEqual([
			row,
			{ ...row, interval: "5m", vwap: null, move_pct: null, day_move_pct: null },
		]);
	});

	test("that come twice are the same rows, and a newer version replaces its row", async () => {
		const versions = [1, 2, 3].map((minute) =>
			bar({ symbol: "TWICE", window_start: `2013-10-07T13:3${minute}:00.000Z` }),
		);
		await putBars(...versions);
		await vi.waitFor(async () => expect(await rowsOf("TWICE")).toHaveLength(3), patience);
		const before = await rowsOf("TWICE");
		await putBars(...versions, bar({ symbol: "MARK" }));
		await vi.waitFor(async () => expect(await rowsOf("MARK")).toHaveLength(1), patience);
		expect(await rowsOf("TWICE")).toEqual(before);

		await putBars(
			bar({ symbol: "MARK", close: 486.9, emitted_at: "2013-10-07T13:40:00.000Z" }),
			bar({ symbol: "MARK" }),
		);
		await vi.waitFor(async () => expect(await rowsOf("MARK")).toMatchObject([{ close: 486.9 }]), patience);
	});

	test("among broken ones all land, and each broken one is a dead letter once with its reason", async () => {
		const early = bar({ symbol: "EARLY", window_start: "1969-12-31T23:59:00.000Z" });
		await putBars(
			"{",
			bar({ symbol: "GOOD1" }),
			early,
			{ ...bar(), open: "1" },
			bar({ symbol: "GOOD2" }),
			Buffer.from([255]),
		);
		await vi.waitFor(async () => expect(await rowsOf("GOOD2")).toHaveLength(1), patience);
		expect(await rowsOf("GOOD1")).toHaveLength(1);
		const letters = await deadLetters(4);
		expect(letters).toHaveLength(4);
		expect(new Set(letters.map(({ sequence_number }) => sequence_number)).size).toBe(4);
		expect(letters).toEqual(
			expect.arrayContaining([
				expect.objectContaining({
					reason: "malformed",
					payload: "{",
					stream: "tidemark-bars",
					shard_id: "shardId-000000000000",
				}),
				expect.objectContaining({ reason: "malformed", detail: expect.stringMatching(/^open: /) }),
				expect.objectContaining({ reason: "malformed", payload_base64: "/w==" }),
				expect.objectContaining({
					reason: "rejected",
					payload: JSON.stringify(early),
					detail: expect.stringContaining("answered 400"),
				}),
			]),
		);
	});

	test("wait for a store that is away, and its neighbours in the batch are neither lost nor sent twice", async () => {
		await store.stop();
		await putBars("broken", bar({ symbol: "AWAY" }), "broken too");
		await new Promise((resolve) => setTimeout(resolve, 2_500));
		await store.start();
		await vi.waitFor(async () => expect(await rowsOf("AWAY")).toHaveLength(1), patience);
		const letters = await deadLetters(2);
		expect(letters.map(({ payload }) => payload).sort()).toEqual(["broken", "broken too"]);
	});
});

describe("the latest price", () => {
	const latest = async (symbol: string) => {
		const client = DynamoDBDocumentClient.from(new DynamoDBClient(emulated(emulator.endpoint)));
		const { Item } = await client.send(new GetCommand({ TableName: outputs.LatestTable, Key: { symbol } }));
		client.destroy();
		return Item;
	};
	const second = (value: number) => `2013-10-07T13:30:${String(value).padStart(2, "0")}.000Z`;

	test("is the newest tick's close with the day's values", async () => {
		await putTicks(tick(), tick({ event_time: second(5), close: 487 }), tick({ event_time: second(3), close: 486 }));
		await vi.waitFor(async () => expect(await latest("AAPL")).toMatchObject({ event_time: second(5) }), patience);
		expect(await latest("AAPL")).toEqual({
			symbol: "AAPL",
			price: 487,
			event_time: second(5),
			day_open: 486.56,
			day_high: 486.9,
			day_low: 486.4,
			day_volume: 50_000,
			previous_close: 483.03,
			day_move_pct: 0.770139,
			emitted_at: tick().emitted_at,
		});
	});

	test("is not replaced by an older tick, nor by an older version of the same", async () => {
		const newest = tick({ symbol: "OLD", event_time: second(9), close: 9, emitted_at: second(12) });
		await putTicks(newest);
		await vi.waitFor(async () => expect(await latest("OLD")).toMatchObject({ price: 9 }), patience);
		await putTicks(
			tick({ symbol: "OLD", event_time: second(8), close: 8, emitted_at: second(40) }),
			tick({ symbol: "END1" }),
		);
		await vi.waitFor(async () => expect(await latest("END1")).toBeDefined(), patience);
		await putTicks({ ...newest, close: 7, emitted_at: second(11) }, tick({ symbol: "END2" }));
		await vi.waitFor(async () => expect(await latest("END2")).toBeDefined(), patience);
		expect(await latest("OLD")).toMatchObject({ price: 9 });
		await putTicks({ ...newest, close: 10, emitted_at: second(13) });
		await vi.waitFor(async () => expect(await latest("OLD")).toMatchObject({ price: 10 }), patience);
	});

	test("keeps the last good tick where DynamoDB refuses a newer one", async () => {
		const huge = tick({ symbol: "HUGE", event_time: second(7), close: 1e300 });
		await putTicks(
			tick({ symbol: "HUGE", event_time: second(6), close: 6, previous_close: null, day_move_pct: null }),
			huge,
		);
		await vi.waitFor(async () => expect(await latest("HUGE")).toBeDefined(), patience);
		expect(await latest("HUGE")).toMatchObject({ price: 6 });
		expect(await latest("HUGE")).not.toHaveProperty("previous_close");
		expect(await deadLetters(1)).toMatchObject([{ reason: "rejected", payload: JSON.stringify(huge) }]);
	});
});

test("after a restart of the emulator only what is new is landed", async () => {
	await emulator.restart();
	await putBars("broken after the restart", bar({ symbol: "AFTER" }));
	await vi.waitFor(async () => expect(await rowsOf("AFTER")).toHaveLength(1), patience);
	const letters = await deadLetters(1);
	expect(letters.map(({ payload }) => payload)).toEqual(["broken after the restart"]);
});
