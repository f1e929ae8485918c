/** The conditions of the rules that Tidemark comes with, as functions that somebody would write instead. */
import type { Fields } from "../../../alerting/engine/types.ts";
import type { RuleSet } from "../../../alerting/rules/load.ts";
import type { Rule, Variant } from "../../../alerting/rules/rule.ts";

type Holds = (fields: Fields, values: Fields) => boolean;

// Nothing is compared as if it were 0 where it is not known.
const known = (value: string | number | null | undefined): number => (typeof value === "number" ? value : Number.NaN);
const size = (value: string | number | null | undefined): number => Math.abs(known(value));

/** By rule: when it fires, when it is over, when it is critical. */
const PLAIN: Readonly<Record<string, { when: Holds; clear?: Holds; critical?: Holds }>> = {
	move: {
		when: ({ state }) => state === "crossed",
		clear: ({ state }) => state === "cleared",
		critical: ({ move_pct, threshold_pct }) => size(move_pct) >= 3 * known(threshold_pct),
	},
	"fast-move": {
		when: ({ move_pct, volume_ratio }, { fast, unusual }) =>
			size(move_pct) >= known(fast) && known(volume_ratio) >= known(unusual),
		clear: ({ move_pct }, { fast }) => size(move_pct) < known(fast) / 2,
	},
	gap: { when: ({ session_bars, gap_pct }, { gap }) => session_bars === 0 && size(gap_pct) >= known(gap) },
	"day-high": {
		when: ({ session_bars, high, day_high }) => known(session_bars) >= 30 && known(high) > known(day_high),
	},
	"day-low": { when: ({ session_bars, low, day_low }) => known(session_bars) >= 30 && known(low) < known(day_low) },
};

/** The rules with plain functions in place of their expressions. @throws for a rule on `on` that has none here */
export function inPlainCode(rules: RuleSet, on: readonly string[]): RuleSet {
	const byOn = new Map(on.map((each) => [each, rules.on(each).map(plainRule)]));
	return { ...rules, rules: [...byOn.values()].flat(), on: (each) => byOn.get(each) ?? [] };
}

function plainRule(rule: Rule): Rule {
	const plain = PLAIN[rule.name];
	if (!plain)
		throw new Error(`The rule ${rule.name} has no plain function to be compared with in test/bench/alerts/plain.ts.`);
	const made = new Map<Variant, Variant>();
	return {
		...rule,
		for(symbol) {
			const variant = rule.for(symbol);
			if (!variant) return undefined;
			const before = made.get(variant);
			if (before) return before;
			const after = { ...variant, when: { ...variant.when, holds: bound(plain.when, variant) } };
			if (variant.clear && plain.clear) after.clear = { ...variant.clear, holds: bound(plain.clear, variant) };
			if (variant.criticalWhen && plain.critical) {
				after.criticalWhen = { ...variant.criticalWhen, holds: bound(plain.critical, variant) };
			}
			made.set(variant, after);
			return after;
		},
	};
}

function bound(holds: Holds, { values }: Variant): (fields: Fields) => boolean {
	return (fields) => holds(fields, values);
}
