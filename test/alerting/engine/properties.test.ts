import fc from "fast-check";
import { expect, test } from "vitest";
import type { Evaluated } from "../../../alerting/engine/engine.ts";
import type { Outcome } from "../../../alerting/engine/types.ts";
import type { Bar } from "../../../contracts.ts";
import { bar } from "../../support/samples.ts";
import { type Condition, episodesOf, expectedOf, reasonAgainst, sortsOf } from "./reference.ts";
import { arriving, BEGIN, clears, MINUTE, run, whens } from "./walks.ts";

function inWords(outcome: Outcome): string[] {
	if (outcome.kind === "suppress") return [outcome.reason];
	if (outcome.kind !== "notify") return [];
	const { state, since, late } = outcome.alert;
	return [`${state === "resolved" ? "over" : late ? "late" : "told"} ${since}`];
}
const firing = ({ outcomes }: Evaluated) =>
	outcomes.flatMap((each) => (each.kind === "notify" && each.alert.state === "firing" ? [each.alert] : []));

test("what is told, and why not, is what the whole arrays say", () => {
	const covered = { told: 0, late: 0, over: 0, hours: 0, mute: 0, silence: 0, cooldown: 0 };
	fc.assert(
		fc.property(arriving, ({ bars, arrivals, rules, asked }) => {
			const { steps } = run(bars, arrivals, rules, asked);
			expect(steps.map(({ as }) => as)).toEqual(sortsOf(arrivals));
			const words = steps.map(({ outcomes }) => outcomes.flatMap(inWords));
			expect(words).toEqual(expectedOf(bars, arrivals, asked));
			for (const word of words.flat()) covered[word.split(" ")[0] as keyof typeof covered]++;
		}),
		{ numRuns: 500 },
	);
	// Whatever the seed: the walks reach all of it.
	for (const [what, count] of Object.entries(covered)) expect(count, what).toBeGreaterThan(0);
});

test("never two without an end between them and the cooldown behind them", () => {
	fc.assert(
		fc.property(arriving, ({ bars, arrivals, rules, asked }) => {
			const { steps } = run(bars, arrivals, rules, asked);
			const all = steps.flatMap(firing);
			expect(new Set(all.map(({ alert_id }) => alert_id)).size).toBe(all.length);
			const times = all.map(({ event_time }) => Date.parse(event_time)).sort((a, b) => a - b);
			for (const [n, time] of times.slice(1).entries()) {
				expect(time - (times[n] ?? 0)).toBeGreaterThanOrEqual(Math.max(1, asked.cooldown * MINUTE));
			}
			// Of the records in turn, one end of a told episode between any two.
			const course = steps.flatMap(({ outcomes }) =>
				outcomes.flatMap((each) => {
					if (each.kind === "resolve" && each.told) return [`end of ${each.alert_id}`];
					return each.kind === "notify" && each.alert.state === "firing" && !each.alert.late
						? [each.alert.alert_id]
						: [];
				}),
			);
			for (const [n, said] of course.entries()) {
				if (n % 2 === 1) expect(said).toBe(`end of ${course[n - 1]}`);
				else expect(said).not.toMatch(/^end/);
			}
		}),
		{ numRuns: 500 },
	);
});

test("never silence after one: where nothing is against it, an episode is told by then", () => {
	fc.assert(
		fc.property(arriving, ({ bars, arrivals, rules, asked }) => {
			const { steps } = run(bars, arrivals, rules, asked);
			const inTurn: Bar[] = [];
			let [tellings, current]: [number[], boolean] = [[], false];
			for (const [n, step] of steps.entries()) {
				const tolds = firing(step);
				const cooling = tellings.length > 0 ? Math.max(...tellings) + asked.cooldown * MINUTE : 0;
				tellings = [...tellings, ...tolds.map(({ event_time }) => Date.parse(event_time))];
				if (step.as !== "in turn") continue;
				const one = bars[arrivals[n] ?? 0] as Bar;
				inTurn.push(one);
				current = tolds.length > 0 || (current && !step.outcomes.some(({ kind }) => kind === "resolve"));
				const held = inTurn.map((each, index) => asked.when.holds(each, inTurn.slice(0, index)));
				const since = inTurn[held.lastIndexOf(false) + 1];
				if (since === undefined) continue;
				const time = Date.parse(one.window_end);
				const due =
					time - Date.parse(since.window_end) >= asked.lasting * MINUTE &&
					reasonAgainst(one, asked) === undefined &&
					time >= cooling;
				if (due && !current) expect.fail(`not told by ${one.window_end}`);
			}
		}),
		{ numRuns: 500 },
	);
});

test("the reference itself finds the episodes of a hand-made sequence", () => {
	const bars = [100, 102, 103, 101, 102, 100, 103, 103].map((close, n) =>
		bar({ window_end: new Date(BEGIN + n * MINUTE).toISOString(), close }),
	);
	const base = { cooldown: 0, hours: "always", resolved: false, mute: false, silenced: () => false } as const;
	const [when, clear] = [whens[0] as Condition, clears[1]];
	expect(episodesOf(bars, { ...base, when, clear, lasting: 0 })).toEqual([
		{ from: 1, fires: 1, end: 5 },
		{ from: 6, fires: 6, end: 8 },
	]);
	expect(episodesOf(bars, { ...base, when, clear: undefined, lasting: 1 })).toEqual([
		{ from: 1, fires: 2, end: 3 },
		{ from: 6, fires: 7, end: 8 },
	]);
});
