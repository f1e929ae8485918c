import { Command } from "commander";
import { startProgress } from "../../local/progress.ts";
import { setUpLinter } from "../../local/setup.ts";
import { type Lint, lint } from "./lint.ts";
import { sqlOption } from "./options.ts";

const NOTES = `
The rules are in sql/.sqlfluff, which editors with a sqlfluff extension read too. The exit code is 1 if anything is left.`;

/** `tidemark sql lint`: the SQL as it is to be written. */
export function lintCommand(): Command {
	return new Command("lint")
		.description("hold the SQL files against the rules of writing in sql/.sqlfluff (sqlfluff, its Flink dialect)")
		.argument("[pattern...]", "only files with one of these in their path, such as bars or 2_views")
		.addOption(sqlOption())
		.option("--fix", "rewrite what can be put right without changing what it means")
		.addHelpText("after", NOTES)
		.action(async (patterns: string[], { sql, fix = false }: { sql: string; fix?: boolean }) => {
			const result = await lint(await setUpLinter(startProgress()), sql, { patterns, fix });
			process.stdout.write(`${sayLint(result, fix)}\n`);
			process.exitCode = result.findings.length > 0 ? 1 : 0;
		});
}

/** What the command prints. */
export function sayLint({ files, fixed, findings }: Lint, fix: boolean): string {
	const lines = fixed.map((file) => `${file}: rewritten`);
	for (const { file, line, column, rule, message } of findings)
		lines.push(`${file}:${line}:${column}: ${message} (${rule})`);
	const fixable = fix ? 0 : findings.filter((finding) => finding.fixable).length;
	const count = findings.length === 0 ? "nothing to say" : `${findings.length} left to put right`;
	lines.push(
		`${files.length} files, ${fixable === 0 ? count : `${findings.length} findings; --fix puts ${fixable} of them right`}`,
	);
	return lines.join("\n");
}
