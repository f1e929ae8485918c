import { describe, expect, test } from "vitest";
import { evaluate, newSeries } from "../../../alerting/engine/engine.ts";
import { incomingBar, incomingHit } from "../../../alerting/engine/observe.ts";
import type { SeriesState } from "../../../alerting/engine/types.ts";
import { hit } from "../../support/samples.ts";
import { fold, minute, rule, rulesOf } from "./support.ts";

const rules = rulesOf([rule(), rule({ name: "hourly", on: "1h" })]);
const bars = (from: number, to: number, close = 100) =>
	Array.from({ length: to - from }, (_, n) => incomingBar(minute(from + n, { close }), rules));
const one = (n: number, close = 101) => incomingBar(minute(n, { close }), rules);

test("only the rules on a record's kind are evaluated, and nothing is kept of those that had nothing to say", () => {
	const { steps, state } = fold(rules, bars(0, 2));
	expect(steps.map((step) => step.rules)).toEqual([1, 1]);
	expect(state.episodes).toEqual({});
});

test("a rule does not see the symbols that it leaves out", () => {
	const own = rulesOf([rule({ symbols: ["!AAPL"] })]);
	expect(fold(own, [incomingBar(minute(0, { close: 101 }), own)]).steps).toMatchObject([{ rules: 0, outcomes: [] }]);
	const other = incomingBar(minute(0, { close: 101, symbol: "MSFT" }), own);
	expect(fold(own, [other]).steps).toMatchObject([{ rules: 1, outcomes: [{ kind: "notify" }] }]);
});

test("an override's levels are for its symbols", () => {
	const own = rulesOf([
		rule({ when: "close > level", values: { level: 100 }, overrides: [{ symbols: "A*", values: { level: 200 } }] }),
	]);
	const told = ["AAPL", "MSFT"].map(
		(symbol) => fold(own, [incomingBar(minute(0, { close: 150, symbol }), own)]).outcomes.length,
	);
	expect(told).toEqual([0, 1]);
});

describe("a copy", () => {
	test("does nothing, whether its record came just now or long ago", () => {
		const before = fold(rules, [one(0), ...bars(1, 20)]).state;
		for (const record of [one(19, 500), one(0, 500), one(7, 500)]) {
			const done = evaluate(before, record, rules, {});
			expect(done).toEqual({ as: "duplicate", state: before, outcomes: [], rules: 0 });
			expect(done.state).toBe(before);
		}
	});

	test("of a record that came late is known as well", () => {
		const { steps } = fold(rules, [one(0), one(5), one(3), one(3), one(5)]);
		expect(steps.map(({ as }) => as)).toEqual(["in turn", "in turn", "late", "duplicate", "duplicate"]);
	});

	test("of a hit has its time, state and direction", () => {
		const hitRules = rulesOf([rule({ on: "hit", when: "price > 0", subject: "s", message: "m" })]);
		const hits = [hit(), hit({ price: 1 }), hit({ direction: "down" }), hit({ state: "cleared" })];
		const { steps } = fold(hitRules, hits.map(incomingHit));
		expect(steps.map(({ as }) => as)).toEqual(["in turn", "duplicate", "late", "late"]);
	});
});

describe("what is remembered", () => {
	const full = fold(rules, bars(0, 40)).state;

	test("is the keys of the last 32 records", () => {
		expect(full.seen).toEqual(bars(8, 40).map(({ key }) => key));
	});

	test("tells a late record from one that is too old to be told from its copies", () => {
		const as = (state: SeriesState, n: number) => evaluate(state, one(n), rules, {}).as;
		expect([7, 8, 39, 40].map((n) => as(full, n))).toEqual(["too old", "duplicate", "duplicate", "in turn"]);
		const gaps = fold(
			rules,
			Array.from({ length: 40 }, (_, n) => one(2 * n, 100)),
		).state;
		expect([15, 17, 77].map((n) => as(gaps, n))).toEqual(["too old", "late", "late"]);
		// With fewer records than are remembered, none can have been forgotten.
		expect(as(fold(rules, bars(0, 31)).state, -100)).toBe("late");
	});

	test("changes by nothing that is too old", () => {
		const done = evaluate(full, one(0), rules, {});
		expect(done).toEqual({ as: "too old", state: full, outcomes: [], rules: 0 });
		expect(done.state).toBe(full);
	});

	test("goes by a late record's place among the others", () => {
		const gaps = fold(
			rules,
			Array.from({ length: 32 }, (_, n) => one(2 * n, 100)),
		).state;
		const { state } = evaluate(gaps, one(11, 100), rules, {});
		expect(state.seen).toHaveLength(32);
		expect(state.seen).toEqual([...state.seen].sort());
		expect(state.seen[0]).toBe(one(2).key);
	});

	test("of episodes only what may still cover a record", () => {
		const flapping = Array.from({ length: 200 }, (_, n) => one(n, n % 2 === 0 ? 101 : 100));
		const { past = [] } = fold(rules, flapping).state.episodes.high ?? {};
		// Those of the 32 bars, and one that ended as the first of them began.
		expect(past).toHaveLength(17);
		const later = fold(rules, [...flapping, ...bars(200, 240)]).state.episodes.high;
		expect(later).toMatchObject({ status: "normal", past: [] });
	});
});

test("neither the state nor the record is changed", () => {
	const before = Object.freeze(fold(rules, [one(0), one(1, 100)]).state);
	const text = JSON.stringify(before);
	for (const record of [one(2), one(-1)]) evaluate(before, record, rules, {});
	expect(JSON.stringify(before)).toBe(text);
	expect(newSeries).toEqual({ seen: [], episodes: {} });
});
