import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { loadRules, RulesError } from "../../../alerting/rules/load.ts";
import { root } from "../../../local/paths.ts";

/** A file with one good rule of six lines, named `good`, and lines behind it; the first of those is line 7. */
const withLines = (...lines: string[]) =>
	["rules:", "  - name: good", "    on: 1m", "    when: close > 1", "    subject: s", "    message: m", ...lines].join(
		"\n",
	);
/** The same with another line in place of one. */
const replaced = (line: string, by: string) => withLines().replace(`    ${line}`, `    ${by}`);
const anotherRule = (name: string) => `  - { name: ${name}, on: hit, when: price > 1, subject: s, message: m }`;

function mistakesOf(text: string): string[] {
	try {
		loadRules(text, "my.yaml");
	} catch (error) {
		expect(error).toBeInstanceOf(RulesError);
		return (error as RulesError).message.split("\n");
	}
	return [];
}

test("the rules that Tidemark comes with load, all of them", () => {
	const { rules, storm, link, mute, subscriptions, on } = loadRules(
		readFileSync(join(root, "alerting/rules.yaml"), "utf8"),
	);
	expect(rules.map(({ name }) => name)).toEqual([
		"move",
		"fast-move",
		"gap",
		"day-high",
		"day-low",
		"silent",
		"pipeline",
	]);
	expect(on("1m").map(({ name }) => name)).toEqual(["fast-move", "gap", "day-high", "day-low"]);
	expect(on("5m")).toEqual([]);
	expect(storm).toEqual({ moreThan: 15, within: 180_000 });
	expect(link?.render({ symbol: "BRK B" })).toBe("http://127.0.0.1:8080/#BRK+B/1m");
	expect([mute, subscriptions]).toEqual([[], []]);
});

test("the good rule of these tests is good", () => {
	expect(mistakesOf(withLines())).toEqual([]);
});

describe("a rule's mistake is said with its line and the rule's name", () => {
	test.each<[string, string, string]>([
		["no such key", withLines("    whne: close > 1"), "my.yaml:7: rule good: whne is no key here; is when meant?"],
		[
			"a key with its value on the next line",
			withLines("    fro:", "      - 1"),
			"my.yaml:7: rule good: fro is no key here; is for meant?",
		],
		[
			"no name",
			withLines("  - on: 1m", "    when: close > 1", "    subject: s", "    message: m"),
			"my.yaml:7: rule number 2: name is missing",
		],
		[
			"a name that is none",
			replaced("subject: s", "subject: s").replace("name: good", "name: Good one"),
			"my.yaml:2: rule Good one: name must be lower case letters",
		],
		[
			"the name of another",
			withLines(anotherRule("good")),
			"my.yaml:7: rule good: name is also that of rule number 1; each has its own",
		],
		["no condition", withLines().replace("    when: close > 1\n", ""), "my.yaml:2: rule good: when is missing"],
		["nothing in place of a rule", withLines("  -"), "my.yaml:7: rule number 2: must be a map of keys, not null"],
		[
			"no such kind of record",
			replaced("on: 1m", "on: 5x"),
			"my.yaml:3: rule good: on must be hit, an interval of bars such as 1m, quiet or pipeline",
		],
		[
			"an unknown field",
			replaced("when: close > 1", "when: clsoe > 1"),
			"my.yaml:4: rule good: when `clsoe` is no field here; is close meant?",
		],
		["a field of other records", replaced("on: 1m", "on: hit"), "my.yaml:4: rule good: when `close` is no field here"],
		[
			"two lines for one condition",
			replaced("when: close > 1", "when: |\n      close > 1\n      close > 2"),
			"my.yaml:4: rule good: when `close > 1 close > 2` is not allowed: an expression is one condition",
		],
		[
			"a condition that is none",
			withLines("    clear: close"),
			"my.yaml:7: rule good: clear is a number, not a condition",
		],
		[
			"a huge condition",
			replaced("when: close > 1", `when: close > ${"1".repeat(500)}`),
			"my.yaml:4: rule good: when must have at most 500",
		],
		[
			"an unknown name in a text",
			replaced("subject: s", "subject: '{{ sybmol }}'"),
			"my.yaml:5: rule good: subject names sybmol, which is no field here",
		],
		[
			"a tag that there is not",
			replaced("message: m", "message: '{% for a in b %}'"),
			'my.yaml:6: rule good: message cannot be read: tag "for" not found',
		],
		[
			"a duration that is none",
			withLines("    cooldown: 10 min"),
			'my.yaml:7: rule good: cooldown "10 min" is no duration: write 30s',
		],
		[
			"a number without a unit",
			withLines("    cooldown: 10"),
			"my.yaml:7: rule good: cooldown must be a duration such as 30s, 10m, 1h30m or 2d, not 10",
		],
		["a group that no queue holds", withLines("    group: 16m"), "my.yaml:7: rule good: group must be 15m at most"],
		[
			"a severity that there is not",
			withLines("    severity: fatal"),
			'my.yaml:7: rule good: severity must be one of info, warning, critical, not "fatal"',
		],
		[
			"hours that there are not",
			withLines("    hours: night"),
			"my.yaml:7: rule good: hours must be one of regular, extended, always",
		],
		[
			"a switch that is none",
			withLines("    enabled: yes"),
			'my.yaml:7: rule good: enabled must be true or false, not "yes"',
		],
		["no symbols at all", withLines("    symbols: []"), "my.yaml:7: rule good: symbols must not be empty"],
		[
			"a value that is no number",
			withLines("    values:", "      level: high"),
			'my.yaml:8: rule good: values.level must be a number, not "high"',
		],
		[
			"a value without end",
			withLines("    values: { level: .inf }"),
			"my.yaml:7: rule good: values.level must be a number",
		],
		[
			"a value with a field's name",
			withLines("    values: { close: 1 }"),
			"my.yaml:7: rule good: values.close is the name of a field",
		],
		[
			"a value with a function's name",
			withLines("    values: { abs: 1 }"),
			"my.yaml:7: rule good: values.abs has a meaning of its own",
		],
		[
			"a value with a text's name",
			withLines("    values: { since: 1 }"),
			"my.yaml:7: rule good: values.since has a meaning of its own",
		],
		[
			"an override of an unknown value",
			withLines("    values: { a: 1 }", "    overrides:", "      - { symbols: X, values: { b: 2 } }"),
			"my.yaml:9: rule good: overrides.0.values.b overrides b, which the rule's values do not have",
		],
		[
			"an override's condition",
			withLines("    overrides:", "      - symbols: X", "        when: foo > 1"),
			"my.yaml:9: rule good: overrides.0.when `foo` is no field here",
		],
		[
			"an override of nobody",
			withLines("    overrides:", "      - { when: close > 1 }"),
			"my.yaml:8: rule good: overrides.0.symbols must be a symbol, a pattern",
		],
	])("%s", (_, text, message) => {
		const mistakes = mistakesOf(text);
		expect(mistakes).toHaveLength(1);
		expect(mistakes[0]).toContain(message);
	});

	test("a duration of hits that nothing could fill", () => {
		const hits = withLines("    for: 5m").replace("on: 1m", "on: hit").replace("close", "price");
		expect(mistakesOf(hits)).toEqual([
			"my.yaml:7: rule good: for does not go with hits: none comes while a move lasts. Use bars (on: 1m), or leave it out",
		]);
		expect(mistakesOf(hits.replace("for: 5m", "for: 0"))).toEqual([]);
	});

	test("a rule's own mistake is said once, however many overrides it has", () => {
		const text = replaced("when: close > 1", "when: clsoe > level");
		const overrides = ["X", "Y"].map((symbol) => `      - { symbols: ${symbol}, values: { level: 2 } }`);
		expect(mistakesOf([text, "    values: { level: 1 }", "    overrides:", ...overrides].join("\n"))).toHaveLength(1);
	});

	test("more rules on one kind of record than one transaction holds", () => {
		const rules = (count: number) => Array.from({ length: count }, (_, i) => anotherRule(`r${i}`));
		expect(mistakesOf(["rules:", ...rules(90)].join("\n"))).toEqual([]);
		expect(mistakesOf(["rules:", ...rules(91)].join("\n"))).toEqual([
			"my.yaml:1: rules has 91 rules on hit; 90 are the most",
		]);
	});
});

test("all mistakes are said at once, in the order of their lines, whatever kinds they are of", () => {
	const text = [
		"storm: { more_than: 0 }",
		"rules:",
		"  - name: first",
		"    on: 1m",
		"    cooldown: soon",
		"    when: foo > 1",
		"    subject: s",
		"    message: m",
		"  - name: second",
		"    on: hit",
		"    when: bar > 1",
		"    subject: '{{ baz }}'",
		"    message: m",
		"    extra: 1",
		"  - name: third",
		"    on: 1m",
		"    when: qux > 1",
		"    subject: s",
		"    message: m",
		"mute:",
		"  - { days: [monday], time_zone: X }",
	].join("\n");
	expect(mistakesOf(text).map((mistake) => mistake.split(":").slice(1, 4).join(":").slice(0, 32))).toEqual([
		"1: storm.more_than must be at le",
		'5: rule first: cooldown "soon" i',
		"11: rule second: when `bar` is n",
		"12: rule second: subject names b",
		"14: rule second: extra is no key",
		"17: rule third: when `qux` is no",
		"21: mute.0.days.0 must be one of",
		"21: mute.0.time_zone must be a t",
	]);
});

test("a rule that rests is checked, named by others, and not there", () => {
	const text = withLines("    enabled: false", "mute:", "  - { rules: [good], time_zone: UTC }");
	expect(loadRules(text).rules).toEqual([]);
	expect(mistakesOf(text.replace("close > 1", "foo > 1"))).toHaveLength(1);
});
