import { expect, test } from "vitest";
import { Passed } from "../../../local/page/passed.ts";

const seen = (...pairs: [at: number, time: number][]) => {
	const passed = new Passed();
	for (const [at, time] of pairs) passed.saw(at, time);
	return passed;
};

test("nothing is known before anything was noted", () => {
	expect(seen().ago(100, 0)).toBeNull();
});

test("it is counted from the first look that had a later event time", () => {
	const passed = seen([1_000, 60_000], [2_000, 120_000], [3_000, 180_000]);
	expect(passed.ago(3_000, 119_999)).toBe(1_000);
	expect(passed.ago(3_500, 120_000)).toBe(500);
	expect(passed.ago(9_000, 180_000)).toBe(0);
});

test("what was passed before anything was noted is as old as that at least", () => {
	expect(seen([1_000, 60_000], [2_000, 120_000]).ago(5_000, 0)).toBe(4_000);
});

test("event time that stands still is passed when it came there first", () => {
	expect(seen([1_000, 60_000], [2_000, 60_000], [3_000, 60_000]).ago(3_000, 59_000)).toBe(2_000);
});

test("event time that goes back is another replay", () => {
	const passed = seen([1_000, 500_000], [2_000, 60_000]);
	expect(passed.ago(3_000, 100_000)).toBe(0);
	expect(passed.ago(3_000, 50_000)).toBe(1_000);
});

test("what is long ago is forgotten, and is then as old as what is left", () => {
	const passed = new Passed();
	for (let second = 0; second < 2_000; second++) passed.saw(second * 1_000, second * 1_000);
	expect(passed.ago(2_000_000, 0)).toBe(900_000);
});
