/** The rules file that a command works on. */
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { messageOf, UserError } from "../../local/errors.ts";
import { root } from "../../local/paths.ts";

/** The repository's own rules. */
export const defaultRules = join(root, "alerting", "rules.yaml");

/** The text of a rules file. Throws {@link UserError} where it cannot be read. */
export function readRulesText(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch (cause) {
		throw new UserError(`The rules file ${file} cannot be read: ${messageOf(cause)}`, { cause });
	}
}

/** A path as it is shown: from where the user is, unless that is further away. */
export function shown(path: string): string {
	const short = relative(process.cwd(), path);
	return short === "" || short.startsWith("..") ? path : short;
}
