import { Command } from "commander";
import { startProgress } from "../../local/progress.ts";
import { casesDir, readCases } from "./cases.ts";
import { caughtPercent, type MutantResult, mutate } from "./mutate.ts";
import { sqlOption } from "./options.ts";
import { offlineProperties } from "./properties.ts";
import { withWorkbench } from "./with-workbench.ts";

const ENOUGH = 95;

const NOTES = `
Each mutant is a view with one change: another operator, number, interval or function, a dropped condition, key or branch.
A case that fails on it catches it. What the planner refuses does not count, nor what equivalent-mutants.yaml, beside the
cases, says is no change at all. It takes minutes. The exit code is 1 below ${ENOUGH} % caught.`;

/** `tidemark sql mutate`: whether the cases would notice a mistake. */
export function mutateCommand(): Command {
	return new Command("mutate")
		.description("change each view in many small ways, one at a time, and see whether some case notices")
		.argument("[relation]", "only this view")
		.addOption(sqlOption())
		.option(
			"--cases <dir>",
			"the directory of the cases (default: test/sql/cases, or the folder cases of another --sql)",
		)
		.option("--json", "print all mutants as one line of JSON")
		.addHelpText("after", NOTES)
		.action(async (only: string | undefined, { sql, cases, json = false }: Options) => {
			const read = readCases(cases ?? casesDir(sql));
			const progress = startProgress();
			await withWorkbench(async (workbench) => {
				const { relations } = await workbench.compile({ sql, properties: offlineProperties(sql) });
				const onResult = (result: MutantResult, done: number, all: number) => {
					if (result.outcome === "survived" || done % 25 === 0)
						progress.say(`${done} of ${all}${result.outcome === "survived" ? `  survived: ${sayMutant(result)}` : ""}`);
				};
				const results = await mutate({ workbench, sql, relations, cases: read, onResult, ...(only ? { only } : {}) });
				process.stdout.write(`${json ? JSON.stringify(results) : sayMutants(results)}\n`);
				process.exitCode = caughtPercent(results) < ENOUGH ? 1 : 0;
			});
		});
}

interface Options {
	sql: string;
	cases?: string;
	json?: boolean;
}

/** The survivors, a line each, and how many there were of each kind. */
export function sayMutants(results: readonly MutantResult[]): string {
	const count = (outcome: MutantResult["outcome"]) => results.filter((each) => each.outcome === outcome).length;
	return [
		...results.filter(({ outcome }) => outcome === "survived").map((each) => `survived  ${sayMutant(each)}`),
		`${count("caught")} of ${count("caught") + count("survived")} mutants caught: ${caughtPercent(results).toFixed(1)} %` +
			` (${count("equivalent")} equivalent, ${count("refused")} refused by the planner)`,
	].join("\n");
}

function sayMutant({ file, line, change, why }: MutantResult): string {
	return `${file}:${line}: ${change}  (${why})`;
}
