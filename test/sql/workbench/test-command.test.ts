import { expect, test } from "vitest";
import type { Case } from "../../../sql/workbench/cases.ts";
import { casesThrough, caughtPercent, type MutantResult } from "../../../sql/workbench/mutate.ts";
import { mutateCommand, sayMutants } from "../../../sql/workbench/mutate-command.ts";
import { choose, sayResult, testCommand } from "../../../sql/workbench/test-command.ts";
import type { Relation } from "../../../sql/workbench/types.ts";

const aCase = (name: string, more: Partial<Case> = {}) => ({ name, place: `cases/${name[0]}.yaml:3`, ...more }) as Case;

test("a pattern chooses by name and file", () => {
	const cases = [aCase("late trades"), aCase("Bars of a day")];
	expect(choose(cases)).toEqual(cases);
	expect(choose(cases, "bars")).toEqual([cases[1]]);
	expect(choose(cases, "l.yaml")).toEqual([cases[0]]);
	expect(() => choose(cases, "hits")).toThrow("None of the 2 cases has hits in its name or file");
});

test("a case is a line, with its failures below", () => {
	const result = { case: aCase("late trades"), failures: [], refused: false, seconds: 0.25 };
	expect(sayResult(result)).toBe("ok     late trades  (cases/l.yaml:3, 0.3 s)");
	expect(sayResult({ ...result, failures: ["as given:\n  bars  missing  a=1"] })).toBe(
		"FAILED late trades  (cases/l.yaml:3, 0.3 s)\n       as given:\n         bars  missing  a=1",
	);
});

test("a view is in the flow of a case from what is given to what is expected, the shortest first", () => {
	const relation = (name: string, ...reads: string[]) => ({ name, reads }) as Relation;
	const relations = [
		relation("trades"),
		relation("checked", "trades"),
		relation("bars", "checked"),
		relation("hits", "checked"),
	];
	const long = aCase("long", { given: { trades: [] }, expect: { bars: [] } });
	const short = aCase("short", { given: { trades: [] }, expect: { checked: [] } });
	const behind = aCase("behind", { given: { checked: [] }, expect: { bars: [] } });
	const through = (view: string) => casesThrough(view, [long, short, behind], relations).map(({ name }) => name);
	expect(through("checked")).toEqual(["short", "long"]);
	expect(through("bars")).toEqual(["behind", "long"]);
	expect(through("hits")).toEqual([]);
});

test("the share that is caught leaves out what cannot be", () => {
	const mutant = (outcome: MutantResult["outcome"]): MutantResult => {
		return { outcome, why: "3 cases hold", file: "2_views/a.sql", line: 7, change: "a > b → a >= b", sql: "" };
	};
	const results = [
		mutant("caught"),
		mutant("caught"),
		mutant("caught"),
		mutant("survived"),
		mutant("refused"),
		mutant("equivalent"),
	];
	expect(caughtPercent(results)).toBe(75);
	expect(caughtPercent([])).toBe(100);
	expect(sayMutants(results)).toBe(
		"survived  2_views/a.sql:7: a > b → a >= b  (3 cases hold)\n3 of 4 mutants caught: 75.0 % (1 equivalent, 1 refused by the planner)",
	);
});

test("the commands say what they do", () => {
	expect(testCommand().helpInformation()).toContain("--cases <dir>");
	expect(mutateCommand().helpInformation()).toContain("[relation]");
});
