import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { calledHere, changesOf, ownRules, readRules } from "../../local/rules.ts";
import { tempDir } from "./support.ts";

const rule = (name: string, when = "price > 1", more = "") => `
  - { name: ${name}, on: hit, when: ${when}, subject: "{{ symbol }}", message: text${more} }`;

describe("a file of rules", () => {
	test("is read when nothing is wrong in it", () => {
		const file = join(tempDir(), "rules.yaml");
		writeFileSync(file, `rules:${rule("move")}\n`);
		expect(readRules(file)).toBe(`rules:${rule("move")}\n`);
		expect(readRules(ownRules)).toContain("name: move");
	});

	test("with mistakes is refused with all of them, each with file and line", () => {
		const file = join(tempDir(), "rules.yaml");
		writeFileSync(file, `rules:${rule("move", "prise > 1")}${rule("other", "price >")}\n`);
		expect(() => readRules(file)).toThrow(
			expect.objectContaining({
				name: "UserError",
				message: expect.stringMatching(
					/^\S+rules\.yaml:2: rule move: when .*prise.*\n\S+rules\.yaml:3: rule other: when [^\n]+$/,
				),
			}),
		);
	});

	test("that is not there is refused with the option that names another one", () => {
		const file = join(tempDir(), "none.yaml");
		expect(() => readRules(file)).toThrow(/cannot be read: ENOENT.*none\.yaml.*--rules FILE names another file/);
	});

	test("is called by its path from here, where it is below", () => {
		expect(calledHere(join(process.cwd(), "alerting", "rules.yaml"))).toBe(join("alerting", "rules.yaml"));
		expect(calledHere("/elsewhere/rules.yaml")).toBe("/elsewhere/rules.yaml");
		expect(calledHere(join(process.cwd(), "..", "rules.yaml"))).toBe(join(process.cwd(), "..", "rules.yaml"));
	});
});

describe("an edit", () => {
	const before = `rules:${rule("a")}${rule("b")}${rule("c")}\n`;

	test.each([
		["nothing", before, ""],
		["comments and order", `# why\nrules:${rule("c")}${rule("a")}${rule("b")}\n`, ""],
		["a condition", before.replace("price > 1", "price > 2"), "changed: a"],
		["a text", before.replace("message: text", "message: words"), "changed: a"],
		["another rule", `${before}${rule("d").slice(1)}\n`, "new: d"],
		["one rule less", before.replace(rule("b"), ""), "gone: b"],
		["a new name", before.replace("name: c", "name: d"), "new: d; gone: c"],
		["a rule that is switched off", before.replace("name: b", "name: b, enabled: false"), "gone: b"],
		["a rule that stays switched on", before.replace("name: b", "name: b, enabled: true"), ""],
		["defaults", `defaults: { cooldown: 1m }\n${before}`, "new: defaults"],
		[
			"all at once",
			`storm: { more_than: 3, within: 1m }\nrules:${rule("a", "price > 3")}${rule("b", "price > 3")}${rule("d")}\n`,
			"changed: a, b; new: storm, d; gone: c",
		],
		["no rule left", "rules: []\n", "gone: a, b, c"],
	])("of %s is told by names", (_, after, changes) => {
		expect(changesOf(before, after)).toBe(changes);
	});
});
