import { expect, test } from "vitest";
import type { Hit, Trade } from "../../../contracts.ts";
import type { Crossing } from "./feed.ts";
import { joined, type Noted } from "./joined.ts";

const TIME = "2026-11-25T15:00:00.000Z";
const OTHER = "2026-11-25T15:00:01.000Z";
const crossing: Crossing = { symbol: "B01", event_time: TIME, put: 1_000, acked: 1_009 };

function trade(symbol: string, event_time: string): Trade {
	return { trade_id: "1", symbol, event_time, price: 102, size: 100, source: "bench" };
}

function hit(state: Hit["state"], event_time = TIME): Hit {
	return {
		hit_id: `B01|5m|${state}|up|${event_time}`,
		symbol: "B01",
		event_time,
		price: 102,
		base_price: 100,
		move_pct: 2,
		lookback: "5m",
		threshold_pct: 1,
		clear_pct: 0.5,
		direction: "up",
		state,
		emitted_at: new Date(3_000).toISOString(),
	};
}

function told(event_time = TIME, more = {}) {
	return {
		alert_id: `move|B01|hit 5m|${event_time}`,
		rule: "move",
		symbol: "B01",
		event_time,
		queued: 3_200,
		received: 3_250,
		...more,
	};
}

const noted: Noted = {
	trades: [
		{ value: trade("B02", TIME), at: 1 },
		{ value: trade("B01", TIME), at: 1_005 },
		{ value: trade("B01", OTHER), at: 2_005 },
	],
	hits: [
		{ value: hit("crossed"), at: 3_050 },
		{ value: hit("cleared"), at: 3_060 },
		{ value: hit("crossed", OTHER), at: 4_050 },
	],
	calls: [
		{ began: 2_000, ended: 2_900 },
		{ began: 3_100, ended: 3_300 },
		{ began: 4_100, ended: 4_300 },
	],
	published: new Map([[`move|B01|hit 5m|${TIME}`, 3_190]]),
	told: [told(), told(OTHER), { ...told(), rule: "gap" }],
};

test("the moments of an alert are found in all places by its symbol and time", () => {
	expect(joined([crossing], noted)).toEqual([
		{
			put: 1_000,
			arrived: 1_005,
			emitted: 3_000,
			hit: 3_050,
			called: 3_100,
			published: 3_190,
			queued: 3_200,
			received: 3_250,
		},
	]);
});

test("what was told of other crossings than these is left out", () => {
	expect(joined([], noted)).toEqual([]);
});

test.each([
	[
		"not told",
		[told(OTHER)],
		"1 of 1 crossings were not told exactly once: B01 2026-11-25T15:00:00.000Z 0 times, with a hit",
	],
	["told twice", [told(), told()], "B01 2026-11-25T15:00:00.000Z 2 times"],
	["told by another rule only", [told(TIME, { rule: "gap" })], "0 times, with a hit"],
])("a crossing that was %s is an error", (_, those, message) => {
	expect(() => joined([crossing], { ...noted, told: those })).toThrow(message);
});

test("a crossing that never became a hit is said to be none", () => {
	expect(() => joined([crossing], { ...noted, told: [], hits: [] })).toThrow("0 times, without a hit");
});

test.each([
	["arrived", { trades: [] }],
	["emitted, hit", { hits: [] }],
	["called", { calls: [{ began: 3_192, ended: 3_300 }] }],
	["called, published", { published: new Map<string, number>() }],
])("a moment that nobody noted is named: %s", (names, without) => {
	expect(() => joined([crossing], { ...noted, ...without })).toThrow(`nobody noted when it was ${names}.`);
});
