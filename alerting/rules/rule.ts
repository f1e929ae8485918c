/** A rule that is ready: expressions and texts compiled, durations in milliseconds. */
import { createHash } from "node:crypto";
import { parseDuration } from "../duration.ts";
import type { Fields, Hours, On, Severity } from "../engine/types.ts";
import { takesIn } from "../symbols.ts";
import { compileExpression, type Expression, FUNCTIONS } from "./expression.ts";
import { fieldsOf } from "./fields.ts";
import type { RuleEntry, RulesFile } from "./schema.ts";
import { compileTemplate, type Template } from "./template.ts";

/** A rule as it is for one symbol. Durations in milliseconds. */
export interface Variant {
	when: Expression;
	clear?: Expression;
	criticalWhen?: Expression;
	for: number;
	cooldown: number;
	severity: Severity;
	hours: Hours;
	values: Fields;
}

export interface Rule {
	name: string;
	on: On;
	/** Changes with every edit of the rule, and of nothing else. */
	fingerprint: string;
	group: number;
	maxAge: number;
	resolved: boolean;
	/** Of its alerts, whatever the record's own is. */
	direction?: "up" | "down";
	texts: { subject: Template; message: Template; resolvedSubject?: Template; resolvedMessage?: Template };
	/** The rule as it is for a symbol; undefined where it takes the symbol not in. */
	for(symbol: string): Variant | undefined;
}

/** Says where in the file something is wrong: the key below the rule, and what. */
export type Complain = (path: (string | number)[], message: string) => void;

type Defaults = RulesFile["defaults"];

const LONGEST_GROUP = 15 * 60_000;

/** Names that texts have beside the fields and values. */
const ALSO = ["rule", "severity", "since", "time"];
/** Names that no value may have: of texts, functions and words of an expression. */
const TAKEN = new Set([
	...ALSO,
	...FUNCTIONS,
	..."and or not xor mod to in true false null undefined NaN Infinity".split(" "),
]);

/**
 * Makes one rule of its entry; tells `complain` of everything that is wrong with it, and returns undefined then.
 */
export function makeRule(entry: RuleEntry, defaults: Defaults, complain: Complain): Rule | undefined {
	let good = true;
	const wrong: Complain = (path, message) => {
		good = false;
		complain(path, message);
	};
	const variants = [entry, ...(entry.overrides ?? [])].map((_, index) => variantOf(entry, defaults, index, wrong));
	const names = [...Object.keys(fieldsOf(entry.on)), ...Object.keys(entry.values ?? {}), ...ALSO];
	const template = (key: "subject" | "message" | "resolved_subject" | "resolved_message") => {
		const text = entry[key];
		return text === undefined ? undefined : tried(() => compileTemplate(text, names), [key], wrong);
	};
	const [subject, message] = [template("subject"), template("message")];
	const [resolvedSubject, resolvedMessage] = [template("resolved_subject"), template("resolved_message")];
	const group = parseDuration(entry.group ?? defaults.group);
	if (group > LONGEST_GROUP)
		wrong(["group"], "must be 15m at most; longer than that no queue holds the end of a group back");
	const [base, ...overrides] = variants;
	if (!good || !base || !subject || !message) return undefined;
	const patterns = [entry.symbols ?? "*"].flat();
	const known = new Map<string, Variant | undefined>();
	return {
		name: entry.name,
		on: entry.on,
		fingerprint: fingerprintOf(entry, defaults),
		group,
		maxAge: parseDuration(entry.max_age ?? defaults.max_age),
		resolved: entry.resolved ?? defaults.resolved,
		...(entry.direction ? { direction: entry.direction } : {}),
		texts: {
			subject,
			message,
			...(resolvedSubject ? { resolvedSubject } : {}),
			...(resolvedMessage ? { resolvedMessage } : {}),
		},
		for(symbol) {
			if (!known.has(symbol)) {
				const own = (entry.overrides ?? []).findIndex(({ symbols }) => takesIn([symbols].flat(), symbol));
				known.set(symbol, takesIn(patterns, symbol) ? (own < 0 ? base : overrides[own]) : undefined);
			}
			return known.get(symbol);
		},
	};
}

/** The rule with what its override of this number says; 0 is the rule itself. */
function variantOf(entry: RuleEntry, defaults: Defaults, index: number, complain: Complain): Variant | undefined {
	const own = index === 0 ? undefined : entry.overrides?.[index - 1];
	const said = { ...entry, ...withoutUndefined(own ?? {}) };
	const values = { ...entry.values, ...own?.values };
	const fields = fieldsOf(entry.on);
	const at = (key: string) => (own && key in own ? ["overrides", index - 1, key] : [key]);
	for (const name of Object.keys(own?.values ?? {})) {
		if (!Object.hasOwn(entry.values ?? {}, name))
			complain([...at("values"), name], `overrides ${name}, which the rule's values do not have`);
	}
	for (const name of Object.keys(values)) {
		if (Object.hasOwn(fields, name)) complain([...at("values"), name], `is the name of a field; choose another one`);
		if (TAKEN.has(name)) complain([...at("values"), name], `has a meaning of its own; choose another name`);
	}
	const expression = (key: "when" | "clear" | "critical_when") => {
		const text = said[key];
		return text === undefined ? undefined : tried(() => compileExpression(text, fields, values), at(key), complain);
	};
	const [when, clear, criticalWhen] = [expression("when"), expression("clear"), expression("critical_when")];
	const lasting = parseDuration(said.for ?? "0");
	if (lasting > 0 && entry.on === "hit") {
		complain(at("for"), "does not go with hits: none comes while a move lasts. Use bars (on: 1m), or leave it out");
	}
	if (!when) return undefined;
	return {
		when,
		...(clear ? { clear } : {}),
		...(criticalWhen ? { criticalWhen } : {}),
		for: lasting,
		cooldown: parseDuration(said.cooldown ?? defaults.cooldown),
		severity: said.severity ?? defaults.severity,
		hours: said.hours ?? defaults.hours,
		values,
	};
}

function tried<T>(work: () => T, path: (string | number)[], complain: Complain): T | undefined {
	try {
		return work();
	} catch (error) {
		complain(path, (error as Error).message);
		return undefined;
	}
}

function withoutUndefined<T extends object>(object: T): Partial<T> {
	return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Partial<T>;
}

/** Of what decides when it fires; its texts may change in the middle of an episode. */
function fingerprintOf(entry: RuleEntry, { cooldown, hours }: Defaults): string {
	const { on, when, clear, for: lasting, values, symbols, overrides } = entry;
	const deciding = [
		on,
		when,
		clear,
		lasting,
		values,
		symbols,
		overrides,
		entry.cooldown ?? cooldown,
		entry.hours ?? hours,
	];
	return createHash("sha256").update(JSON.stringify(deciding)).digest("hex").slice(0, 16);
}
