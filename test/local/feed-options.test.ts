import { describe, expect, test } from "vitest";
import { feedSpecOf } from "../../local/feed-options.ts";

const fresh = { goesOn: false };

describe("the feed", () => {
	test("is the synthetic one without options", () => {
		expect(feedSpecOf({}, fresh)).toEqual({ kind: "synthetic", symbols: undefined, seed: undefined });
		expect(feedSpecOf({ symbols: ["SPY"], seed: 7 }, fresh)).toEqual({ kind: "synthetic", symbols: ["SPY"], seed: 7 });
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

describe("options that do not go together are refused", () => {
	test("a seed for a replay", () => {
		expect(() => feedSpecOf({ replay: ["a.csv"], seed: 1 }, fresh)).toThrow("--seed is for the synthetic feed");
	});

	test("those of a replay without one", () => {
		expect(() => feedSpecOf({ speed: 60 }, fresh)).toThrow("--speed is for a replay: give --replay FILE too");
		expect(() => feedSpecOf({ order: "event-time", raw: true }, fresh)).toThrow("--order, --raw are for a replay");
	});
});
