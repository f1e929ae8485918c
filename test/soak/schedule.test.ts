import { describe, expect, test } from "vitest";
import { scheduleOf } from "./schedule.ts";

describe("a soak of ten minutes", () => {
	test("throttles for a minute, has Kinesis gone for a minute in the middle, and terminates the producer meanwhile", () => {
		expect(scheduleOf(10, "outage")).toEqual({
			end: 600,
			throttled: [120, 180],
			stopped: [300, 360],
			terminated: [330, 340],
		});
	});

	test("terminates the producer when it is told to", () => {
		expect(scheduleOf(10, "throttling").terminated).toEqual([150, 160]);
		expect(scheduleOf(10, "calm").terminated).toEqual([480, 490]);
	});
});

test("longer troubles do not come of longer soaks, but shorter ones of shorter", () => {
	expect(scheduleOf(60, "outage")).toMatchObject({ throttled: [720, 780], stopped: [1800, 1860] });
	const short = scheduleOf(1, "outage");
	expect(short).toMatchObject({ end: 60, throttled: [12, 18], stopped: [30, 36] });
	expect(short.terminated[0]).toBeCloseTo(33, 9);
	expect(short.terminated[1]).toBeCloseTo(34, 9);
});

test("a trouble lasts as long as it is told to", () => {
	expect(scheduleOf(1.5, "outage", 24)).toMatchObject({
		throttled: [18, 42],
		stopped: [45, 69],
		terminated: [57, 61],
	});
});
