import type { Profiler } from "node:inspector";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { hottest } from "./profile.ts";

const frame = (functionName: string, path = "") => ({
	functionName,
	scriptId: "1",
	url: path && pathToFileURL(`${root}/${path}`).href,
	lineNumber: 9,
	columnNumber: 0,
});

/** (root) → outer → inner → outer again, and something idle; a sample of each, in microseconds. */
const profile: Profiler.Profile = {
	nodes: [
		{ id: 1, callFrame: frame("(root)"), children: [2, 5] },
		{ id: 2, callFrame: frame("outer", "producer/a.ts"), children: [3] },
		{ id: 3, callFrame: frame("inner", "node_modules/zod/b.js"), children: [4] },
		{ id: 4, callFrame: frame("outer", "producer/a.ts") },
		{ id: 5, callFrame: frame("(idle)") },
	],
	startTime: 0,
	endTime: 100_000,
	samples: [2, 3, 3, 4, 5],
	timeDeltas: [10_000, 20_000, 30_000, 40_000, 900_000],
};

test("a profile is told by own time and by all time, of the time in which something was done", () => {
	const lines = hottest(profile)
		.split("\n")
		.map((line) => line.trim().replaceAll(/ +/g, " "));
	expect(lines).toEqual([
		"50.0 % 50 ms outer producer/a.ts:10",
		"50.0 % 50 ms inner zod/b.js:10",
		"with what they called:",
		"100.0 % 100 ms outer producer/a.ts:10",
	]);
});
