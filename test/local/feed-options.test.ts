import { describe, expect, test } from "vitest";
import { feedSpecOf, isOfThePresent } from "../../local/feed-options.ts";

const fresh = { goesOn: false };

describe("the feed", () => {
	test("is the synthetic one without options", () => {
		expect(feedSpecOf({}, fresh)).toEqual({ kind: "synthetic", symbols: undefined, seed: undefined });
		expect(feedSpecOf({ symbols: ["SPY"], seed: 7 }, fresh)).toEqual({ kind: "synthetic", symbols: ["SPY"], seed: 7 });
	});

	test("is of the market that the options say", () => {
		const market = { rate: 200, hours: "market", markets: ["US", "HK"], exchanges: ["LSE"], seed: 3 } as const;
		expect(feedSpecOf(market, fresh)).toEqual({ kind: "synthetic", ...market });
	});

	test("has faults, an end and a truth, and no history then", () => {
		const options = { count: 1000, faults: { duplicates: 0.01 }, truth: "truth.jsonl" };
		expect(feedSpecOf(options, fresh)).toEqual({ kind: "synthetic", historyMinutes: 0, ...options });
	});

	test("is none if that is wanted, and then nothing may be said of one", () => {
		expect(feedSpecOf({ feed: false }, fresh)).toEqual({ kind: "none" });
		expect(feedSpecOf({ feed: true }, fresh)).toMatchObject({ kind: "synthetic" });
		expect(() => feedSpecOf({ feed: false, rate: 5, yahoo: ["AAPL"], speed: 2 }, fresh)).toThrow(
			"--yahoo, --rate, --speed cannot be used with --no-feed",
		);
	});

	test("has no history where a stack goes on", () => {
		expect(feedSpecOf({}, { goesOn: true })).toMatchObject({ kind: "synthetic", historyMinutes: 0 });
	});

	test("is a replay with all its options", () => {
		const options = {
			replay: ["trades.csv.gz", "more.csv"],
			speed: "max",
			rebase: "now",
			map: { price: "last" },
			order: "event-time",
			raw: true,
			interval: "1m",
			symbols: ["IBM"],
		} as const;
		const { replay, ...rest } = options;
		expect(feedSpecOf(options, fresh)).toEqual({ kind: "replay", files: replay, ...rest });
	});
});

describe("Yahoo's quotes", () => {
	test("are a feed with its own options, also where a stack goes on", () => {
		const options = {
			yahoo: ["AAPL", "MSFT"],
			every: 60_000,
			proxy: "http://proxy:3128",
			fallback: ["replay", "day.csv"],
		} as const;
		expect(feedSpecOf(options, { goesOn: true })).toEqual({
			kind: "yahoo",
			symbols: ["AAPL", "MSFT"],
			intervalMs: 60_000,
			proxy: "http://proxy:3128",
			fallback: { kind: "replay", files: ["day.csv"] },
		});
		expect(feedSpecOf({ yahoo: ["AAPL"] }, fresh)).toEqual({ kind: "yahoo", symbols: ["AAPL"] });
	});

	test.each([
		[{ replay: ["a.csv"], symbols: ["IBM"] }, "--replay, --symbols"],
		[{ speed: 60, seed: 1 }, "--seed, --speed"],
	] as const)("do not go together with %j", (others, names) => {
		expect(() => feedSpecOf({ yahoo: ["AAPL"], ...others }, fresh)).toThrow(
			`${names} cannot be used with --yahoo SYMBOLS`,
		);
	});

	test("have a fallback that is one", () => {
		expect(() => feedSpecOf({ yahoo: ["AAPL"], fallback: ["other"] }, fresh)).toThrow(
			"--fallback takes synthetic, or replay FILE, but was given other.",
		);
	});

	test.each([
		[{ every: 60_000 }, "--every is for Yahoo's quotes: give --yahoo SYMBOLS too"],
		[{ replay: ["a.csv"], proxy: "http://p", fallback: ["synthetic"] }, "--proxy, --fallback are for Yahoo's quotes"],
	] as const)("must be asked for where %j is given", (options, message) => {
		expect(() => feedSpecOf(options, fresh)).toThrow(message);
	});
});

describe("options that do not go together are refused", () => {
	test.each([{ seed: 1 }, { rate: 0 }, { hours: "market" }, { markets: ["US"] }, { exchanges: ["NYSE"] }] as const)(
		"%j for a replay",
		(option) => {
			const [name] = Object.keys(option);
			expect(() => feedSpecOf({ replay: ["a.csv"], ...option }, fresh)).toThrow(
				`--${name} is for the synthetic feed: leave out --${name} or --replay`,
			);
		},
	);

	test("those of a replay without one", () => {
		expect(() => feedSpecOf({ speed: 60 }, fresh)).toThrow("--speed is for a replay: give --replay FILE too");
		expect(() => feedSpecOf({ order: "event-time", raw: true }, fresh)).toThrow("--order, --raw are for a replay");
	});
});

test.each([
	[{}, true],
	[{ count: 100 }, true],
	[{ yahoo: ["AAPL"] }, true],
	[{ feed: false }, true],
	[{ replay: ["a.csv"] }, false],
	[{ replay: ["a.csv"], speed: 1, rebase: "now" }, false],
] as const)("of %j it is %s that its trades happen now", (options, present) => {
	expect(isOfThePresent(feedSpecOf(options, fresh))).toBe(present);
});
