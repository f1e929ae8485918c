import fc from "fast-check";
import { expect, test } from "vitest";
import { evaluate, newSeries } from "../../../alerting/engine/engine.ts";
import { incomingBar } from "../../../alerting/engine/observe.ts";
import type { Outcome, SeriesState } from "../../../alerting/engine/types.ts";
import type { Bar } from "../../../contracts.ts";
import { arriving, askedOf, raw, run, walk } from "./walks.ts";

/** As the table would hold them; ten times as fast as a comparison field by field. */
function same(one: unknown, other: unknown): void {
	expect(JSON.stringify(one)).toBe(JSON.stringify(other));
}

test("what comes again, in any order, changes neither what is told nor the state", () => {
	const again = fc.record({
		arriving,
		copies: fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 40 }),
	});
	fc.assert(
		fc.property(again, ({ arriving: { bars, arrivals, rules, asked }, copies }) => {
			const once = run(bars, arrivals, rules, asked);
			const twice: { index: number; copy: boolean }[] = arrivals.map((index) => ({ index, copy: false }));
			for (const [which, place] of copies) {
				const index = arrivals[which % arrivals.length] ?? 0;
				// Only what has arrived can come again.
				const from = twice.findIndex((each) => each.index === index) + 1;
				twice.splice(from + (place % (twice.length - from + 1)), 0, { index, copy: true });
			}
			const { steps, state } = run(
				bars,
				twice.map(({ index }) => index),
				rules,
				asked,
			);
			const [ofCopies, others] = [true, false].map((copy) => steps.filter((_, n) => twice[n]?.copy === copy));
			expect(ofCopies?.flatMap(({ outcomes }) => outcomes)).toEqual([]);
			same(
				others?.map(({ outcomes }) => outcomes),
				once.steps.map(({ outcomes }) => outcomes),
			);
			same(state, once.state);
		}),
		{ numRuns: 500 },
	);
});

test("batches of any size, each in any order within itself, give what the sequence gives", () => {
	const batches = fc.record({
		bars: walk,
		raw,
		cuts: fc.array(fc.nat(56), { maxLength: 12 }),
		order: fc.array(fc.nat(), { minLength: 56, maxLength: 56 }),
	});
	fc.assert(
		fc.property(batches, ({ bars, raw, cuts, order }) => {
			const { rules, asked } = askedOf(raw);
			const whole = run(bars, [...bars.keys()], rules, asked);
			let state: SeriesState = newSeries;
			const outcomes: Outcome[] = [];
			const edges = [0, ...cuts.toSorted((a, b) => a - b), bars.length];
			for (const [n, from] of edges.slice(0, -1).entries()) {
				const batch = [...bars.keys()].slice(from, edges[n + 1]).sort((a, b) => (order[a] ?? 0) - (order[b] ?? 0));
				// As alerting/handle.ts does: each series' records in the order of their keys, the state read and written once.
				const records = batch.map((index) => ({
					one: bars[index] as Bar,
					record: incomingBar(bars[index] as Bar, rules),
				}));
				for (const { one, record } of records.toSorted((a, b) => (a.record.key < b.record.key ? -1 : 1))) {
					const done = evaluate(state, record, rules, { silenced: () => asked.silenced(one) });
					state = done.state;
					outcomes.push(...done.outcomes);
				}
				state = JSON.parse(JSON.stringify(state)) as SeriesState;
			}
			same(
				outcomes,
				whole.steps.flatMap((step) => step.outcomes),
			);
			same(state, whole.state);
		}),
		{ numRuns: 500 },
	);
});
