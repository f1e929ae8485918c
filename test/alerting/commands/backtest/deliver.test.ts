import { describe, expect, test } from "vitest";
import type { Bar } from "../../../../contracts.ts";
import { minutes, rulesOf, run } from "./support.ts";

const names = (count: number) => Array.from({ length: count }, (_, i) => `S${String(i).padStart(2, "0")}`);
const firing = (start: string, symbols: string[]): Bar[] =>
	symbols.flatMap((symbol) => minutes(start, [101, 99], { symbol }));
const rules = (changes: Record<string, unknown> = {}, file: Record<string, unknown> = {}) =>
	rulesOf([{ name: "high", when: "close > 100", ...changes }], file);

describe("groups", () => {
	test("alerts of one rule and minute go out together, 50 in a message", () => {
		expect(run(firing("14:00", names(20)), rules()).delivery.messages).toBe(1);
		expect(run(firing("14:00", names(51)), rules()).delivery.messages).toBe(2);
	});

	test("those that come within the rule's time of the first wait for its end", () => {
		const bars = ["14:00", "14:01", "14:02", "14:05"].flatMap((start, i) => firing(start, [`S${i}`]));
		// The first alone, those of the next two minutes together, the last alone.
		expect(run(bars, rules({ group: "150s" })).delivery.messages).toBe(3);
		expect(run(bars, rules({ group: "0" })).delivery.messages).toBe(4);
		expect(run(bars, rules({ group: "15m" })).delivery.messages).toBe(2);
	});

	test("rules do not wait for one another", () => {
		const two = rulesOf([
			{ name: "high", when: "close > 100" },
			{ name: "high-too", when: "close > 100" },
		]);
		expect(run(firing("14:00", names(5)), two).delivery.messages).toBe(2);
	});
});

describe("storms", () => {
	const storm = { more_than: 3, within: "3m" };
	const single = (count: number, start = "14:00") => firing(start, names(count));

	test("more messages than the limit are held, which one message says, and one that it is over", () => {
		const result = run(single(5), rules({ group: "0" }, { storm }));
		expect(result.notifications).toHaveLength(5);
		// Three go out, and two about the storm.
		expect(result.delivery).toMatchObject({ messages: 5, storms: [{ held: 2 }] });
		expect(result.delivery.held.size).toBe(2);
	});

	test("at the limit there is none", () => {
		expect(run(single(3), rules({ group: "0" }, { storm })).delivery).toMatchObject({ messages: 3, storms: [] });
	});

	test("when little comes any more it is over by itself, and what follows goes out", () => {
		const bars = [...single(5), ...single(2, "14:30")];
		const { delivery } = run(bars, rules({ group: "0" }, { storm }));
		expect(delivery.messages).toBe(3 + 2 + 2);
		const [{ from, to } = { from: 0, to: 0 }, ...others] = delivery.storms;
		expect(others).toEqual([]);
		expect(new Date(from).toISOString()).toBe("2013-10-07T14:01:00.000Z");
		expect(to - from).toBe(3 * 60_000);
	});

	test("a message of many alerts counts once, and all of them are held", () => {
		const bars = [...single(4), ...firing("14:01", ["A", "B", "C"])];
		const two = rulesOf(
			[
				{ name: "high", when: "close > 100", symbols: "S*", group: "0" },
				{ name: "high-too", when: "close > 100", symbols: ["A", "B", "C"] },
			],
			{ storm },
		);
		const { delivery } = run(bars, two);
		expect(delivery.held.size).toBe(1 + 3);
		expect(delivery.storms).toMatchObject([{ held: 4 }]);
	});
});
