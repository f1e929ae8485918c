import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EXCHANGES, type Exchange, exchangeNamed } from "../../../producer/synthetic/exchanges.ts";
import { ALWAYS, dayCurve, MarketHours } from "../../../producer/synthetic/hours.ts";

const at = (text: string) => Date.parse(text);
const hours = (name: string, time = at("2026-01-01T00:00:00Z")) =>
	new MarketHours(exchangeNamed(name) as Exchange, time);

/** The sessions of a Wednesday in winter and one in summer, in UTC. */
const DAYS: [exchange: string, day: string, sessions: [string, string][]][] = [
	["NASDAQ", "2026-01-14", [["14:30", "21:00"]]],
	["NASDAQ", "2026-07-15", [["13:30", "20:00"]]],
	["NYSE", "2026-01-14", [["14:30", "21:00"]]],
	["TSX", "2026-07-15", [["13:30", "20:00"]]],
	["LSE", "2026-01-14", [["08:00", "16:30"]]],
	["LSE", "2026-07-15", [["07:00", "15:30"]]],
	["EURONEXT", "2026-01-14", [["08:00", "16:30"]]],
	["EURONEXT", "2026-07-15", [["07:00", "15:30"]]],
	["XETRA", "2026-07-15", [["07:00", "15:30"]]],
	[
		"HKEX",
		"2026-01-14",
		[
			["01:30", "04:00"],
			["05:00", "08:00"],
		],
	],
	[
		"HKEX",
		"2026-07-15",
		[
			["01:30", "04:00"],
			["05:00", "08:00"],
		],
	],
	[
		"JPX",
		"2026-01-14",
		[
			["00:00", "02:30"],
			["03:30", "06:30"],
		],
	],
	[
		"SSE",
		"2026-07-15",
		[
			["01:30", "03:30"],
			["05:00", "07:00"],
		],
	],
	[
		"SZSE",
		"2026-01-14",
		[
			["01:30", "03:30"],
			["05:00", "07:00"],
		],
	],
	["TWSE", "2026-01-14", [["01:00", "05:30"]]],
	["KRX", "2026-07-15", [["00:00", "06:30"]]],
	["NSE", "2026-01-14", [["03:45", "10:00"]]],
];

describe("market hours", () => {
	test.each(DAYS)("%s on %s", (name, day, sessions) => {
		const of = hours(name);
		// Each minute of the day, with the last millisecond of the one before.
		for (let time = at(`${day}T00:00:00Z`); time < at(`${day}T23:30:00Z`); time += 60_000) {
			for (const moment of [time, time + 59_999]) {
				const clock = new Date(moment).toISOString().slice(11, 16);
				const open = sessions.some(([from, to]) => from <= clock && clock < to);
				expect(of.activity(moment) > 0, `${day} ${clock}`).toBe(open);
			}
		}
	});

	test("follow Sydney's summer, which is the north's winter", () => {
		const asx = hours("ASX");
		expect(asx.opening(at("2026-01-13T12:00:00Z"))).toBe(at("2026-01-13T23:00:00Z"));
		expect(asx.opening(at("2026-07-14T12:00:00Z"))).toBe(at("2026-07-15T00:00:00Z"));
	});

	test("move in UTC with the clocks, on the days on which they change", () => {
		// New York: 8 March and 1 November 2026, both Sundays.
		expect(hours("NYSE").opening(at("2026-03-06T21:00:00Z"))).toBe(at("2026-03-09T13:30:00Z"));
		expect(hours("NYSE").opening(at("2026-10-30T20:00:00Z"))).toBe(at("2026-11-02T14:30:00Z"));
		// For three weeks London is an hour nearer to New York than usual.
		expect(hours("LSE").opening(at("2026-03-09T00:00:00Z"))).toBe(at("2026-03-09T08:00:00Z"));
	});

	test("know no weekend", () => {
		const hkex = hours("HKEX");
		for (let time = at("2026-01-16T08:00:00Z"); time < at("2026-01-19T01:30:00Z"); time += 600_000) {
			expect(hkex.activity(time)).toBe(0);
			expect(hkex.opening(time)).toBe(at("2026-01-19T01:30:00Z"));
		}
	});

	test("open now, after lunch, or the next day", () => {
		const sse = hours("SSE");
		expect(sse.opening(at("2026-01-14T02:00:00Z"))).toBe(at("2026-01-14T02:00:00Z"));
		expect(sse.opening(at("2026-01-14T03:30:00Z"))).toBe(at("2026-01-14T05:00:00Z"));
		expect(sse.opening(at("2026-01-14T07:00:00Z"))).toBe(at("2026-01-15T01:30:00Z"));
	});

	test("tell the session before a moment, cut off there", () => {
		const jpx = hours("JPX");
		expect(jpx.before(at("2026-01-14T03:00:00Z"))).toEqual({
			open: at("2026-01-14T00:00:00Z"),
			close: at("2026-01-14T02:30:00Z"),
		});
		expect(jpx.before(at("2026-01-14T04:00:00Z")).close).toBe(at("2026-01-14T04:00:00Z"));
		expect(jpx.before(at("2026-01-19T00:00:00Z"))).toEqual({
			open: at("2026-01-16T03:30:00Z"),
			close: at("2026-01-16T06:30:00Z"),
		});
	});

	test("agree with themselves at any moment, whatever was asked before", () => {
		const moments = fc.integer({ min: at("2024-01-01T00:00:00Z"), max: at("2027-12-31T00:00:00Z") });
		fc.assert(
			fc.property(fc.constantFrom(...EXCHANGES), moments, moments, (exchange, first, time) => {
				const of = new MarketHours(exchange, first);
				const opening = of.opening(time);
				expect(opening === time).toBe(of.activity(time) > 0);
				expect(of.activity(opening)).toBeGreaterThan(0);
				expect(opening - time).toBeLessThan(4 * 86_400_000);
				const { open, close } = of.before(time);
				expect(open).toBeLessThan(close);
				expect(close).toBeLessThanOrEqual(time);
				expect(of.activity(close - 1)).toBeGreaterThan(0);
			}),
			{ numRuns: 300 },
		);
	});

	test("are busy at the opening and the closing, and not at lunch", () => {
		const nyse = hours("NYSE");
		const [open, noon, close] = ["14:30", "17:45", "20:59"].map((clock) =>
			nyse.activity(at(`2026-01-14T${clock}:00Z`)),
		);
		expect(open).toBeGreaterThan(4);
		expect(close).toBeGreaterThan(3);
		expect(noon).toBeLessThan(0.7);
		// The afternoon goes on where the morning stopped.
		const hkex = hours("HKEX");
		expect(hkex.activity(at("2026-01-14T05:00:00Z"))).toBeCloseTo(hkex.activity(at("2026-01-14T03:59:59.999Z")), 4);
	});
});

test("the curve of a day is 1 on average", () => {
	let sum = 0;
	for (let at = 0; at < 10_000; at++) sum += dayCurve((at + 0.5) / 10_000);
	expect(sum / 10_000).toBeCloseTo(1, 4);
});

test("a market that is always open has no rhythm", () => {
	expect(ALWAYS.activity(at("2026-01-17T03:00:00Z"))).toBe(1);
	expect(ALWAYS.opening(5)).toBe(5);
	expect(ALWAYS.before(5).close).toBe(5);
});
