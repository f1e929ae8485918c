import { Command } from "commander";
import { type Case, casesDir, readCases } from "./cases/read.ts";
import { type CaseResult, runCase } from "./cases/run.ts";

const NOTES = `
A case gives records (hits, bars, what the schedule sees) and expects all that is told and suppressed, in its order. What a
record leaves out is filled in: bars follow one another, percents follow from prices. Times are UTC.

    date: 2013-10-07
    cases:
      - name: a second crossing within the cooldown is not told
        given:
          - hit: { at: 14:00, move_pct: 1.2 }
          - hit: { at: 14:01, state: cleared }
          - hit: { at: 14:05, price: 98.7, base_price: 100 }
        expect:
          - notify: move AAPL firing at 14:00
            severity: warning
          - suppress: move AAPL at 14:05 by cooldown

Rows are hit, bar, bars (so many alike: count), quiet and pipeline. A case, or its file, may have rules (a path beside the
file, or the rules themselves), and a case now (the wall clock, for max_age) and silences. The exit code is 1 if a case fails.

Examples:
  $ npx tidemark alerts test
  $ npx tidemark alerts test alerting/cases/move.yaml`;

/** `tidemark alerts test`: the cases. */
export function testCommand(): Command {
	return new Command("test")
		.description("run the cases: records that are given to the rules, and what is expected to be told of them")
		.argument("[files...]", "files of cases, or folders of them (default: alerting/cases)")
		.addHelpText("after", NOTES)
		.action((files: string[]) => {
			const { text, good } = testCases(readCases(files.length > 0 ? files : [casesDir]));
			process.stdout.write(`${text}\n`);
			process.exitCode = good ? 0 : 1;
		});
}

/** Runs cases; what `tidemark alerts test` prints of them. */
export function testCases(cases: readonly Case[]): { text: string; good: boolean } {
	const results = cases.map(runCase);
	const failed = results.filter(({ differences }) => differences.length > 0).length;
	const summary = `${results.length - failed} passed, ${failed} failed`;
	return { text: [...results.map(sayResult), summary].join("\n"), good: failed === 0 };
}

/** A line for the case; where it fails, below it what was expected (-) and what was found (+). */
function sayResult({ case: { name, place }, differences }: CaseResult): string {
	const head = `${differences.length === 0 ? "ok    " : "FAILED"} ${name}  (${place})`;
	return [head, ...differences.map((line) => `         ${line}`)].join("\n");
}
