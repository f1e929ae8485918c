/** What zod finds in a rules file, in words that name the value and the remedy. */
import type { z } from "zod";
import { nearest } from "../../sql/workbench/check/nearest.ts";
import { RuleSchema, RulesFile } from "./schema.ts";

type Issue = z.core.$ZodIssue;

/** An issue as one or more mistakes: where, and what is said after the key. */
export function inWords(issue: Issue): { path: PropertyKey[]; message: string }[] {
	const { path } = issue;
	switch (issue.code) {
		case "unrecognized_keys":
			return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key) }));
		case "invalid_union":
			return [{ path, message: ofUnion(path, issue) }];
		case "invalid_type":
			if (issue.input === undefined) return [{ path, message: "is missing" }];
			return [{ path, message: `must be ${ARTICLES[issue.expected] ?? issue.expected}, not ${shown(issue.input)}` }];
		case "invalid_value":
			return [{ path, message: `must be one of ${issue.values.join(", ")}, not ${shown(issue.input)}` }];
		case "too_small":
			return [{ path, message: issue.origin === "number" ? `must be at least ${issue.minimum}` : "must not be empty" }];
		case "too_big":
			return [{ path, message: `must have at most ${issue.maximum}` }];
		default:
			return [{ path, message: `${issue.message}, not ${shown(issue.input)}` }];
	}
}

const ARTICLES: Record<string, string> = {
	string: "text",
	number: "a number",
	int: "a whole number",
	boolean: "true or false",
	array: "a list",
	object: "a map of keys",
	record: "a map of names and values",
};

function unknownKey(key: string): string {
	const known = [...Object.keys(RulesFile.shape), ...Object.keys(RuleSchema.shape)];
	const near = nearest(key, known);
	return `is no key here${near && near !== key ? `; is ${near} meant?` : ""}`;
}

/** Of several forms that it could have had, what is said of the one that it is nearest to. */
function ofUnion(path: PropertyKey[], issue: Extract<Issue, { code: "invalid_union" }>): string {
	const own = issue.errors.flat().find(({ code }) => code === "custom");
	if (own) return own.message;
	if (path[0] === "subscriptions") {
		return path.at(-1) === "filter"
			? "must be a map of attributes (severity, symbol, rule, …) to lists of values"
			: "needs one of email, sms, https or sqs, in its form, and at most a filter beside it";
	}
	if (path.at(-1) === "symbols")
		return `must be a symbol, a pattern with * or a list of them, not ${shown(issue.input)}`;
	return `must be a duration such as 30s, 10m, 1h30m or 2d, not ${shown(issue.input)}`;
}

function shown(value: unknown): string {
	const text = JSON.stringify(value) ?? String(value);
	return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}
