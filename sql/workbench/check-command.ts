import { Command } from "commander";
import { type Check, check } from "./check/check.ts";
import { sayFinding } from "./check/findings.ts";
import { sqlOption } from "./options.ts";
import { withWorkbench } from "./with-workbench.ts";

const NOTES = `
Flink's planner reads every file and plans the whole job; no server is started and nothing is reached.

Errors (exit code 1): what the planner refuses, a file whose name is not its relation, a placeholder without a property, a
property without a placeholder, columns that disagree with contracts.ts.
Warnings (exit code 0): a relation that nothing reads, a sink that nothing writes, a source without a watermark, state that
grows without bound, a file that does not say what a row is.

Unbounded, by operator: a join of two streams, GROUP BY without a window, ROW_NUMBER and SELECT DISTINCT without one,
MATCH_RECOGNIZE without WITHIN, a sink that has to bring updates into order; OVER … UNBOUNDED PRECEDING where it keeps
values (COUNT(DISTINCT …)) or its key is new with each row. What OVER keeps of constant size for each key, such as LAG by
symbol, is not. A time-to-live (SET 'table.exec.state.ttl', or the hint STATE_TTL) bounds any of them.`;

/** `tidemark sql check`: what is wrong with the SQL. */
export function checkCommand(): Command {
	return new Command("check")
		.description("plan all SQL files with Flink's planner, offline, and say what is wrong with them, and where")
		.addOption(sqlOption())
		.option("--json", "print one line of JSON: errors, warnings and findings")
		.addHelpText("after", NOTES)
		.action(async ({ sql, json = false }: { sql: string; json?: boolean }) => {
			const started = performance.now();
			const result = await withWorkbench((workbench) => check(workbench, sql));
			const { errors } = counts(result);
			process.stdout.write(`${json ? toJson(result) : sayCheck(result, (performance.now() - started) / 1000)}\n`);
			process.exitCode = errors > 0 ? 1 : 0;
		});
}

/** What the command prints for people. */
export function sayCheck(result: Check, seconds: number): string {
	const { errors, warnings } = counts(result);
	const textOf = (file: string) => result.files.find((each) => each.file === file)?.text;
	const number = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
	return [
		...result.findings.map((finding) => `${sayFinding(finding, textOf)}\n`),
		`${number(result.files.length, "file")}: ${number(errors, "error")}, ${number(warnings, "warning")} (${seconds.toFixed(1)} s)`,
	].join("\n");
}

function toJson(result: Check): string {
	return JSON.stringify({ ...counts(result), findings: result.findings });
}

function counts({ findings }: Check): { errors: number; warnings: number } {
	const errors = findings.filter(({ severity }) => severity === "error").length;
	return { errors, warnings: findings.length - errors };
}
