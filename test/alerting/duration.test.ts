import { describe, expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../alerting/duration.ts";

test.each([
	["0", 0],
	["0s", 0],
	["30s", 30_000],
	["10m", 600_000],
	["1h30m", 5_400_000],
	["1.5h", 5_400_000],
	["2d", 172_800_000],
	["30m1h", 5_400_000],
	["0.001s", 1],
])("%s is %d ms", (text, ms) => {
	expect(parseDuration(text)).toBe(ms);
});

test.each(["", " ", "5", "10 m", "10min", "m", "-5m", "1e3s", "5m!", "1h 30m", "∞s", "5M", "NaNs", ".5m"])(
	"%j is none, and the error says what would be one",
	(text) => {
		expect(() => parseDuration(text)).toThrow(`${JSON.stringify(text)} is no duration: write 30s, 10m, 1h30m or 2d`);
	},
);

describe("as a person writes it, in its two largest units", () => {
	test.each([
		[0, "0s"],
		[499, "0s"],
		[500, "1s"],
		[45_000, "45s"],
		[600_000, "10m"],
		[5_400_000, "1h 30m"],
		[86_400_000, "1d"],
		[90_061_000, "1d 1h"],
		[86_401_000, "1d 1s"],
		[-5, "0s"],
	])("%d ms: %s", (ms, text) => {
		expect(formatDuration(ms)).toBe(text);
	});
});
