import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { parse } from "yaml";
import { asTable } from "../../local/format.ts";
import { root } from "../../local/paths.ts";
import { calledHere, ownRules, readRules } from "../../local/rules.ts";
import { loadRules, RulesError } from "../rules/load.ts";
import { type RuleEntry, RulesFile } from "../rules/schema.ts";
import { schemaText } from "./schema-text.ts";
import { warningsOf } from "./warnings.ts";

const NOTES = `
Mistakes are printed as FILE:LINE: rule NAME: what is wrong, all of them at once; the exit code is 1 then. Warnings are about
conditions that no record can meet, bars that the SQL does not make, and calendars whose end is near; the exit code stays 0.

Examples:
  $ npx tidemark alerts check
  $ npx tidemark alerts check desk.yaml
  $ npx tidemark alerts check --schema    after a change of alerting/rules/schema.ts: what editors complete rules.yaml with`;

/** Where editors find the schema of rules.yaml. */
export const schemaFile = join(root, "alerting", "rules.schema.json");

/** `tidemark alerts check`: what is wrong with the rules, or what they are. */
export function checkCommand(): Command {
	return new Command("check")
		.description("read the rules as the functions do: say what is wrong with them and where, else list them")
		.argument("[file]", "the rules file (default: alerting/rules.yaml)")
		.option("--schema", "write the JSON schema of rules files to alerting/rules.schema.json instead")
		.addHelpText("after", NOTES)
		.action((file: string | undefined, { schema = false }: { schema?: boolean }) => {
			if (schema) {
				writeFileSync(schemaFile, schemaText());
				process.stdout.write(`Wrote ${calledHere(schemaFile)}\n`);
				return;
			}
			const { text, good } = check(file ?? ownRules);
			process.stdout.write(`${text}\n`);
			process.exitCode = good ? 0 : 1;
		});
}

/**
 * What `tidemark alerts check` prints of a file.
 *
 * @param now for the warnings about calendars, epoch ms
 * @throws UserError where the file cannot be read
 */
export function check(file: string, now = Date.now()): { text: string; good: boolean } {
	try {
		const text = readRules(file);
		const rules = loadRules(text);
		const entries = RulesFile.parse(parse(text));
		const warnings = warningsOf(entries, rules, now).map((warning) => `Warning: ${warning}`);
		const count = `${rules.rules.length} ${rules.rules.length === 1 ? "rule" : "rules"}, all well`;
		return { text: [...table(entries), "", ...warnings, `${calledHere(file)}: ${count}`].join("\n"), good: true };
	} catch (error) {
		if (error instanceof RulesError) return { text: error.message, good: false };
		throw error;
	}
}

const COLUMNS = ["name", "on", "symbols", "when", "for", "cooldown", "hours", "severity"];

/** A line for each rule, and one for each of its overrides. */
function table({ rules, defaults }: RulesFile): string[] {
	const rows = rules.flatMap((rule) => {
		const { name, on, when, values, overrides = [], enabled } = rule;
		return [
			line(enabled === false ? `${name} (rests)` : name, on, { ...defaults, ...rule }, withNumbers(when, values)),
			...overrides.map((own) => line("", "", own, withNumbers(own.when ?? when, { ...values, ...own.values }))),
		];
	});
	// Its last line counts overrides as rows.
	return asTable({ columns: COLUMNS, rows }).split("\n").slice(0, -1);
}

type Shown = Partial<Pick<RuleEntry, "symbols" | "for" | "cooldown" | "hours" | "severity">>;

function line(name: string, on: string, { symbols, ...said }: Shown, when: string): string[] {
	const patterns = symbols === undefined ? "*" : [symbols].flat().join(", ");
	return [name, on, patterns, when, said.for ?? "", said.cooldown ?? "", said.hours ?? "", said.severity ?? ""];
}

/** An expression with its named numbers in place; what is in quotes stays. */
function withNumbers(expression: string, values: Record<string, number> = {}): string {
	return expression.replace(/"[^"]*"|'[^']*'|[a-z_]\w*/gi, (word) =>
		Object.hasOwn(values, word) ? String(values[word]) : word,
	);
}
