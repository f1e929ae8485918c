/** What other rules would have told of the same records. */
import { existsSync } from "node:fs";
import { execa } from "execa";
import { UserError } from "../../../local/errors.ts";
import { root } from "../../../local/paths.ts";
import { calledHere, readRules } from "../../../local/rules.ts";
import type { Alert } from "../../engine/types.ts";
import { loadRules, type RuleSet } from "../../rules/load.ts";
import type { Backtest } from "./evaluate.ts";

/** The alerts that fire with the one and not with the other, by alert_id. */
export interface Difference {
	/** What it is compared with, for people. */
	against: string;
	added: Alert[];
	gone: Alert[];
	same: number;
	byRule: { rule: string; before: number; now: number }[];
}

const FILE = "alerting/rules.yaml";

/**
 * The rules of a file, or of alerting/rules.yaml at a git ref where there is no such file. Throws {@link UserError} where
 * there is neither.
 */
export async function rulesAt(fileOrRef: string): Promise<{ rules: RuleSet; name: string }> {
	if (existsSync(fileOrRef)) {
		return { rules: loadRules(readRules(fileOrRef)), name: calledHere(fileOrRef) };
	}
	const ref = await git(
		["rev-parse", "--verify", "--quiet", "--end-of-options", `${fileOrRef}^{commit}`],
		`There is no file ${fileOrRef}, and git knows no such branch, tag or commit`,
	);
	const text = await git(["show", `${ref}:./${FILE}`], `${fileOrRef} has no ${FILE}: it cannot be compared with`);
	const name = `${FILE} at ${fileOrRef}`;
	return { rules: loadRules(text, name), name };
}

async function git(args: string[], otherwise: string): Promise<string> {
	const { stdout, exitCode, failed } = await execa("git", args, { cwd: root, reject: false });
	if (failed || exitCode !== 0) throw new UserError(otherwise);
	return stdout;
}

/** What `now` tells and `before` does not, and the other way round. */
export function differenceOf(now: Backtest, before: Backtest, against: string): Difference {
	const [ours, theirs] = [firing(now), firing(before)];
	const names = new Set([...now.rules.rules, ...before.rules.rules].map(({ name }) => name));
	const ofRule = (alerts: Map<string, Alert>, rule: string) =>
		[...alerts.values()].filter((alert) => alert.rule === rule).length;
	return {
		against,
		added: [...ours.values()].filter(({ alert_id }) => !theirs.has(alert_id)),
		gone: [...theirs.values()].filter(({ alert_id }) => !ours.has(alert_id)),
		same: [...ours.keys()].filter((id) => theirs.has(id)).length,
		byRule: [...names]
			.filter((name) => !now.unseen.includes(name) && !before.unseen.includes(name))
			.map((rule) => ({ rule, before: ofRule(theirs, rule), now: ofRule(ours, rule) })),
	};
}

function firing({ notifications }: Backtest): Map<string, Alert> {
	return new Map(notifications.filter(({ state }) => state === "firing").map((alert) => [alert.alert_id, alert]));
}
