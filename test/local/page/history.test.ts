import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { literal, Store } from "../../../local/page/history.ts";
import { ask } from "../../../local/questdb.ts";
import { type TestStore, testStore } from "../../support/questdb.ts";
import { bar, MARKUP } from "./records.ts";
import { storeRow } from "./stack.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
const bars = [
	bar("AAA", at("13:30:00"), 10, { move_pct: null, vwap: null, day_move_pct: null, volume: 0 }),
	bar("AAA", at("13:31:00"), 11),
	bar("AAA", at("13:32:00"), 12),
	bar("AAA", at("13:30:00"), 12.5, { interval: "5m" }),
	bar(MARKUP, at("13:30:00"), 20),
	bar("O'NEIL", at("13:30:00"), 30),
];

let questdb: TestStore;
let store: Store;
beforeAll(async () => {
	questdb = await testStore();
	store = new Store(questdb.url);
	await ask(questdb.url, `INSERT INTO bars VALUES ${bars.map(storeRow).join(", ")}`);
	await questdb.rows("SELECT 1");
});
afterAll(() => questdb?.[Symbol.asyncDispose]());

describe("the store's bars", () => {
	test("come back as they were, oldest first, nulls included", async () => {
		expect(await store.bars("AAA", "1m", 10)).toEqual(bars.slice(0, 3));
		expect(await store.bars("AAA", "5m", 10)).toEqual([bars[3]]);
	});

	test("are the newest ones, or the newest before an instant", async () => {
		expect(await store.bars("AAA", "1m", 2)).toEqual(bars.slice(1, 3));
		expect(await store.bars("AAA", "1m", 1, at("13:32:00.000"))).toEqual([bars[1]]);
		expect(await store.bars("AAA", "1m", 5, at("13:30:00.000"))).toEqual([]);
	});

	test("of symbols with quotes and markup are found, and nothing else is", async () => {
		expect(await store.bars("O'NEIL", "1m", 10)).toEqual([bars[5]]);
		expect(await store.bars(MARKUP, "1m", 10)).toEqual([bars[4]]);
		expect(await store.bars("' OR '1'='1", "1m", 10)).toEqual([]);
	});

	test("of the latest minute are one for each symbol", async () => {
		const latest = await store.latest("1m");
		expect(latest.map(({ symbol, close }) => [symbol, close]).sort()).toEqual([
			[MARKUP, 20],
			["AAA", 12],
			["O'NEIL", 30],
		]);
	});

	test("of the last minutes are those of all symbols, back from the newest, oldest first", async () => {
		const all = bars.filter(({ interval }) => interval === "1m");
		const newest = Math.max(...all.map(({ window_start }) => Date.parse(window_start)));
		const found = await store.recentMinutes(60_000);
		expect(found.length).toBeGreaterThan(0);
		expect(found.every(({ window_start }) => Date.parse(window_start) === newest)).toBe(true);
		const starts = (await store.recentMinutes(3_600_000)).map(({ window_start }) => window_start);
		expect(starts).toEqual(all.map(({ window_start }) => window_start).sort());
	});

	test("are counted by interval, with when the newest was emitted", async () => {
		expect(await store.counts()).toEqual({
			counts: { "1m": 5, "5m": 1, "1h": 0, "1d": 0 },
			newest: bars
				.map(({ emitted_at }) => emitted_at)
				.sort()
				.at(-1),
		});
	});
});

test("a literal keeps quotes inside it", () => expect(literal("a'b''c")).toBe("'a''b''''c'"));

test("a store that is not there is an error that names it", async () => {
	await expect(new Store("http://127.0.0.1:9").counts()).rejects.toThrow("http://127.0.0.1:9 did not answer");
});

test("a table that is not there yet is no bars; any other refusal is an error", async () => {
	await ask(questdb.url, "RENAME TABLE bars TO others");
	try {
		expect(await store.bars("AAA", "1m", 10)).toEqual([]);
		expect(await store.counts()).toEqual({ counts: { "1m": 0, "5m": 0, "1h": 0, "1d": 0 }, newest: null });
		expect(await store.recentMinutes(60_000)).toEqual([]);
		await ask(questdb.url, "CREATE TABLE bars (symbol SYMBOL)");
		await expect(store.counts()).rejects.toThrow(/refused a query: .*interval/);
	} finally {
		await ask(questdb.url, "DROP TABLE IF EXISTS bars");
		await ask(questdb.url, "RENAME TABLE others TO bars");
	}
});
