/** The ways of evaluating rules that are compared. */
import { evaluate, newSeries } from "../../../alerting/engine/engine.ts";
import type { Context, Fields, SeriesState } from "../../../alerting/engine/types.ts";
import type { RuleSet } from "../../../alerting/rules/load.ts";
import { Bar, Hit } from "../../../contracts.ts";
import { incomingOf, onOf } from "./day.ts";
import { inPlainCode } from "./plain.ts";

export interface Pass {
	/** Rules. */
	readonly evaluated: number;
	/** Alerts that they told, or conditions that held. */
	readonly said: number;
}

export interface Way {
	readonly name: string;
	/** Takes all records once, from new states on. */
	readonly pass: () => Pass;
	/** The name of the way that does the same in plain code. */
	readonly plain?: string;
}

/**
 * The ways; the first is the engine as it is.
 *
 * @throws where two ways that should do the same do not
 */
export function waysOf(records: readonly (Bar | Hit)[], rules: RuleSet): Way[] {
	const plain = inPlainCode(rules, [...new Set(records.map(onOf))]);
	const texts = records.map((record) => JSON.stringify(record));
	const [asked, askedPlainly] = [conditions(records, rules), conditions(records, plain)];
	const same = (name: string, ...ways: Way[]): Way[] => {
		const said = ways.map(({ pass }) => JSON.stringify(pass()));
		if (new Set(said).size > 1) throw new Error(`${name} should come to the same in each way: ${said.join(", ")}.`);
		return ways;
	};
	return [
		...same(
			"The engine",
			{ name: "the engine", pass: () => fold(records, rules), plain: "the engine, conditions as plain functions" },
			{ name: "the engine, conditions as plain functions", pass: () => fold(records, plain) },
			{ name: "the engine, records and states from and to JSON", pass: () => foldTexts(texts, rules) },
		),
		...same(
			"A condition",
			{ name: "conditions alone", pass: () => ask(asked), plain: "conditions alone, as plain functions" },
			{ name: "conditions alone, as plain functions", pass: () => ask(askedPlainly) },
		),
	];
}

interface States {
	get(key: string): SeriesState | undefined;
	set(key: string, state: SeriesState): unknown;
}

function foldAll<T>(all: readonly T[], rules: RuleSet, states: States, read: (one: T) => Bar | Hit): Pass {
	let [evaluated, said] = [0, 0];
	for (const one of all) {
		const incoming = incomingOf(read(one), rules);
		const key = `${incoming.symbol} ${incoming.series}`;
		const done = evaluate(states.get(key) ?? newSeries, incoming, rules, {});
		states.set(key, done.state);
		evaluated += done.rules;
		for (const { kind } of done.outcomes) if (kind === "notify") said++;
	}
	return { evaluated, said };
}

function fold(records: readonly (Bar | Hit)[], rules: RuleSet): Pass {
	return foldAll(records, rules, new Map<string, SeriesState>(), (record) => record);
}

/** As the Lambda does it, but for the network: records by their contract, states as the table has them. */
function foldTexts(texts: readonly string[], rules: RuleSet): Pass {
	const kept = new Map<string, string>();
	const states: States = {
		get: (key) => {
			const text = kept.get(key);
			return text === undefined ? undefined : (JSON.parse(text) as SeriesState);
		},
		set: (key, state) => kept.set(key, JSON.stringify(state)),
	};
	return foldAll(texts, rules, states, (text) => {
		const json = JSON.parse(text) as object;
		return "interval" in json ? Bar.parse(json) : Hit.parse(json);
	});
}

interface Condition {
	holds: (fields: Fields) => boolean;
	fields: Fields;
}

/** Each rule's `when` with each record's fields. */
function conditions(records: readonly (Bar | Hit)[], rules: RuleSet): Condition[] {
	const contexts = new Map<string, Context | undefined>();
	return records.flatMap((record) => {
		const incoming = incomingOf(record, rules);
		const key = `${incoming.symbol} ${incoming.series}`;
		const { observation, context } = incoming.inTurn(contexts.get(key));
		contexts.set(key, context);
		const { symbol, fields } = observation;
		return rules.on(incoming.on).flatMap((rule) => {
			const when = rule.for(symbol)?.when;
			return when ? [{ holds: (given: Fields) => when.holds(given), fields }] : [];
		});
	});
}

function ask(all: readonly Condition[]): Pass {
	let said = 0;
	for (const { holds, fields } of all) if (holds(fields)) said++;
	return { evaluated: all.length, said };
}
