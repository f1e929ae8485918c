/** The file of alerting rules that a local stack goes by. */
import { readFileSync } from "node:fs";
import { isAbsolute, join, relative } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { parse } from "yaml";
import { loadRules } from "../alerting/rules/load.ts";
import { messageOf, UserError } from "./errors.ts";
import { root } from "./paths.ts";

/** The repository's own rules. */
export const ownRules = join(root, "alerting", "rules.yaml");

/** A file as it is called in what is said: by its path from here, where it is below. */
export function calledHere(file: string): string {
	const path = relative(process.cwd(), file);
	return path.startsWith("..") || isAbsolute(path) ? file : path;
}

/**
 * The text of a file of rules in which nothing is wrong.
 *
 * @throws {@link UserError} where it cannot be read, or with every mistake, a line each: `alerting/rules.yaml:12: rule …`
 */
export function readRules(file: string): string {
	let text: string;
	try {
		text = readFileSync(file, "utf8");
	} catch (cause) {
		throw new UserError(`The alerting rules cannot be read: ${messageOf(cause)}. --rules FILE names another file`, {
			cause,
		});
	}
	loadRules(text, calledHere(file));
	return text;
}

interface File {
	rules?: { name: string; enabled?: boolean }[];
}

/**
 * What the text `after` says otherwise than `before`, by the names of rules, and of the other keys such as `defaults`:
 * `changed: fast-move; new: dip; gone: gap`. Empty where it says the same. Both texts have to be good.
 */
export function changesOf(before: string, after: string): string {
	const [from, to] = [partsOf(before), partsOf(after)];
	const names = [...new Set([...from.keys(), ...to.keys()])];
	const groups = {
		changed: names.filter((name) => from.has(name) && to.has(name) && !isDeepStrictEqual(from.get(name), to.get(name))),
		new: names.filter((name) => !from.has(name)),
		gone: names.filter((name) => !to.has(name)),
	};
	return Object.entries(groups)
		.filter(([, those]) => those.length > 0)
		.map(([what, those]) => `${what}: ${those.join(", ")}`)
		.join("; ");
}

/** Each rule by its name, and whatever else there is by its key; a rule that is switched off is not there. */
function partsOf(text: string): Map<string, unknown> {
	const { rules = [], ...others } = (parse(text) ?? {}) as File;
	const on = rules.filter(({ enabled }) => enabled !== false).map(({ enabled: _, ...rule }) => rule);
	return new Map<string, unknown>([...Object.entries(others), ...on.map((rule) => [rule.name, rule] as const)]);
}
