import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, test, vi } from "vitest";
import { Trade } from "../../../contracts.ts";
import type { Feed, Outgoing, SyntheticSpec } from "../../../producer/feed.ts";
import { openFeed } from "../../../producer/index.ts";
import { LATE_FROM_MS } from "../../../producer/synthetic/faults.ts";
import { openSynthetic } from "../../../producer/synthetic/synthetic.ts";
import { accepted } from "../support.ts";
import { land, readShards } from "./reader.ts";

const dir = mkdtempSync(join(tmpdir(), "synthetic-"));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => {
	vi.useRealTimers();
});

const LONG_AGO = Date.parse("2026-03-02T15:00:00.000Z");
/** All that a feed of the past gives, each batch acknowledged when the next is asked for, and what it tells. */
async function all(feed: Feed): Promise<{ records: Outgoing[]; told: string[] }> {
	const [records, told]: [Outgoing[], string[]] = [[], []];
	for await (const batch of feed.batches(new AbortController().signal, (line) => told.push(line))) {
		records.push(...batch.map(accepted));
		const times = batch.map(accepted).flatMap(({ time }) => time ?? []);
		if (times.length > 0) feed.acknowledged?.(Math.max(...times));
	}
	return { records, told };
}
const past = (more: Partial<SyntheticSpec>): SyntheticSpec => ({
	...{ kind: "synthetic", start: LONG_AGO, rate: 200, historyMinutes: 0 },
	...more,
});
const linesOf = (file: string) =>
	readFileSync(file, "utf8")
		.trimEnd()
		.split("\n")
		.map((line) => JSON.parse(line));

describe("the synthetic feed", () => {
	test("gives its history at once, then goes on live, and knows its horizon", async () => {
		const feed = await openFeed({ kind: "synthetic", rate: 200, historyMinutes: 1, symbols: ["AAPL", "XYZ"] });
		expect(feed).toMatchObject({ total: undefined, live: true, name: "synthetic trades of AAPL, XYZ" });
		const began = Date.now();
		const stop = new AbortController();
		let [history, live] = [0, 0];
		for await (const batch of feed.batches(stop.signal)) {
			for (const { key, time } of batch.map(accepted)) {
				expect(["AAPL", "XYZ"]).toContain(key);
				expect(time).toBeLessThanOrEqual(Date.now());
				if ((time as number) < began) history++;
				else live++;
			}
			const horizon = feed.horizon?.(Date.now());
			if (horizon !== undefined) expect(horizon).toBeLessThanOrEqual(Date.now());
			if (live > 40) stop.abort();
		}
		// A minute at 20 a second.
		expect(history).toBeGreaterThan(1000);
		expect(history).toBeLessThan(1400);
		expect(Date.now() - began).toBeLessThan(5000);
	});

	test("gives trades of the contract, as many as it is asked for", async () => {
		const feed = openSynthetic(past({ count: 3000 }));
		expect(feed.total).toBe(3000);
		const { records, told } = await all(feed);
		expect(records).toHaveLength(3000);
		expect(told).toEqual([]);
		for (const { key, time, data } of records) {
			const trade = Trade.parse(JSON.parse(data.toString("utf8")));
			expect(key).toBe(trade.symbol);
			expect(time).toBe(Date.parse(trade.event_time));
		}
		const again = await all(openSynthetic(past({ count: 3000 })));
		expect(again.records.map(({ data }) => `${data}`)).toEqual(records.map(({ data }) => `${data}`));
	});

	test("can be stopped though it has far more to give than is taken", async () => {
		const stop = new AbortController();
		setTimeout(() => stop.abort(), 50);
		let taken = 0;
		for await (const batch of openSynthetic(past({ rate: 50_000 })).batches(stop.signal)) taken += batch.length;
		expect(taken).toBeGreaterThan(0);
	});

	test("is named after its symbols, where they are not too many", () => {
		const name = (spec: Partial<SyntheticSpec>) => openSynthetic({ kind: "synthetic", ...spec }).name;
		expect(name({})).toBe("synthetic trades of AAPL, MSFT, NVDA, AMZN, GOOGL, META, TSLA, AMD, JPM, BAC, IBM, SPY");
		expect(name({ symbols: Array.from({ length: 500 }, (_, at) => `S${at}`) })).toBe(
			"synthetic trades of S0, S1, S2, S3, S4, S5, S6, S7, S8, S9, S10, S11 and 488 more",
		);
		expect(name({ exchanges: ["SZSE"], hours: "market", faults: { late: 0.1 } })).toBe(
			"synthetic trades of 300750.SZ, 000858.SZ in market hours, with faults",
		);
	});

	test.each([
		[{ rate: 0 }, /--rate takes 1 to 50000/],
		[{ rate: 0.5 }, /was given 0.5/],
		[{ rate: Number.NaN }, /--rate takes/],
		[{ rate: 60_000 }, /was given 60000/],
		[{ historyMinutes: -1 }, /--history takes minutes, 0 or more, but was given -1/],
		[{ symbols: [] }, /--symbols names no symbol/],
		[{ markets: ["XX"] }, /--markets: there is no market "XX"/],
		[{ count: 0 }, /--count takes a number of trades, 1 or more, but was given 0/],
		[{ count: 1.5 }, /but was given 1.5/],
		[{ faults: { late: 2 } }, /late is a share of the trades, 0 % to 100 %, but was given 200 %/],
		[{ truth: "/nowhere/truth.jsonl" }, /--truth: cannot write \/nowhere\/truth.jsonl: ENOENT/],
	] as [Partial<SyntheticSpec>, RegExp][])("refuses %j", (spec, message) => {
		expect(() => openSynthetic({ kind: "synthetic", ...spec })).toThrow(message);
	});
});

describe("its faults", () => {
	const faults = { duplicates: 0.05, disorderMs: 2000, late: 0.02, malformed: 0.03 };

	test("are what a reader of the stream counts, in the truth's own file", async () => {
		const truth = join(dir, "all.jsonl");
		const feed = openSynthetic(past({ count: 10_000, faults, truth }));
		expect(feed.total).toBe(11_000);
		const { records, told } = await all(feed);
		expect(told).toEqual([
			"disorder=2000ms would make trades late: with a lateness of 2000 ms it is 999 ms, under half of it.",
		]);
		const lines = linesOf(truth);
		expect(lines[0]).toEqual({
			kind: "run",
			...{ seed: 1, rate: 200, start: "2026-03-02T15:00:00.000Z", hours: "always", lateness_ms: 2000 },
			faults: { ...faults, disorderMs: 999 },
		});
		const { kind, records: count, disordered, first_event_time, last_event_time, ...totals } = lines.at(-1);
		expect(kind).toBe("totals");
		expect(count).toBe(records.length);
		for (const shards of [1, 3]) {
			const { behind, ...tally } = readShards(land(records, shards, 2000, shards), 2000, shards);
			expect(tally).toEqual(totals);
			expect(behind).toBe(0);
		}
		expect(totals.trades).toBe(10_000);
		expect(disordered).toBeGreaterThan(5000);
		for (const [kind, share] of [
			["duplicate", 0.05],
			["late", 0.02],
			["malformed", 0.03],
		] as const) {
			const some = lines.filter((line) => line.kind === kind);
			expect(some).toHaveLength(totals[kind === "duplicate" ? "duplicates" : kind]);
			expect(some.length / 10_000).toBeGreaterThan(share * 0.7);
		}
	});

	test("have nothing late in a feed that is too short for it, which it says", async () => {
		const { records, told } = await all(openSynthetic(past({ count: 500, faults: { late: 1 } })));
		expect(records).toHaveLength(500);
		expect(told).toEqual([
			"500 late trades were left out: the feed ended before 20 s of live trades were acknowledged.",
		]);
	});

	test("come without a history unless one is asked for", async () => {
		const { records } = await all(openSynthetic({ ...past({ count: 500, faults: {} }), historyMinutes: undefined }));
		expect(Math.min(...records.map(({ time }) => time as number))).toBeGreaterThanOrEqual(LONG_AGO);
		const asked = await all(openSynthetic(past({ count: 500, faults: {}, historyMinutes: 10 })));
		expect(Math.min(...asked.records.map(({ time }) => time as number))).toBeLessThan(LONG_AGO);
	});

	test("are counted as far as they were given, when it is stopped", async () => {
		const truth = join(dir, "stopped.jsonl");
		const feed = openSynthetic(past({ faults, truth }));
		const records: Outgoing[] = [];
		for await (const batch of feed.batches(new AbortController().signal)) {
			records.push(...batch.map(accepted));
			feed.acknowledged?.(LONG_AGO + LATE_FROM_MS);
			if (records.length > 5000) break;
		}
		const totals = linesOf(truth).at(-1);
		expect(totals).toMatchObject({ kind: "totals", records: records.length });
		expect(totals.late).toBeGreaterThan(0);
		expect(totals.late).toBe(
			records.filter(({ data }) => data.includes('"trade_id":') && data.includes("-late-")).length,
		);
	});

	test("let clocks go no further than what is held back", async () => {
		const feed = openSynthetic({ kind: "synthetic", rate: 500, faults: { disorderMs: 400 }, latenessMs: 1000 });
		const stop = new AbortController();
		let [horizon, given] = [Number.NEGATIVE_INFINITY, 0];
		for await (const batch of feed.batches(stop.signal)) {
			// Nothing older comes after a clock that could have been sent before this batch.
			for (const { time } of batch.map(accepted)) expect(time).toBeGreaterThanOrEqual(horizon);
			await new Promise((resolve) => setTimeout(resolve, 20));
			horizon = Math.max(horizon, feed.horizon?.(Date.now()) ?? horizon);
			given += batch.length;
			if (given > 400) stop.abort();
		}
		expect(horizon).toBeGreaterThan(Date.now() - 2000);
	});
});

describe("in market hours", () => {
	test("it waits for the next opening, says so once, and its horizon goes on", async () => {
		// A Saturday.
		vi.useFakeTimers({ now: Date.parse("2026-01-17T12:00:00.000Z"), toFake: ["Date"] });
		const feed = openSynthetic({ kind: "synthetic", markets: ["HK", "US"], hours: "market" });
		const stop = new AbortController();
		const told: string[] = [];
		const first = feed
			.batches(stop.signal, (line) => told.push(line))
			[Symbol.asyncIterator]()
			.next();
		await new Promise((resolve) => setImmediate(resolve));
		expect(told).toEqual([
			"All exchanges of this feed are closed; the next to open is HKEX, at 2026-01-19T01:30:00.000Z.",
		]);
		const later = Date.parse("2026-01-18T12:00:00.000Z");
		expect(feed.horizon?.(later)).toBe(later);
		stop.abort();
		expect(await first).toEqual({ done: true, value: undefined });
	});

	test("it says nothing while an exchange is open", async () => {
		vi.useFakeTimers({ now: Date.parse("2026-01-14T15:00:00.000Z"), toFake: ["Date"] });
		const feed = openSynthetic({ kind: "synthetic", markets: ["HK", "US"], hours: "market", historyMinutes: 0 });
		const told: string[] = [];
		const stop = new AbortController();
		const first = feed
			.batches(stop.signal, (line) => told.push(line))
			[Symbol.asyncIterator]()
			.next();
		await new Promise((resolve) => setImmediate(resolve));
		stop.abort();
		await first;
		expect(told).toEqual([]);
	});
});
