import { expect, test } from "vitest";
import type { PlanNode } from "../../../../sql/workbench/plan/plan.ts";
import { duration, frameWords, list, shortType, windowWords } from "../../../../sql/workbench/plan/words.ts";

test("a list reads like a sentence and does not grow without end", () => {
	expect([list([]), list(["a"]), list(["a", "b"]), list(["a", "b", "c"])]).toEqual(["", "a", "a and b", "a, b and c"]);
	expect(list(["a", "b", "c", "d"], 2)).toBe("a, b and 2 more");
});

test.each([
	["PT1M", "1 minute"],
	["PT0.001S", "1 millisecond"],
	["PT24H", "1 day"],
	["P1DT1H", "1 day 1 hour"],
	["PT1M30S", "1 minute 30 seconds"],
	[300_000, "5 minutes"],
	["PT0S", "0 seconds"],
	[undefined, "0 seconds"],
])("the duration %s is %s", (value, words) => {
	expect(duration(value)).toBe(words);
});

test.each([
	[{ type: "TumblingWindow", size: "PT1M" }, "1-minute"],
	[{ type: "TumblingWindow", size: "PT24H", offset: "PT5H" }, "1-day (offset 5 hours)"],
	[{ type: "HoppingWindow", size: "PT1H", slide: "PT5M" }, "sliding 1 hour (every 5 minutes)"],
	[{ type: "CumulativeWindow", maxSize: "P1D", step: "PT1H" }, "cumulating 1 day (every 1 hour)"],
	[{ type: "SessionWindow", gap: "PT30S" }, "session (gap 30 seconds)"],
	[undefined, "time"],
])("the window %o is %s", (window, words) => {
	expect(windowWords({ id: 1, type: "t", windowing: { window } } as PlanNode)).toBe(words);
});

test("a frame is said as in SQL", () => {
	const upper = { kind: "CURRENT_ROW" };
	const order = { name: "time", type: "", time: "event" } as const;
	const rows = { rows: true, lower: { kind: "BOUNDED_WINDOW", offset: { value: 2, type: "INTEGER" } }, upper };
	expect(frameWords(rows, order)).toBe("ROWS BETWEEN 2 PRECEDING AND CURRENT ROW by time");
	const range = {
		rows: false,
		lower: { kind: "BOUNDED_WINDOW", offset: { value: "300000", type: "INTERVAL MINUTE" } },
		upper,
	};
	expect(frameWords(range, order)).toBe("RANGE BETWEEN 5 minutes PRECEDING AND CURRENT ROW by time");
	const all = { rows: false, lower: { kind: "UNBOUNDED_PRECEDING" }, upper };
	expect(frameWords(all, order)).toBe("RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW by time");
});

test("types are as short as one writes them", () => {
	expect(shortType("VARCHAR(2147483647) NOT NULL")).toBe("STRING NOT NULL");
	expect(shortType("TIMESTAMP(3) WITH LOCAL TIME ZONE")).toBe("TIMESTAMP_LTZ(3)");
});
