/** Reads rules.yaml: every mistake is found at once, with its line and rule. */
import { isDeepStrictEqual } from "node:util";
import { isMap, isNode, isSeq, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { parseDuration } from "../duration.ts";
import type { On } from "../engine/types.ts";
import { inWords } from "./mistakes.ts";
import { type MuteRule, makeMute } from "./mute.ts";
import { checkNames } from "./names.ts";
import { type Complain, makeRule, type Rule } from "./rule.ts";
import { type RuleEntry, RuleSchema, RulesFile, type SubscriptionEntry } from "./schema.ts";
import { compileTemplate, type Template } from "./template.ts";

/** The rules, ready to be evaluated. */
export interface RuleSet {
	rules: Rule[];
	/** Those on one kind of record. */
	on(on: On): Rule[];
	exchanges: { symbols: string[]; calendar: string }[];
	mute: MuteRule[];
	/** More than so many messages within so many milliseconds of event time are a storm. */
	storm: { moreThan: number; within: number };
	link?: Template;
	subscriptions: SubscriptionEntry[];
}

/** One mistake: `line 12, rule fast-move, when: …`. */
export interface Mistake {
	line: number;
	rule?: string;
	message: string;
}

/** What is wrong with a rules file. */
export class RulesError extends Error {
	override readonly name = "UserError";
	readonly mistakes: Mistake[];
	constructor(file: string, mistakes: Mistake[]) {
		const lines = mistakes.map(
			({ line, rule, message }) => `${file}:${line}: ${rule === undefined ? "" : `rule ${rule}: `}${message}`,
		);
		super(lines.join("\n"));
		this.mistakes = mistakes;
	}
}

/** Rules on one kind of record: what one record makes is written in one transaction of at most 100 items. */
const MOST_RULES = 90;

/**
 * The rules of a file's text.
 *
 * @param name the file's name for errors
 * @throws {@link RulesError} with all mistakes, in the order of their lines
 */
export function loadRules(text: string, name = "rules.yaml"): RuleSet {
	const { raw, lineOf } = readYaml(text, name);
	const mistakes: Mistake[] = [];
	const complain = (path: readonly PropertyKey[], message: string): void => {
		const index = path[0] === "rules" && typeof path[1] === "number" ? path[1] : undefined;
		const rule = index === undefined ? undefined : raw?.rules?.[index]?.name;
		const key = path.slice(index === undefined ? 0 : 2).join(".");
		const mistake = {
			line: lineOf(path),
			...(index === undefined ? {} : { rule: typeof rule === "string" ? rule : `number ${index + 1}` }),
			message: `${key ? `${key} ` : ""}${message}`.replace(/\s+/g, " "),
		};
		// A rule's own mistake is found with each of its overrides too.
		if (!mistakes.some((known) => isDeepStrictEqual(known, mistake))) mistakes.push(mistake);
	};
	const parsed = RulesFile.safeParse(raw ?? {}, { reportInput: true });
	for (const issue of parsed.error?.issues ?? [])
		for (const { path, message } of inWords(issue)) complain(path, message);
	const defaults = parsed.data?.defaults ?? RulesFile.shape.defaults.parse({});
	const seen = new Map<string, number>();
	const rules = entriesOf(raw?.rules).flatMap(([index, entry]) => {
		const before = seen.get(entry.name);
		if (before !== undefined)
			complain(["rules", index, "name"], `is also that of rule number ${before + 1}; each has its own`);
		seen.set(entry.name, index);
		const rule = makeRule(entry, defaults, (path, message) => complain(["rules", index, ...path], message));
		return rule && entry.enabled !== false ? [rule] : [];
	});
	const byOn = Map.groupBy(rules, ({ on }) => on);
	for (const [on, { length }] of byOn)
		if (length > MOST_RULES) complain(["rules"], `has ${length} rules on ${on}; ${MOST_RULES} are the most`);
	if (parsed.data) checkNames(parsed.data, [...seen.keys()], complain);
	const link = parsed.data?.link === undefined ? undefined : linkOf(parsed.data.link, complain);
	if (!parsed.success || mistakes.length > 0)
		throw new RulesError(
			name,
			mistakes.sort((a, b) => a.line - b.line),
		);
	const { exchanges, mute, storm, subscriptions } = parsed.data;
	return {
		rules,
		on: (on) => byOn.get(on) ?? [],
		exchanges,
		mute: mute.map(makeMute),
		storm: { moreThan: storm.more_than, within: parseDuration(storm.within) },
		...(link ? { link } : {}),
		subscriptions,
	};
}

type Raw = { rules?: { name?: unknown }[] } | null;

/** A file's values, and where in it they are. */
function readYaml(text: string, name: string): { raw: Raw; lineOf: (path: readonly PropertyKey[]) => number } {
	const counter = new LineCounter();
	const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
	const mistakes = document.errors.map(({ message, pos }) => ({ line: counter.linePos(pos[0]).line, message }));
	if (mistakes.length > 0) throw new RulesError(name, mistakes);
	/** Of a key, which may be on the line before its value. */
	function lineOf(path: readonly PropertyKey[]): number {
		let node: unknown = document.contents;
		let line = 1;
		for (const key of path) {
			const pair = isMap(node) ? node.items.find((each) => String(each.key) === String(key)) : undefined;
			const place = isSeq(node) ? node.items[Number(key)] : pair?.key;
			if (!isNode(place) || !place.range) break;
			line = counter.linePos(place.range[0]).line;
			node = pair ? pair.value : place;
		}
		return line;
	}
	try {
		return { raw: document.toJS() as Raw, lineOf };
	} catch (error) {
		// An alias of nothing, or of far too much.
		throw new RulesError(name, [{ line: 1, message: (error as Error).message }]);
	}
}

/** A rule, whatever else is in it. */
const Loose = RuleSchema.strip();

/** The rules that have their shape: what else is wrong is found in them all the same. */
function entriesOf(rules: unknown): [index: number, entry: RuleEntry][] {
	if (!Array.isArray(rules)) return [];
	return rules.flatMap((rule, index) => {
		const { data } = Loose.safeParse(rule);
		return data ? [[index, data] as [number, RuleEntry]] : [];
	});
}

function linkOf(text: string, complain: Complain): Template | undefined {
	try {
		return compileTemplate(text, ["symbol", "rule", "severity", "time"]);
	} catch (error) {
		complain(["link"], (error as Error).message);
		return undefined;
	}
}

/** The JSON schema that editors complete rules.yaml with. */
export function rulesJsonSchema(): unknown {
	return {
		title: "Tidemark's alerting rules",
		...z.toJSONSchema(RulesFile, { io: "input", unrepresentable: "any" }),
	};
}
