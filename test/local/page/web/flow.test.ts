import { beforeEach, describe, expect, test } from "vitest";
import type { Status } from "../../../../local/page/messages.ts";
import { lagOf, rateOf, stateOf } from "../../../../local/page/web/flow.ts";
import { nothing, quietStatus } from "../stub.ts";

let status: Status;
beforeEach(() => {
	status = quietStatus();
});
const arrow = (perSecond: number | null, lagMs: number | null = 0) => ({ total: 10, perSecond, lagMs });

describe("an arrow is", () => {
	test("unknown where nothing is known of it", () => expect(stateOf("job", status)).toBe("unknown"));

	test("moving while records go through, quiet while none come and none wait", () => {
		status.flow.job = arrow(100, 200);
		expect(stateOf("job", status)).toBe("moving");
		status.flow.job = arrow(0, 200);
		expect(stateOf("job", status)).toBe("quiet");
		status.flow.bars = arrow(0, 300);
		expect(stateOf("bars", status)).toBe("quiet");
	});

	test("slow where its end is far behind, stuck where nothing goes through as well", () => {
		status.flow.job = arrow(100, 60_000);
		expect(stateOf("job", status)).toBe("slow");
		status.flow.trades = arrow(100, null);
		status.flow.job = arrow(0, 60_000);
		expect(stateOf("job", status)).toBe("stuck");
		status.flow.store = arrow(0, 40_000);
		expect(stateOf("store", status)).toBe("stuck");
	});

	test("not slow in the lake before three minutes: it has whole minutes, with the checkpoints", () => {
		status.flow.lake = arrow(100, 120_000);
		expect(stateOf("lake", status)).toBe("moving");
		status.flow.lake = arrow(100, 200_000);
		expect(stateOf("lake", status)).toBe("slow");
	});

	test.each(["down", "restarting"] as const)(
		"stuck where what moves its records is %s, whatever was counted",
		(state) => {
			status.flow.store = arrow(5, 0);
			expect(stateOf("store", status)).toBe("moving");
			status.parts = status.parts.map((part) => (part.part === "questdb" ? { ...part, state } : part));
			expect(stateOf("store", status)).toBe("stuck");
			expect(stateOf("job", status)).toBe("unknown");
		},
	);

	test("quiet, not stuck, when a feed is over", () => {
		status.flow.trades = arrow(0, null);
		status.parts = status.parts.map((part) => (part.part === "producer" ? { ...part, state: "ended" } : part));
		expect(stateOf("trades", status)).toBe("quiet");
	});
});

test.each([
	[4_363.4, "4,363/s"],
	[12, "12/s"],
	[2.25, "2.3/s"],
	[0.5, "30.0/min"],
	[0, "0/s"],
])("a rate of %d is written %s", (perSecond, text) => expect(rateOf(arrow(perSecond))).toBe(text));

test("a rate that is not known is said to be", () => {
	expect(rateOf(nothing)).toBe("rate not counted");
	expect(rateOf(arrow(null))).toBe("10 so far");
});

test.each([
	[null, "lag not known"],
	[0, "no lag"],
	[250, "250 ms behind"],
	[65_000, "65 s behind"],
])("a lag of %s is written %s", (lagMs, text) => expect(lagOf(arrow(1, lagMs))).toBe(text));
