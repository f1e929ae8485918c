import { Command } from "commander";
import { UserError } from "../../local/errors.ts";
import { type Case, casesDir, readCases } from "./cases.ts";
import { sqlOption } from "./options.ts";
import { type CaseResult, runCases } from "./run-cases.ts";
import { withWorkbench } from "./with-workbench.ts";

const NOTES = `
A case gives rows of some relations and expects rows of others; any source and view can be either. Unless it opts out, it
is run as given, in 5 random orders of arrival inside the lateness and the one that is most out of order, in batch mode
and at parallelism 2. The exit code is 1 if a case fails.`;

/** `tidemark sql test`: the cases. */
export function testCommand(): Command {
	return new Command("test")
		.description("run the cases: rows that are given to the SQL, and the rows that are expected of it")
		.argument("[pattern]", "only cases with this in their name or file")
		.addOption(sqlOption())
		.option(
			"--cases <dir>",
			"the directory of the cases (default: test/sql/cases, or the folder cases of another --sql)",
		)
		.option("--json", "print the results as one line of JSON")
		.addHelpText("after", NOTES)
		.action(async (pattern: string | undefined, { sql, cases, json = false }: Options) => {
			const chosen = choose(readCases(cases ?? casesDir(sql)), pattern);
			await withWorkbench(async (workbench) => {
				const started = performance.now();
				const onResult = (result: CaseResult) => void (json || process.stdout.write(`${sayResult(result)}\n`));
				const results = await runCases(chosen, { workbench, sql, onResult });
				const seconds = (performance.now() - started) / 1000;
				process.stdout.write(`${json ? toJson(results, seconds) : saySummary(results, seconds)}\n`);
				process.exitCode = results.some(({ failures }) => failures.length > 0) ? 1 : 0;
			});
		});
}

interface Options {
	sql: string;
	cases?: string;
	json?: boolean;
}

/** The cases with a text in their name or file. Throws {@link UserError} where there is none. */
export function choose(cases: readonly Case[], pattern = ""): Case[] {
	const chosen = cases.filter(({ name, place }) => `${place} ${name}`.toLowerCase().includes(pattern.toLowerCase()));
	if (chosen.length === 0) throw new UserError(`None of the ${cases.length} cases has ${pattern} in its name or file`);
	return chosen;
}

/** A line for the case, and its differences below. */
export function sayResult({ case: { name, place }, failures, seconds }: CaseResult): string {
	const head = `${failures.length === 0 ? "ok    " : "FAILED"} ${name}  (${place}, ${seconds.toFixed(1)} s)`;
	return [head, ...failures.map((failure) => failure.replace(/^/gm, "       "))].join("\n");
}

function saySummary(results: readonly CaseResult[], seconds: number): string {
	const failed = results.filter(({ failures }) => failures.length > 0).length;
	return `${results.length - failed} passed, ${failed} failed in ${seconds.toFixed(1)} s`;
}

function toJson(results: readonly CaseResult[], seconds: number): string {
	const failed = results.filter(({ failures }) => failures.length > 0).length;
	const cases = results.map(({ case: { name, place }, failures, seconds }) => ({ name, place, failures, seconds }));
	return JSON.stringify({ passed: results.length - failed, failed, seconds, cases });
}
