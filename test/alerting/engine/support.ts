import { type Evaluated, evaluate, newSeries } from "../../../alerting/engine/engine.ts";
import { type Incoming, incomingBar } from "../../../alerting/engine/observe.ts";
import type { Outcome, SeriesState, Surroundings } from "../../../alerting/engine/types.ts";
import { loadRules, type RuleSet } from "../../../alerting/rules/load.ts";
import type { Bar } from "../../../contracts.ts";
import { bar } from "../../support/samples.ts";

/** One rule over minute bars as it is in a rules file; a test says what is special about its own. */
export function rule(changes: Record<string, unknown> = {}): Record<string, unknown> {
	return {
		name: "high",
		on: "1m",
		when: "close > 100",
		cooldown: "0",
		subject: "{{ symbol }} at {{ close | price }}",
		message: "{{ symbol }} closed at {{ close | price }}.",
		...changes,
	};
}

/** The rules of a file that has these entries; `file` is what else it says. */
export function rulesOf(entries: Record<string, unknown>[], file: Record<string, unknown> = {}): RuleSet {
	// JSON is YAML too.
	return loadRules(JSON.stringify({ rules: entries, ...file }));
}

/** Monday, the exchange open since half an hour. */
export const START = Date.parse("2013-10-07T14:00:00.000Z");
const MINUTE = 60_000;

/** A quiet bar of one minute, the `n`th from {@link START} (before it if negative). */
export function minute(n: number, changes: Partial<Bar> = {}): Bar {
	const start = START + n * MINUTE;
	return bar({
		window_start: new Date(start).toISOString(),
		window_end: new Date(start + MINUTE).toISOString(),
		...{ open: 100, high: 100, low: 100, close: 100, volume: 1000, move_pct: 0, change: 0, day_move_pct: null },
		...changes,
	});
}

/** What folding records one after the other comes to; the state goes through JSON each time, as through the table. */
export function fold(
	rules: RuleSet,
	records: readonly Incoming[],
	around: Surroundings | ((index: number) => Surroundings) = {},
	from: SeriesState = newSeries,
): { state: SeriesState; steps: Evaluated[]; outcomes: Outcome[] } {
	let state = from;
	const steps = records.map((record, index) => {
		const step = evaluate(state, record, rules, typeof around === "function" ? around(index) : around);
		state = JSON.parse(JSON.stringify(step.state)) as SeriesState;
		return step;
	});
	return { state, steps, outcomes: steps.flatMap(({ outcomes }) => outcomes) };
}

/** What becomes of bars, each step of the rules in a short line such as `14:02 told since 14:01`. */
export function play(
	rules: RuleSet,
	bars: readonly Bar[],
	around: Surroundings | ((index: number) => Surroundings) = {},
): string[] {
	const { steps } = fold(
		rules,
		bars.map((each) => incomingBar(each, rules)),
		around,
	);
	return steps.flatMap(({ outcomes }, index) =>
		outcomes.map((outcome) => `${clock(bars[index]?.window_end ?? "")} ${inWords(outcome)}`),
	);
}

/** Closes of one minute after another, from {@link START}; undefined leaves the minute out. */
export function closes(...values: (number | undefined)[]): Bar[] {
	return values.flatMap((close, n) => (close === undefined ? [] : [minute(n, { close })]));
}

function inWords(outcome: Outcome): string {
	switch (outcome.kind) {
		case "pending":
			return "pending";
		case "resolve":
			return outcome.told ? "over" : "over, untold";
		case "suppress":
			return `kept for ${outcome.reason}, since ${clock(outcome.alert.since)}`;
		case "notify":
			return `${outcome.alert.state === "firing" ? "told" : "told it is over"}, since ${clock(outcome.alert.since)}`;
	}
}

function clock(iso: string): string {
	return iso.slice(11, 16);
}
