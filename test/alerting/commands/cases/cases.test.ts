import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { casesDir, readCaseFile, readCases } from "../../../../alerting/commands/cases/read.ts";
import { runCase } from "../../../../alerting/commands/cases/run.ts";
import { testCases } from "../../../../alerting/commands/test-command.ts";
import { loadRules } from "../../../../alerting/rules/load.ts";
import { ownRules, readRules } from "../../../../local/rules.ts";
import { tidemark } from "../../../e2e/cli.ts";
import { tempDir } from "../../../local/support.ts";

/** A file of cases in a directory of the test's own. */
function file(text: string, name = "my.yaml", dir = tempDir()): string {
	const path = join(dir, name);
	writeFileSync(path, text);
	return path;
}
/** The file of one case. */
const one = (rest: string) => file(`date: 2013-10-07\ncases:\n  - name: mine\n${rest.replace(/^/gm, "    ")}`);
const differences = (rest: string) => readCaseFile(one(rest)).flatMap((each) => runCase(each).differences);

describe("the cases that are shipped", () => {
	const cases = readCases([casesDir]);

	test.each(cases.map((each) => [each.name, each] as const))("%s", (_, each) => {
		expect(runCase(each).differences).toEqual([]);
	});

	test("tell of every rule that is shipped, and hold back for every reason", () => {
		const lines = cases.flatMap(({ expect }) => expect.map(({ text }) => text));
		for (const { name } of loadRules(readRules(ownRules)).rules)
			expect(
				lines.some((line) => line.startsWith(`notify ${name} `)),
				name,
			).toBe(true);
		for (const reason of ["hours", "mute", "silence", "pipeline", "max_age", "cooldown"])
			expect(
				lines.some((line) => line.endsWith(` by ${reason}`)),
				reason,
			).toBe(true);
		expect(cases.length).toBeGreaterThan(20);
	});

	test("are told with their places", () => {
		const { text, good } = testCases(cases.slice(0, 2));
		expect(good).toBe(true);
		expect(text).toMatch(
			/^ok {5}a new high is told .* \(alerting\/cases\/day-high-low\.yaml:4\)\nok .*\n2 passed, 0 failed$/,
		);
	});
});

describe("a case that does not hold", () => {
	const given = `given:
  - hit: { at: 14:00, move_pct: 1.2 }
  - hit: { at: 14:01, state: cleared }
  - hit: { at: 14:05, move_pct: -1.2 }
`;

	test("shows what was expected, what was found, and what is the same around them", () => {
		const path = one(`${given}expect:
  - notify: move AAPL firing at 14:00
    severity: critical
    subject: AAPL up +1.20 % in 5m at 101.2
  - notify: move AAPL firing at 14:05
`);
		const { text, good } = testCases(readCaseFile(path));
		expect(good).toBe(false);
		expect(text.split("\n")).toEqual([
			`FAILED mine  (${path}:3)`,
			"           notify move AAPL firing at 14:00",
			`         !   severity: expected critical, found warning  (${path}:9)`,
			`         - notify move AAPL firing at 14:05  (${path}:12)`,
			"         + suppress move AAPL at 14:05 by cooldown  (warning: AAPL down -1.20 % in 5m at 98.8)",
			"0 passed, 1 failed",
		]);
	});

	test("is one that expects nothing of something, something of nothing, or another order", () => {
		expect(differences(`${given}expect: []`)).toHaveLength(2);
		expect(
			differences("given: [{ hit: { at: 14:00, state: cleared } }]\nexpect: [{ notify: move AAPL firing at 14:00 }]"),
		).toEqual([expect.stringMatching(/^- notify move AAPL firing at 14:00 {2}\(.*:5\)$/)]);
		const swapped = differences(`${given}expect:
  - suppress: move AAPL at 14:05 by cooldown
  - notify: move AAPL firing at 14:00
`);
		expect(swapped.filter((line) => /^[-+]/.test(line))).toHaveLength(2);
	});

	test("makes exit code 1", async () => {
		const path = one(`${given}expect: []`);
		const { code, stdout, stderr } = await tidemark(tempDir(), ["alerts", "test", path]).finished;
		expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
		expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
	});
});

describe("rules of a case", () => {
	const high = "{ name: high, on: 1m, when: close > 100 }";
	const given =
		"given: [{ bar: { at: 14:00, close: 101 } }]\nexpect: [{ notify: high AAPL firing at 14:01, subject: AAPL high }]";

	test("may stand in it, or in its file for all cases", () => {
		expect(differences(`rules: [${high}]\n${given}`)).toEqual([]);
		const path = file(`rules: [${high}]\ndate: 2013-10-07\ncases:\n  - { name: a, ${given.replace("\n", ", ")} }\n`);
		expect(readCaseFile(path).flatMap((each) => runCase(each).differences)).toEqual([]);
	});

	test("may be those of a file beside it", () => {
		const dir = tempDir();
		file(
			`rules: [{ name: high, on: 1m, when: close > 100, subject: "{{ symbol }} high", message: m }]`,
			"rules.yaml",
			dir,
		);
		const path = file(`cases: [{ name: a, rules: rules.yaml, date: x }]`, "bad.yaml", dir);
		expect(() => readCaseFile(path)).toThrow("bad.yaml:1");
		const good = file(
			`date: 2013-10-07\ncases:\n  - { name: a, rules: rules.yaml, ${given.replace("\n", ", ")} }`,
			"good.yaml",
			dir,
		);
		expect(readCaseFile(good).flatMap((each) => runCase(each).differences)).toEqual([]);
	});

	test("that are wrong are told at the place of the case", () => {
		expect(() => differences(`rules: [{ name: high, on: 1m, when: closing > 100 }]\n${given}`)).toThrow(
			/my\.yaml:4: rule high: when `closing` is no field here/,
		);
	});
});

describe("what is no case is told with its line:", () => {
	test.each([
		["no cases", "cases: []", /my\.yaml:1: .*Too small/],
		["an unknown key", "cases:\n  - { name: a, given: [{ hit: { at: 14:00 } }],\n      expekt: [] }", /my\.yaml:2: /],
		[
			"a form that is not one",
			"cases:\n  - name: a\n    given: [{ hit: { at: 14:00 } }]\n    expect: [{ notify: move AAPL at 14:00 }]",
			/my\.yaml:4: "move AAPL at 14:00" is not in the form RULE SYMBOL firing\|resolved at TIME/,
		],
		[
			"a reason that there is not",
			"cases:\n  - name: a\n    given: [{ hit: { at: 14:00 } }]\n    expect: [{ suppress: move AAPL at 14:00 by fate }]",
			/my\.yaml:4: fate is no reason: there are hours, mute,/,
		],
		[
			"a time that is none",
			"cases:\n  - name: a\n    now: noon\n    given: [{ hit: { at: 14:00 } }]\n    expect: []",
			/my\.yaml:3: "noon" is no time/,
		],
		["YAML that is none", "cases: [", /my\.yaml:1: /],
	])("%s", (_, text, message) => expect(() => readCaseFile(file(text))).toThrow(message));

	test("a file that is not there, and a folder without cases", () => {
		expect(() => readCases(["/no/such.yaml"])).toThrow("There is no file or folder /no/such.yaml");
		const dir = tempDir();
		expect(() => readCases([dir])).toThrow(`${dir} has no cases: write one as a .yaml file`);
	});
});

test("silences hold by the wall clock, for their time, symbol and rule", () => {
	const case_ = (silence: string, now = "14:00") => `now: ${now}
silences: [${silence}]
given: [{ hit: { at: 14:00 } }]
expect: [{ suppress: move AAPL at 14:00 by silence }]`;
	expect(differences(case_("{ symbol: A* }"))).toEqual([]);
	expect(differences(case_("{ rule: move, from: 13:00, until: 14:01 }"))).toEqual([]);
	for (const other of ["{ symbol: IBM }", "{ rule: gap }", "{ until: 14:00 }", "{ from: 14:01 }"])
		expect(differences(case_(other)), other).not.toEqual([]);
});
