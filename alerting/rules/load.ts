/** Reads rules.yaml: every mistake is found at once, with its line and rule. */
import { isNode, LineCounter, parseDocument } from "yaml";
import { z } from "zod";
import { nearest } from "../../sql/workbench/check/nearest.ts";
import { parseDuration } from "../duration.ts";
import type { On } from "../engine/types.ts";
import { inWords } from "./mistakes.ts";
import { type MuteRule, makeMute } from "./mute.ts";
import { makeRule, type Rule } from "./rule.ts";
import { RulesFile, type SubscriptionEntry } from "./schema.ts";
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

/**
 * The rules of a file's text.
 *
 * @param name the file's name for errors
 * @throws {@link RulesError} with all mistakes, in the order of their lines
 */
export function loadRules(text: string, name = "rules.yaml"): RuleSet {
	const counter = new LineCounter();
	const document = parseDocument(text, { lineCounter: counter, prettyErrors: false });
	const mistakes: Mistake[] = [];
	for (const { message, pos } of document.errors) mistakes.push({ line: counter.linePos(pos[0]).line, message });
	if (mistakes.length > 0) throw new RulesError(name, mistakes);
	const raw = document.toJS() as { rules?: { name?: unknown }[] } | null;
	const complain = (path: readonly PropertyKey[], message: string) => {
		const index = path[0] === "rules" && typeof path[1] === "number" ? path[1] : undefined;
		const rule = index === undefined ? undefined : raw?.rules?.[index]?.name;
		const key = path.slice(index === undefined ? 0 : 2).join(".");
		mistakes.push({
			line: lineOf(path),
			...(index === undefined ? {} : { rule: typeof rule === "string" ? rule : `number ${index + 1}` }),
			message: key ? `${key} ${message}` : message,
		});
	};
	function lineOf(path: readonly PropertyKey[]): number {
		for (let length = path.length; length > 0; length--) {
			const node = document.getIn(path.slice(0, length), true);
			if (isNode(node) && node.range) return counter.linePos(node.range[0]).line;
		}
		return 1;
	}
	const parsed = RulesFile.safeParse(raw ?? {}, { reportInput: true });
	if (!parsed.success) {
		for (const issue of parsed.error.issues) for (const { path, message } of inWords(issue)) complain(path, message);
		throw new RulesError(
			name,
			mistakes.sort((a, b) => a.line - b.line),
		);
	}
	const file = parsed.data;
	const seen = new Map<string, number>();
	const rules = file.rules.flatMap((entry, index) => {
		const before = seen.get(entry.name);
		if (before !== undefined)
			complain(["rules", index, "name"], `is also that of rule number ${before + 1}; each has its own`);
		seen.set(entry.name, index);
		const rule = makeRule(entry, file, (path, message) => complain(["rules", index, ...path], message));
		return rule && entry.enabled !== false ? [rule] : [];
	});
	for (const [index, { rules: named = [] }] of file.mute.entries()) {
		for (const rule of named) {
			if (seen.has(rule)) continue;
			const near = nearest(rule, seen.keys());
			complain(
				["mute", index, "rules"],
				`names ${rule}, and there is no such rule${near ? `; is ${near} meant?` : ""}`,
			);
		}
	}
	let link: Template | undefined;
	try {
		link = file.link === undefined ? undefined : compileTemplate(file.link, ["symbol", "rule", "severity", "time"]);
	} catch (error) {
		complain(["link"], (error as Error).message);
	}
	if (mistakes.length > 0)
		throw new RulesError(
			name,
			mistakes.sort((a, b) => a.line - b.line),
		);
	const byOn = Map.groupBy(rules, ({ on }) => on);
	return {
		rules,
		on: (on) => byOn.get(on) ?? [],
		exchanges: file.exchanges,
		mute: file.mute.map(makeMute),
		storm: { moreThan: file.storm.more_than, within: parseDuration(file.storm.within) },
		...(link ? { link } : {}),
		subscriptions: file.subscriptions,
	};
}

/** The JSON schema that editors complete rules.yaml with. */
export function rulesJsonSchema(): unknown {
	return {
		title: "Tidemark's alerting rules",
		...z.toJSONSchema(RulesFile, { io: "input", unrepresentable: "any" }),
	};
}
