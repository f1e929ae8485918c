import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Trade } from "../../../contracts.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { type TestEmulator, testEmulator } from "../../support/emulator.ts";
import { makeStream } from "../../support/read_back.ts";
import { CROSSING_EVERY, feed, SYMBOLS, tradeOf } from "./feed.ts";
import { arrivals } from "./seen.ts";

const THRESHOLD = 1;
const CLEAR = 0.5;

describe("the trades", () => {
	const all = Array.from({ length: SYMBOLS.length * CROSSING_EVERY * 2 }, (_, n) => ({ n, ...tradeOf(n) }));
	const bySymbol = [...Map.groupBy(all, ({ symbol }) => symbol).values()];

	test("go round over all symbols", () => {
		expect(all.slice(0, SYMBOLS.length).map(({ symbol }) => symbol)).toEqual(SYMBOLS);
		expect(all.slice(SYMBOLS.length, SYMBOLS.length + 2).map(({ symbol }) => symbol)).toEqual(SYMBOLS.slice(0, 2));
	});

	test("cross where they say so and nowhere else, against the symbol's first price", () => {
		for (const trades of bySymbol) {
			const base = trades[0]?.price as number;
			for (const { n, price, crosses } of trades) {
				const move = Math.abs(price / base - 1) * 100;
				expect({ n, crosses: move >= THRESHOLD }).toEqual({ n, crosses });
				if (!crosses) expect(move).toBeLessThan(CLEAR);
			}
		}
	});

	test("never cross twice without a trade between that clears, nor with a symbol's first", () => {
		for (const trades of bySymbol) {
			expect(trades[0]?.crosses).toBe(false);
			for (const [at, { crosses }] of trades.entries())
				if (crosses) expect(trades[at + 1]?.crosses ?? false).toBe(false);
		}
	});

	test("cross in every symbol equally often, up and down", () => {
		const crossings = all.filter(({ crosses }) => crosses);
		expect(crossings).toHaveLength(2 * SYMBOLS.length - 1);
		expect(new Set(crossings.map(({ symbol }) => symbol)).size).toBe(SYMBOLS.length);
		const ups = crossings.filter(({ symbol, price }) => price > 100 + SYMBOLS.indexOf(symbol)).length;
		expect(Math.abs(2 * ups - crossings.length)).toBeLessThanOrEqual(1);
	});
});

describe("sent to a stream", () => {
	let emulator: TestEmulator;
	let kinesis: ReturnType<typeof kinesisClient>;
	beforeAll(async () => {
		emulator = await testEmulator();
		kinesis = kinesisClient({ endpoint: emulator.endpoint });
	});
	afterAll(async () => {
		kinesis?.destroy();
		await emulator?.[Symbol.asyncDispose]();
	});

	test("they have the time of their sending, no two of a symbol the same, and each crossing is given back", async () => {
		const stream = await makeStream(kinesis, "bench-feed", 2);
		const before = Date.now();
		const crossings = await feed(kinesis, { stream, rate: 400, signal: AbortSignal.timeout(1_500) });
		const trades = (await arrivals<Trade>(kinesis, stream)).map(({ value, at }) => ({ ...value, at }));
		expect(trades.length).toBeGreaterThan(CROSSING_EVERY);
		expect(trades.map(({ trade_id }) => Number(trade_id)).sort((a, b) => a - b)).toEqual(trades.map((_, n) => n));
		const keys = trades.map(({ symbol, event_time }) => `${symbol} ${event_time}`);
		expect(new Set(keys).size).toBe(keys.length);
		const expected = trades.filter(({ trade_id }) => tradeOf(Number(trade_id)).crosses);
		const keysOf = (all: readonly { symbol: string; event_time: string }[]) =>
			all.map(({ symbol, event_time }) => `${symbol} ${event_time}`).sort();
		expect(keysOf(crossings)).toEqual(keysOf(expected));
		for (const { put, acked, event_time } of crossings) {
			expect(put).toBeGreaterThanOrEqual(before);
			expect(acked).toBeGreaterThanOrEqual(put);
			expect(Date.parse(event_time)).toBeGreaterThanOrEqual(put);
		}
	});

	test("a stream that is not there is an error", async () => {
		const sending = feed(kinesis, { stream: "nowhere", rate: 100, signal: AbortSignal.timeout(10_000) });
		await expect(sending).rejects.toThrow(/nowhere/);
	});
});
