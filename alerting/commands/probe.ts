import type { Fields } from "../engine/types.ts";
import type { Expression } from "../rules/expression.ts";
import { fieldsOf } from "../rules/fields.ts";

/** What records have in fields that have few values. */
const KNOWN: Record<string, string[]> = { state: ["crossed", "cleared"], direction: ["up", "down"] };
/** More combinations are not tried. */
const MOST = 50_000;

/**
 * Whether any record can meet a condition: tried with every combination of the numbers and texts that it names, those
 * around them, and very large and small ones. True also where there are too many combinations to tell.
 *
 * @param values the numbers that it names by `values`
 */
export function canHold(expression: Expression, on: string, values: readonly unknown[]): boolean {
	const { text, names } = expression;
	const numbers = numbersFor(
		[...text.matchAll(/\d+(?:\.\d+)?(?:e[+-]?\d+)?/gi)].map(([number]) => Number(number)),
		values,
	);
	const texts = [...text.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? "");
	const fields = fieldsOf(on);
	const candidates = names.map((name): (string | number | null)[] =>
		fields[name]?.type === "text" ? (KNOWN[name] ?? [...texts, "another"]) : [...numbers, null],
	);
	if (candidates.reduce((product, { length }) => product * length, 1) > MOST) return true;
	return [...combinations(candidates)].some((combination) => {
		const record: Fields = Object.fromEntries(names.map((name, i) => [name, combination[i] ?? null]));
		return expression.holds(record);
	});
}

function numbersFor(written: readonly number[], values: readonly unknown[]): number[] {
	const named = [...written, ...values.filter((value) => typeof value === "number")];
	const around = named.flatMap((number) => [number, number / 2, number * 2, number + 1, number - 1]);
	const both = [...around, 0, 1, 1e-6, 1e9].flatMap((number) => [number, -number]);
	const inOrder = [...new Set(both)].sort((a, b) => a - b);
	return inOrder.flatMap((number, i) => [number, (number + (inOrder[i + 1] ?? number)) / 2]);
}

function* combinations<T>([first, ...rest]: readonly (readonly T[])[]): Generator<T[]> {
	if (!first) {
		yield [];
		return;
	}
	for (const value of first) for (const others of combinations(rest)) yield [value, ...others];
}
