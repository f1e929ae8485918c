/** Runs cases through the engine, as the functions run records, and compares what comes of it. */
import { evaluate, newSeries } from "../../engine/engine.ts";
import { type Incoming, incoming, incomingBar, incomingHit } from "../../engine/observe.ts";
import type { SeriesState, Surroundings } from "../../engine/types.ts";
import { covers } from "../../silences.ts";
import { align } from "./align.ts";
import { type Expected, type Line, lineOf } from "./expected.ts";
import type { Given } from "./given.ts";
import type { Case } from "./read.ts";

const SAME = "  ";

/** What became of a case: no difference where it holds. */
export interface CaseResult {
	case: Case;
	differences: string[];
}

/** Runs a case. */
export function runCase(test: Case): CaseResult {
	return { case: test, differences: compare(test.expect, linesOf(test)) };
}

/** All that is told and suppressed by the records of a case, in the order in which they are given. */
function linesOf({ given, rules, now, silences, date }: Case): Line[] {
	const series = new Map<string, SeriesState>();
	const stateOf = (key: string) => series.get(key) ?? newSeries;
	return given.flatMap((each) => {
		const record = recordOf(each, rules);
		const key = `${record.symbol} ${record.series}`;
		// As watch.ts asks before it looks at the symbols.
		const pipeline = Object.values(stateOf("pipeline pipeline").episodes);
		const around: Surroundings = {
			...(now === undefined ? {} : { now }),
			silenced: (symbol, rule) => silences.some((silence) => covers(silence, symbol, rule, now ?? record.time)),
			pipelineDown: pipeline.some(({ status }) => status === "firing"),
		};
		const { state, outcomes } = evaluate(stateOf(key), record, rules, around);
		series.set(key, state);
		return outcomes.flatMap((outcome) => lineOf(outcome, date));
	});
}

function recordOf(given: Given, rules: Case["rules"]): Incoming {
	switch (given.kind) {
		case "hit":
			return incomingHit(given.hit);
		case "bar":
			return incomingBar(given.bar, rules);
		case "observed":
			return incoming(given.observation);
	}
}

/** The difference of two results for people, between the lines that agree; empty where there is none. */
export function compare(expected: readonly Expected[], found: readonly Line[]): string[] {
	const steps = align(
		expected.map(({ text }) => text),
		found.map(({ text }) => text),
	);
	const lines = steps.flatMap((step) => {
		const own = "left" in step ? expected[step.left] : undefined;
		const other = "right" in step ? found[step.right] : undefined;
		if (own && other) return [`${SAME}${own.text}`, ...differing(own, other)];
		if (own) return [`- ${own.text}  (${own.place})`];
		return other ? [`+ ${other.text}  (${other.details.severity}: ${other.details.subject})`] : [];
	});
	return lines.every((line) => line.startsWith(SAME)) ? [] : lines;
}

function differing(expected: Expected, found: Line): string[] {
	return Object.entries(expected.details).flatMap(([name, value]) =>
		found.details[name] === value
			? []
			: [`!   ${name}: expected ${value}, found ${found.details[name]}  (${expected.place})`],
	);
}
