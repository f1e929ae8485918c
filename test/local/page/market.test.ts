import { describe, expect, test } from "vitest";
import { Market } from "../../../local/page/market.ts";
import { bar, hit, tick } from "./records.ts";

const at = (time: string) => `2013-10-07T${time}Z`;

describe("quotes", () => {
	test("come from the newest second, with the day's values", () => {
		const market = new Market();
		market.addTick(tick("AAA", at("13:30:01"), 11));
		market.addTick(tick("AAA", at("13:30:00"), 10));
		expect(market.quotes()).toEqual([
			{
				symbol: "AAA",
				time: at("13:30:01.000"),
				last: 11,
				changePct: 1.25,
				changeBase: "previous close",
				minuteMovePct: null,
				dayLow: 9,
				dayHigh: 12,
				dayVolume: 50_000,
			},
		]);
	});

	test("change against the day's open where no previous close is known", () => {
		const market = new Market();
		market.addTick(tick("AAA", at("13:30:00"), 11, { day_open: 10, day_move_pct: null, previous_close: null }));
		expect(market.quotes()).toMatchObject([{ changePct: 10, changeBase: "day open" }]);
	});

	test("of a symbol of which only closed minutes are known are made of the last of those", () => {
		const market = new Market();
		market.addBar(bar("AAA", at("13:31:00"), 12, { move_pct: 0.3 }));
		market.addBar(bar("AAA", at("13:30:00"), 11, { move_pct: 0.2 }));
		expect(market.quotes()).toMatchObject([
			{ last: 12, time: at("13:32:00.000"), minuteMovePct: 0.3, changePct: 1.5, dayLow: null },
		]);
	});

	test("take the last minute's move from its bar and the price from the second", () => {
		const market = new Market();
		market.addTick(tick("AAA", at("13:31:05"), 20));
		market.addBar(bar("AAA", at("13:30:00"), 11, { move_pct: -0.4 }));
		expect(market.quotes()).toMatchObject([{ last: 20, minuteMovePct: -0.4 }]);
	});

	test("take a bar that is newer than the last price", () => {
		const market = new Market();
		market.addPrice({
			symbol: "AAA",
			event_time: at("12:00:00"),
			price: 5,
			day_open: 4,
			day_high: 6,
			day_low: 4,
			day_volume: 9,
			day_move_pct: null,
		});
		market.addBar(bar("AAA", at("13:30:00"), 11));
		expect(market.quotes()).toMatchObject([{ last: 11, time: at("13:31:00.000") }]);
	});

	test("that changed are handed out once", () => {
		const market = new Market();
		market.addTick(tick("AAA", at("13:30:00"), 10));
		market.addTick(tick("BBB", at("13:30:00"), 10));
		expect(market.takeChanged().map((quote) => quote.symbol)).toEqual(["AAA", "BBB"]);
		market.addTick(tick("BBB", at("13:30:01"), 10));
		expect(market.takeChanged().map((quote) => quote.symbol)).toEqual(["BBB"]);
		expect(market.takeChanged()).toEqual([]);
	});

	test("make a symbol known", () => {
		const market = new Market();
		market.addBar(bar("AAA", at("13:30:00"), 11));
		expect([market.has("AAA"), market.has("BBB")]).toEqual([true, false]);
	});
});

describe("what comes again", () => {
	test("is not news, unless it was emitted later", () => {
		const market = new Market();
		const first = bar("AAA", at("13:30:00"), 11);
		expect(market.addBar(first)).toBe(true);
		expect(market.addBar(first)).toBe(false);
		expect(market.addBar({ ...first, close: 12, emitted_at: at("13:59:00.000") })).toBe(true);
		expect(market.addBar({ ...first, close: 13, emitted_at: at("13:58:00.000") })).toBe(false);
		expect(market.bars("AAA", "1m").map((kept) => kept.close)).toEqual([12]);
		const second = tick("AAA", at("13:30:00"), 11);
		expect([market.addTick(second), market.addTick(second)]).toEqual([true, false]);
		const crossing = hit("AAA", at("13:30:00.000"), 11);
		expect([market.addHit(crossing), market.addHit(crossing)]).toEqual([true, false]);
		expect(market.hits("AAA")).toEqual([crossing]);
		expect(market.hits("BBB")).toEqual([]);
	});
});

describe("memory", () => {
	test("holds the newest 64 bars of a symbol and interval", () => {
		const market = new Market();
		const start = Date.parse(at("00:00:00"));
		for (let i = 0; i < 100; i += 1) market.addBar(bar("AAA", new Date(start + i * 60_000).toISOString(), 10 + i));
		const closes = market.bars("AAA", "1m").map((kept) => kept.close);
		expect([closes.length, Math.min(...closes), Math.max(...closes)]).toEqual([64, 46, 109]);
		expect(market.bars("AAA", "5m")).toEqual([]);
	});

	test("holds three minutes of seconds", () => {
		const market = new Market();
		const start = Date.parse(at("13:00:00"));
		for (let i = 0; i < 600; i += 1) market.addTick(tick("AAA", new Date(start + i * 1_000).toISOString(), 10));
		const times = market.ticks("AAA").map((kept) => kept.event_time);
		expect(times[0]).toBe(at("13:06:59.000"));
		expect(times.at(-1)).toBe(at("13:09:59.000"));
	});
});
