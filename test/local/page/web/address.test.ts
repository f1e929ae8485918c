import { describe, expect, test } from "vitest";
import { intervalOf, readAddress, writeAddress } from "../../../../local/page/web/address.ts";
import { MARKUP } from "../records.ts";

describe("an address", () => {
	test.each([
		["#SPY/5m", { symbol: "SPY", interval: "5m", compared: [] }],
		["#SPY/1d/IBM,AIG", { symbol: "SPY", interval: "1d", compared: ["IBM", "AIG"] }],
		["#BRK%2FB/1h/A%2CB", { symbol: "BRK/B", interval: "1h", compared: ["A,B"] }],
		[`#${encodeURIComponent(MARKUP)}/1m`, { symbol: MARKUP, interval: "1m", compared: [] }],
	] as const)("%s is read and written the same", (hash, address) => {
		const read = readAddress(hash);
		expect(read).toEqual(address);
		expect(writeAddress(read)).toBe(hash);
	});

	test.each([
		["", { symbol: "", interval: "1m", compared: [] }],
		["#%E0%A4%A/5m", { symbol: "", interval: "5m", compared: [] }],
		["#SPY/2m", { symbol: "SPY", interval: "1m", compared: [] }],
		["#SPY/1m/,IBM,,IBM,SPY,%E0%A4%A", { symbol: "SPY", interval: "1m", compared: ["IBM"] }],
	])("%s that is mangled is read as far as it goes", (hash, address) => {
		expect(readAddress(hash)).toEqual(address);
	});
});

test("what is no interval is the first one", () => {
	expect([intervalOf("1h"), intervalOf("2m"), intervalOf(null), intervalOf(undefined)]).toEqual([
		"1h",
		"1m",
		"1m",
		"1m",
	]);
});
