/** What is allowed in a rules file and yet hardly meant. */
import { Interval } from "../../contracts.ts";
import { calendarUntil } from "../hours/hours.ts";
import type { RuleSet } from "../rules/load.ts";
import type { RulesFile } from "../rules/schema.ts";
import { canHold } from "./probe.ts";

const DAY = 86_400_000;
/** A calendar that ends sooner is to be made anew. */
const SOON_DAYS = 60;
/** Symbols of no exchange that the file names trade here. */
const USUAL = "XNYS";

/** Warnings about rules and calendars, each one line; `now` in epoch ms. */
export function warningsOf(file: RulesFile, rules: RuleSet, now: number): string[] {
	return [...file.rules.flatMap((rule) => ofRule(rule, rules)), ...ofCalendars(file, now)];
}

function ofRule({ name, on, symbols, overrides = [] }: RulesFile["rules"][number], rules: RuleSet): string[] {
	const rule = rules.rules.find((each) => each.name === name);
	if (!rule) return [];
	const warnings: string[] = [];
	const intervals: readonly string[] = Interval.options;
	if (/^\d/.test(on) && !intervals.includes(on))
		warnings.push(`rule ${name}: no bars of ${on} come of the SQL as it is shipped (${intervals.join(", ")})`);
	const variants = new Map(
		[symbols ?? "*", ...overrides.map((override) => override.symbols)].map((patterns) => {
			const [example = "X"] = [patterns].flat().filter((pattern) => !pattern.startsWith("!"));
			return [rule.for(example.replaceAll("*", "X")), [patterns].flat().join(", ")] as const;
		}),
	);
	for (const [variant, patterns] of variants) {
		if (!variant) continue;
		const of = variants.size === 1 ? "" : ` (${patterns})`;
		for (const key of ["when", "clear", "criticalWhen"] as const) {
			const expression = variant[key];
			if (expression && !canHold(expression, on, Object.values(variant.values)))
				warnings.push(`rule ${name}${of}: ${NEVER[key](expression.text)}`);
		}
	}
	return warnings;
}

const NEVER = {
	when: (text: string) => `it never fires: no record meets \`${text}\``,
	clear: (text: string) => `it is told once and never again: no record meets \`${text}\`, which ends it`,
	criticalWhen: (text: string) => `it is never critical: no record meets \`${text}\``,
};

function ofCalendars({ exchanges }: RulesFile, now: number): string[] {
	return [...new Set([USUAL, ...exchanges.map(({ calendar }) => calendar)])].flatMap((calendar) => {
		const until = calendarUntil(calendar);
		const days = Math.floor((Date.parse(until) - now) / DAY);
		if (days >= SOON_DAYS) return [];
		const when = days < 0 ? "ended" : `ends in ${days} days`;
		return [
			`the calendar ${calendar} ${when}, on ${until}; after it holidays count as days of trading: alerting/hours/generate.py makes it anew`,
		];
	});
}
