/** Whether there is what mute times and subscriptions name. */
import { nearest } from "../../sql/workbench/check/nearest.ts";
import { type RulesFile, Severity } from "./schema.ts";

type Complaint = (path: readonly PropertyKey[], message: string) => void;

/** Complains of rules and attributes that the file names and that there are not, and of subscribers that are there twice. */
export function checkNames(file: RulesFile, rules: string[], complain: Complaint): void {
	for (const [index, { rules: named = [] }] of file.mute.entries()) {
		for (const rule of named) if (!rules.includes(rule)) complain(["mute", index, "rules"], noSuchRule(rule, rules));
	}
	const targets: string[] = [];
	for (const [index, { filter = {}, ...target }] of file.subscriptions.entries()) {
		const before = targets.indexOf(JSON.stringify(target));
		if (before >= 0)
			complain(["subscriptions", index], `is for whom number ${before + 1} is; SNS has one subscription for each`);
		targets.push(JSON.stringify(target));
		for (const [attribute, values] of Object.entries(filter)) {
			const wrong = inFilter(attribute, values, rules);
			if (wrong) complain(["subscriptions", index, "filter", attribute], wrong);
		}
	}
}

function inFilter(attribute: string, values: unknown[], rules: string[]): string | undefined {
	if (attribute === "$or") return undefined;
	if (!Object.hasOwn(ATTRIBUTES, attribute))
		return `is no attribute of a message; there are ${Object.keys(ATTRIBUTES).join(", ")}`;
	const known = attribute === "rule" ? [...rules, "storm"] : ATTRIBUTES[attribute];
	const unknown = values.find((value) => typeof value === "string" && known && !known.includes(value));
	if (typeof unknown !== "string") return undefined;
	return attribute === "rule" ? noSuchRule(unknown, rules) : `names ${unknown}; there are ${known?.join(", ")}`;
}

/** The attributes that deliver/message.ts gives a message, and the texts that they can be where not any. */
const ATTRIBUTES: Record<string, string[] | undefined> = {
	symbol: undefined,
	rule: undefined,
	severity: Severity.options,
	direction: ["up", "down"],
	state: ["firing", "resolved"],
	move_pct: undefined,
	kind: ["alert", "storm", "storm_over"],
};

function noSuchRule(rule: string, rules: string[]): string {
	const near = nearest(rule, rules);
	return `names ${rule}, and there is no such rule${near ? `; is ${near} meant?` : ""}`;
}
