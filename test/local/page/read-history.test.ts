import { describe, expect, test } from "vitest";
import type { Bar } from "../../../contracts.ts";
import { Market } from "../../../local/page/market.ts";
import { readHistory } from "../../../local/page/read-history.ts";
import { bar, tick } from "./records.ts";

const at = (time: string) => `2013-10-07T${time}Z`;
const storeOf = (bars: Bar[]) => ({
	bars: async (symbol: string, interval: string, limit: number, before = "9") =>
		bars
			.filter((each) => each.symbol === symbol && each.interval === interval && each.window_start < before)
			.slice(-limit),
});

function marketOf(...records: Bar[]): Market {
	const market = new Market();
	for (const each of records) market.addBar(each);
	return market;
}

describe("the history", () => {
	test("of a symbol that was never seen is none", async () => {
		expect(await readHistory({ market: new Market(), store: storeOf([]) }, "AAA", "1m", undefined)).toBeNull();
	});

	test("is the store's bars, and those of the stream that have not reached it or are newer", async () => {
		const market = marketOf(
			bar("AAA", at("13:31:00"), 12, { emitted_at: at("13:32:09.000") }),
			bar("AAA", at("13:32:00"), 13),
		);
		market.addTick(tick("AAA", at("13:33:01"), 14));
		const store = storeOf([bar("AAA", at("13:30:00"), 10), bar("AAA", at("13:31:00"), 11)]);
		const found = await readHistory({ market, store }, "AAA", "1m", undefined);
		expect(found?.bars.map(({ close }) => close)).toEqual([10, 12, 13]);
		expect(found?.ticks.map(({ close }) => close)).toEqual([14]);
		expect([found?.more, found?.storeError]).toEqual([false, null]);
	});

	test("before an instant is what is older, without what forms", async () => {
		const market = marketOf(bar("AAA", at("13:32:00"), 13));
		market.addTick(tick("AAA", at("13:33:01"), 14));
		const store = storeOf([bar("AAA", at("13:30:00"), 10), bar("AAA", at("13:31:00"), 11)]);
		const found = await readHistory({ market, store }, "AAA", "1m", at("13:31:00.000"));
		expect(found?.bars.map(({ close }) => close)).toEqual([10]);
		expect(found?.ticks).toEqual([]);
	});

	test("of a larger interval has the closed minutes after its last bar", async () => {
		const minutes = [bar("AAA", at("13:34:00"), 1), bar("AAA", at("13:35:00"), 2), bar("AAA", at("13:36:00"), 3)];
		const store = storeOf([...minutes, bar("AAA", at("13:30:00"), 1, { interval: "5m" })]);
		const found = await readHistory({ market: marketOf(...minutes), store }, "AAA", "5m", undefined);
		expect(found?.minutes.map(({ close }) => close)).toEqual([2, 3]);
	});

	test("without the store is what the stream brought, and says so", async () => {
		const store = { bars: () => Promise.reject(new Error("no answer", { cause: new Error("ECONNREFUSED") })) };
		const found = await readHistory(
			{ market: marketOf(bar("AAA", at("13:30:00"), 10)), store },
			"AAA",
			"1m",
			undefined,
		);
		expect(found?.bars).toHaveLength(1);
		expect(found?.storeError).toBe("no answer: ECONNREFUSED");
	});

	test.each([
		["IBM", "America/New_York"],
		["0700.HK", "Asia/Hong_Kong"],
		["BTC-USD", "UTC"],
	])("of %s has the time zone of its exchange, %s", async (symbol, zone) => {
		const exchanges = [{ symbols: ["*-USD"], calendar: "24/7" }];
		const market = marketOf(bar(symbol, at("13:30:00"), 10));
		expect((await readHistory({ market, store: storeOf([]), exchanges }, symbol, "1m", undefined))?.zone).toBe(zone);
	});
});
