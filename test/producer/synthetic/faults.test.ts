import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { Trade } from "../../../contracts.ts";
import type { SyntheticFaults } from "../../../producer/feed.ts";
import {
	type Given,
	LATE_FROM_MS,
	mostDisorder,
	type Setting,
	withFaults,
} from "../../../producer/synthetic/faults.ts";
import { ALWAYS, MarketHours } from "../../../producer/synthetic/hours.ts";
import { chosenListings, listing } from "../../../producer/synthetic/listings.ts";
import { type Market, syntheticTrades } from "../../../producer/synthetic/trades.ts";
import { Truth } from "../../../producer/synthetic/truth.ts";
import { land, readShards } from "./reader.ts";

const START = Date.parse("2026-03-02T15:00:07.300Z");

function take(count: number, market: Partial<Market> = {}): Trade[] {
	const trades = syntheticTrades({
		seed: 1,
		listings: chosenListings({}),
		hours: "always",
		rate: 50,
		historyMinutes: 0,
		start: START,
		burst: undefined,
		...market,
	});
	return Array.from({ length: count }, () => trades.next().value);
}

/** What comes of these trades with these faults, acknowledged one second of event time after they were given. */
function given(trades: readonly Trade[], faults: SyntheticFaults, more: Partial<Setting> = {}): Given[] {
	let newest = Number.NEGATIVE_INFINITY;
	const all: Given[] = [];
	const setting = { faults, seed: 1, latenessMs: 2000, from: START, start: START, hoursOf: () => ALWAYS, ...more };
	for (const each of withFaults(trades, { ...setting, acknowledged: () => newest - 1000, ...more })) {
		if (each === undefined) newest += 1000;
		if (each === undefined) continue;
		if (each.record.time !== undefined) newest = Math.max(newest, each.record.time);
		all.push(each);
	}
	return all;
}
const of = (all: readonly Given[], kind: Given["kind"]) => all.filter((each) => each.kind === kind);
const text = ({ record }: Given) => record.data.toString("utf8");

describe("without faults", () => {
	test("the trades come as they are, when they are due", () => {
		const trades = take(500);
		const all = given(trades, {});
		expect(all.map((each) => JSON.parse(text(each)))).toEqual(trades);
		expect(all.map(({ due }) => due)).toEqual(trades.map(({ event_time }) => Date.parse(event_time)));
		for (const { record, eventTime, due, kind } of all) {
			expect(record.time).toBe(eventTime);
			expect(due).toBe(eventTime);
			expect(kind).toBe("trade");
		}
	});
});

describe("with faults", () => {
	const FAULTS = { duplicates: 0.05, disorderMs: 900, late: 0.02, malformed: 0.03 };

	test("the trades are the same, and so is everything the second time", () => {
		const trades = take(4000);
		const all = given(trades, FAULTS);
		const back = of(all, "trade").map((each) => JSON.parse(text(each)) as Trade);
		const inOrder = (list: Trade[]) => list.map((each) => JSON.stringify(each)).sort();
		expect(inOrder(back)).toEqual(inOrder([...trades]));
		const texts = (list: readonly Given[]) => list.map((each) => `${each.kind} ${each.due} ${text(each)}`);
		expect(texts(given(trades, FAULTS))).toEqual(texts(all));
		expect(texts(given(trades, FAULTS, { seed: 2 }))).not.toEqual(texts(all));
		// One fault less leaves the others where they were.
		const { late: _, ...rest } = FAULTS;
		expect(texts(of(given(trades, rest), "malformed"))).toEqual(texts(of(all, "malformed")));
	});

	test("each is there in its share, and what is due comes first", () => {
		const all = given(take(20_000), FAULTS);
		expect(of(all, "duplicate").length / 20_000).toBeCloseTo(0.05, 2);
		expect(of(all, "malformed").length / 20_000).toBeCloseTo(0.03, 2);
		expect(of(all, "late").length / 20_000).toBeCloseTo(0.02, 2);
		for (const [at, { due }] of all.entries()) expect(due).toBeGreaterThanOrEqual(all[at - 1]?.due ?? 0);
	});

	test("a share of 100 % takes every trade, one of 0 % none", () => {
		const all = given(take(2000), { duplicates: 1, malformed: 1, late: 0 });
		expect(of(all, "duplicate")).toHaveLength(2000);
		expect(of(all, "malformed")).toHaveLength(2000);
		expect(of(all, "late")).toHaveLength(0);
	});
});

describe("duplicates", () => {
	test("are the same bytes, after the trade, and never newer trades by half the lateness before them", () => {
		const all = given(take(5000), { duplicates: 0.2, disorderMs: 5000 });
		let newest = 0;
		const first = new Set<string>();
		for (const each of all) {
			const { eventTime = 0, kind } = each;
			newest = Math.max(newest, eventTime);
			expect(newest - eventTime).toBeLessThan(1000);
			if (kind === "duplicate") expect(first.has(text(each))).toBe(true);
			else first.add(text(each));
		}
		expect(first.size).toBe(5000);
		const delays = of(all, "duplicate").map(({ due, eventTime }) => due - (eventTime as number));
		expect(Math.max(...delays)).toBeGreaterThan(900);
		expect(Math.max(...delays)).toBe(mostDisorder(2000));
	});
});

describe("disorder", () => {
	test("is as much as was asked for, and stays under half the lateness", () => {
		const most = (asked: number, latenessMs: number) => {
			let [newest, furthest] = [0, 0];
			for (const { eventTime = 0 } of given(take(5000, { rate: 500 }), { disorderMs: asked }, { latenessMs })) {
				newest = Math.max(newest, eventTime);
				furthest = Math.max(furthest, newest - eventTime);
			}
			return furthest;
		};
		expect(most(300, 2000)).toBeGreaterThan(250);
		expect(most(300, 2000)).toBeLessThanOrEqual(300);
		expect(most(2000, 2000)).toBeGreaterThan(900);
		expect(most(2000, 2000)).toBeLessThan(1000);
		expect(most(2000, 0)).toBe(0);
		expect(mostDisorder(2000)).toBe(999);
		expect(mostDisorder(2001)).toBe(1000);
		expect([0, 1, 2, 3].map(mostDisorder)).toEqual([0, 0, 0, 1]);
	});
});

describe("late trades", () => {
	const trades = take(6000);

	test("wait until 20 s of live trades are acknowledged, and are then made up for", () => {
		let acknowledged = Number.NEGATIVE_INFINITY;
		const all: Given[] = [];
		for (const each of withFaults(trades, {
			...{ faults: { late: 0.02 }, seed: 1, latenessMs: 2000, from: START, start: START, hoursOf: () => ALWAYS },
			acknowledged: () => acknowledged,
		})) {
			if (each) all.push(each);
			if (all.length === 1500) {
				expect(of(all, "late")).toEqual([]);
				acknowledged = START + LATE_FROM_MS - 1;
			}
			if (all.length === 3000) {
				expect(of(all, "late")).toEqual([]);
				acknowledged = START + LATE_FROM_MS;
			}
		}
		expect(of(all.slice(0, 3200), "late").length).toBeGreaterThan(40);
		expect(of(all, "late").length / 6000).toBeCloseTo(0.02, 2);
		// As many as if they had not had to wait.
		expect(of(all, "late")).toHaveLength(
			of(given(trades, { late: 0.02 }, { acknowledged: () => Number.POSITIVE_INFINITY }), "late").length,
		);
	});

	test("come last where the trades end before, as soon as those are acknowledged", () => {
		const setting = {
			faults: { late: 0.02 },
			seed: 1,
			latenessMs: 2000,
			from: START,
			start: START,
			hoursOf: () => ALWAYS,
		};
		let acknowledged = Number.NEGATIVE_INFINITY;
		const source = withFaults(trades, { ...setting, acknowledged: () => acknowledged });
		for (let left = trades.length; left > 0; left--) expect(source.next().value?.kind).toBe("trade");
		expect([source.next(), source.next()]).toEqual([
			{ value: undefined, done: false },
			{ value: undefined, done: false },
		]);
		acknowledged = START + LATE_FROM_MS;
		const rest = [...source] as Given[];
		expect(rest.every(({ kind }) => kind === "late")).toBe(true);
		expect(rest.length / trades.length).toBeCloseTo(0.02, 2);
		expect(new Set(rest.map(({ tradeId }) => tradeId)).size).toBe(rest.length);
	});

	test("are not made where nothing is ever acknowledged, or the feed is too short, and nothing waits for ever", () => {
		vi.useFakeTimers({ now: START, toFake: ["Date"] });
		try {
			const setting = {
				faults: { late: 1 },
				seed: 1,
				latenessMs: 2000,
				from: START,
				start: START,
				hoursOf: () => ALWAYS,
			};
			const onLeftOut = vi.fn();
			const never = withFaults(trades, { ...setting, acknowledged: () => Number.NEGATIVE_INFINITY, onLeftOut });
			for (let left = trades.length; left > 0; left--) expect(never.next().value?.kind).toBe("trade");
			expect(never.next()).toEqual({ value: undefined, done: false });
			vi.setSystemTime(START + 60_000);
			expect(onLeftOut).not.toHaveBeenCalled();
			expect(never.next()).toEqual({ value: undefined, done: true });
			expect(onLeftOut).toHaveBeenCalledExactlyOnceWith(trades.length);
		} finally {
			vi.useRealTimers();
		}
		expect(of(given(trades.slice(0, 500), { late: 1 }), "late")).toEqual([]);
	});

	test("are valid trades of their own, older than all by the lateness and two minutes, with no say in the order", () => {
		const from = START - 600_000;
		const late = of(given(trades, { late: 0.1 }, { from }), "late");
		const ids = new Set(trades.map(({ trade_id }) => trade_id));
		for (const each of late) {
			const trade = JSON.parse(text(each));
			expect(Trade.parse(trade)).toEqual(trade);
			expect(each).toMatchObject({ tradeId: trade.trade_id, eventTime: Date.parse(trade.event_time) });
			expect(each.record).toMatchObject({ key: trade.symbol, time: undefined });
			expect(each.eventTime).toBeLessThan(from - 2000 - 120_000);
			expect(each.eventTime).toBeGreaterThan(from - 2000 - 120_000 - 600_001);
			expect(ids.has(trade.trade_id)).toBe(false);
			ids.add(trade.trade_id);
		}
		expect(ids.size).toBe(6000 + late.length);
	});

	test("are of their exchange's hours, where trades are", () => {
		const hkex = new MarketHours(listing("0700.HK").exchange, START);
		// Monday, half a minute after the opening: they are of Friday's last minutes.
		const start = Date.parse("2026-01-19T01:30:30Z");
		const monday = take(4000, { listings: chosenListings({ markets: ["HK"] }), hours: "market", start, rate: 20 });
		const late = of(given(monday, { late: 0.3 }, { start, from: start, hoursOf: () => hkex }), "late");
		expect(late.length).toBeGreaterThan(50);
		for (const { eventTime = 0 } of late) {
			expect(eventTime).toBeGreaterThanOrEqual(Date.parse("2026-01-16T07:50:00Z"));
			expect(eventTime).toBeLessThan(Date.parse("2026-01-16T08:00:00Z"));
		}
	});
});

describe("what comes of it downstream", () => {
	const faults = fc.record({
		duplicates: fc.double({ min: 0, max: 0.3, noNaN: true }),
		disorderMs: fc.integer({ min: 0, max: 3000 }),
		late: fc.double({ min: 0, max: 0.2, noNaN: true }),
		malformed: fc.double({ min: 0, max: 0.2, noNaN: true }),
	});

	test("is what the truth says, whatever the seed, the lateness, the faults, the flights and the reading", () => {
		fc.assert(
			fc.property(
				faults,
				fc.integer({ min: 1, max: 2 ** 31 }),
				fc.constantFrom(0, 1, 100, 2000, 5000),
				fc.constantFrom(15, 60),
				fc.integer({ min: 1, max: 4 }),
				(asked, seed, latenessMs, rate, shards) => {
					const trades = take(2500, { seed, rate });
					const all = given(trades, asked, { seed, latenessMs });
					const truth = new Truth();
					truth.gave(all);
					const { kind: _, records, disordered, first_event_time, last_event_time, ...counted } = truth.totals();
					const sent = all.map(({ record }) => record);
					const { behind, ...tally } = readShards(land(sent, shards, latenessMs, seed), latenessMs, seed);
					expect(tally).toEqual(counted);
					expect(tally.trades).toBe(2500);
					expect(records).toBe(sent.length);
					// With a lateness of a millisecond everything is on the edge: on time, but not ahead of the watermark.
					if (latenessMs > 1) expect(behind).toBe(0);
					let [newest, older] = [0, 0];
					for (const { time } of sent) {
						if (time === undefined) continue;
						if (time < newest) older++;
						newest = Math.max(newest, time);
					}
					expect(disordered).toBe(older);
					expect(first_event_time).toBe(trades[0]?.event_time);
					expect(last_event_time).toBe(trades.at(-1)?.event_time);
				},
			),
			{ numRuns: 40 },
		);
	});
});
