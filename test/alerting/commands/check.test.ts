import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { check, schemaFile } from "../../../alerting/commands/check-command.ts";
import { formatJson, schemaText } from "../../../alerting/commands/schema-text.ts";
import { root } from "../../../local/paths.ts";
import { ownRules } from "../../../local/rules.ts";
import { tidemark } from "../../e2e/cli.ts";
import { tempDir } from "../../local/support.ts";

/** A year before any calendar ends. */
const NOW = Date.parse("2026-01-15T00:00:00Z");

/** A rules file in a directory of the test's own. */
function file(text: string): string {
	const path = join(tempDir(), "my.yaml");
	writeFileSync(path, text);
	return path;
}

const rule = (changes: Record<string, unknown> = {}) =>
	JSON.stringify({ name: "high", on: "1m", when: "close > 100", subject: "s", message: "m", ...changes });

/** What is said beside the table of a file that is good. */
function warnings(text: string, now = NOW): string[] {
	const { text: said, good } = check(file(text), now);
	expect(good).toBe(true);
	return said.split("\n").filter((line) => line.startsWith("Warning: "));
}

describe("the rules as they are", () => {
	test("are listed, each with its overrides and the numbers in its conditions", () => {
		const { text, good } = check(ownRules, NOW);
		expect(good).toBe(true);
		const lines = text.split("\n");
		const find = (pattern: RegExp) => lines.find((line) => pattern.test(line))?.replace(/ +/g, " ");
		expect(lines[0]?.split(/ +/)).toEqual(["name", "on", "symbols", "when", "for", "cooldown", "hours", "severity"]);
		expect(find(/^fast-move/)).toBe("fast-move 1m * abs(move_pct) >= 0.4 and volume_ratio >= 3 15m regular warning");
		expect(find(/SPY, QQQ/)).toBe(" SPY, QQQ, DIA, IWM abs(move_pct) >= 0.2 and volume_ratio >= 3");
		expect(find(/^pipeline/)).toBe("pipeline pipeline * lag_minutes >= 5 30m always critical");
		expect(lines.at(-1)).toBe("alerting/rules.yaml: 7 rules, all well");
	});

	test("have nothing to warn about", () => expect(warnings(readFileSync(ownRules, "utf8"))).toEqual([]));

	test("say which rest, and leave what is in quotes alone", () => {
		const values = { big: 5, up: 1 };
		const { text } = check(
			file(`rules: [${rule({ enabled: false, when: 'change > big and direction == "up"', values })}]`),
			NOW,
		);
		expect(text).toMatch(/^high \(rests\) {2}1m {2,}\* {2,}change > 5 and direction == "up"/m);
		expect(text).toMatch(/: 0 rules, all well$/);
	});
});

describe("mistakes", () => {
	const bad = `rules:
  - name: high
    on: 1m
    when: closed > 100
    subject: s
    message: m
  - name: low
    on: 1m
    when: close < 100
    cooldown: ten minutes
    subject: s
    message: m
  - name: gap
    on: 1m
    when: gap_pct > 1
    subject: "{{ symbl }}"
    message: m
`;

	test("are all told at once, with file, line and rule", () => {
		const path = file(bad);
		const { text, good } = check(path, NOW);
		expect(good).toBe(false);
		expect(text.split("\n")).toEqual([
			expect.stringContaining(`${path}:4: rule high: when \`closed\` is no field here; is close meant?`),
			expect.stringContaining(`${path}:10: rule low: cooldown "ten minutes" is no duration`),
			expect.stringContaining(`${path}:16: rule gap: subject names symbl, which is no field here`),
		]);
	});

	test("make exit code 1, without a stack trace", async () => {
		const path = file(bad);
		const { code, stdout, stderr } = await tidemark(tempDir(), ["alerts", "check", path]).finished;
		expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
		expect(stdout).toMatch(new RegExp(`^${path}:4: rule high: `));
	});

	test("a file that is not there", () => {
		expect(() => check("/no/such.yaml")).toThrow("The alerting rules cannot be read: ENOENT");
	});
});

describe("warnings", () => {
	test("of conditions that no record meets", () => {
		const never = [
			rule({ name: "typo", on: "hit", when: 'state == "crosed"' }),
			rule({ name: "stuck", on: "hit", when: 'state == "crossed"', clear: 'state == "over"' }),
			rule({ name: "calm", critical_when: "abs(move_pct) < 0" }),
			rule({ name: "both", when: "close > 10 and close < 5" }),
		];
		expect(warnings(`rules: [${never}]`)).toEqual([
			'Warning: rule typo: it never fires: no record meets `state == "crosed"`',
			'Warning: rule stuck: it is told once and never again: no record meets `state == "over"`, which ends it',
			"Warning: rule calm: it is never critical: no record meets `abs(move_pct) < 0`",
			"Warning: rule both: it never fires: no record meets `close > 10 and close < 5`",
		]);
	});

	test("of an override alone, which they name", () => {
		const overrides = [{ symbols: ["SPY", "Q*"], values: { least: 9, most: 8 } }];
		const entry = rule({ when: "close > least and close < most", values: { least: 1, most: 2 }, overrides });
		expect(warnings(`rules: [${entry}]`)).toEqual([
			"Warning: rule high (SPY, Q*): it never fires: no record meets `close > least and close < most`",
		]);
	});

	test("of bars that the SQL does not make, and not of rules that rest", () => {
		const entries = [rule({ on: "15m" }), rule({ name: "rests", on: "3m", enabled: false })];
		expect(warnings(`rules: [${entries}]`)).toEqual([
			"Warning: rule high: no bars of 15m come of the SQL as it is shipped (1m, 5m, 1h, 1d)",
		]);
	});

	test("of calendars that end soon, of XNYS and those that the file names", () => {
		const text = `rules: []\nexchanges: [{ symbols: ["*.X"], calendar: XLON }, { symbols: ["*-USD"], calendar: 24/7 }]`;
		expect(warnings(text)).toEqual([]);
		const late = warnings(text, Date.parse("2090-01-01"));
		expect(late).toHaveLength(2);
		expect(late[0]).toMatch(/^Warning: the calendar XNYS ended, on 20\d\d-\d\d-\d\d; after it holidays count as days/);
		expect(late[1]).toMatch(/^Warning: the calendar XLON ended, /);
	});
});

describe("the schema for editors", () => {
	test("is that of the rules; npx tidemark alerts check --schema makes it anew", () => {
		expect(readFileSync(schemaFile, "utf8")).toBe(schemaText());
	});

	test("is as Biome formats it", async () => {
		const biome = join(root, "node_modules", ".bin", "biome");
		const { exitCode, stdout } = await execa(biome, ["check", schemaFile], { cwd: root, reject: false, all: true });
		expect(exitCode, stdout).toBe(0);
	});

	test("is the one that rules.yaml names", () => {
		expect(readFileSync(ownRules, "utf8")).toMatch(/^# yaml-language-server: \$schema=\.\/rules\.schema\.json\n/);
	});

	test("has a list of plain values on one line as far as it fits, as Biome has it", async () => {
		const lengths = [100, 104, 105, 106, 107, 108, 109, 110, 111, 112, 130];
		const lists = lengths.map((length) => ({ list: ["y".repeat(length)], plain: [1, true, null], none: [] }));
		const text = formatJson({ oneOf: lists, last: ["x".repeat(107)] });
		const biome = join(root, "node_modules", ".bin", "biome");
		const { stdout } = await execa(biome, ["format", "--stdin-file-path=some.json"], {
			cwd: root,
			input: text,
			stripFinalNewline: false,
		});
		expect(text).toBe(stdout);
		expect(text).toContain('"plain": [1, true, null],');
		expect(text).toMatch(/"list": \[\n/);
	});
});
