/** docs/alerting.md against the code that it describes. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { firingAlert } from "../../alerting/engine/alert.ts";
import { noContext, observeBar } from "../../alerting/engine/context.ts";
import { incomingHit } from "../../alerting/engine/observe.ts";
import { FUNCTIONS } from "../../alerting/rules/expression.ts";
import { fieldsOf } from "../../alerting/rules/fields.ts";
import { loadRules } from "../../alerting/rules/load.ts";
import { program } from "../../local/cli.ts";
import { root } from "../../local/paths.ts";
import { bar, hit } from "../support/samples.ts";

const page = readFileSync(join(root, "docs", "alerting.md"), "utf8");
const blocks = (language: string) =>
	[...page.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, "gm"))].map(([, text = ""]) => text);

describe("the recipes", () => {
	test("are there", () => {
		expect(blocks("yaml").length).toBeGreaterThanOrEqual(6);
	});

	test.each(blocks("yaml").map((text) => [text.split("\n").slice(0, 2).join(" "), text]))(
		"%s … is a good rules file",
		(_, text) => {
			const rules = loadRules(/^rules:/m.test(text) ? text : `rules: []\n${text}`, "docs/alerting.md");
			const { rules: ready, mute, subscriptions } = rules;
			expect(ready.length + mute.length + subscriptions.length).toBeGreaterThan(0);
		},
	);

	test("hold where they say: two percent, not one", () => {
		const text = blocks("yaml").find((block) => block.includes("name: large")) ?? "";
		const variant = loadRules(text).rules[0]?.for("AAPL");
		expect(variant?.when.holds({ ...hit({ move_pct: -2 }) })).toBe(true);
		expect(variant?.when.holds({ ...hit({ move_pct: 1.9 }) })).toBe(false);
		expect(loadRules(text).rules[0]?.for("TSLA")).toBeUndefined();
	});
});

describe("what it lists", () => {
	const row = (on: string) => page.split("\n").find((line) => line.startsWith(`| ${on} |`)) ?? "";

	test("are all functions of expressions", () => {
		expect(page).toContain(`\`${FUNCTIONS.join(" ")}\``);
	});

	test("are all fields that are derived", () => {
		const { fields } = observeBar(bar(), noContext, "XNYS");
		const derived = Object.keys(fields).filter((name) => !(name in bar()));
		expect(derived.length).toBeGreaterThan(8);
		for (const name of derived) expect(row("`1m`, `5m`, `1h`, `1d`, …")).toContain(`\`${name}\``);
		for (const on of ["quiet", "pipeline"]) {
			for (const name of Object.keys(fieldsOf(on)))
				if (name !== "symbol") expect(row(`\`${on}\``)).toContain(`\`${name}\``);
		}
	});

	test("is the JSON as it is sent, field by field", () => {
		const { observation } = incomingHit(hit()).inTurn(undefined);
		const rules = loadRules(readFileSync(join(root, "alerting", "rules.yaml"), "utf8"));
		const rule = rules.rules.find(({ name }) => name === "move");
		const variant = rule?.for("AAPL");
		if (!rule || !variant) throw new Error("the default rules have no rule move for AAPL");
		const sent = firingAlert(observation, rule, variant, "warning", observation.time, rules);
		const [shown] = JSON.parse(blocks("json")[0] ?? "").alerts;
		expect(Object.keys(shown).sort()).toEqual(Object.keys(sent).sort());
		const { subject: _, text: __, link: ___, record: ____, ...facts } = shown;
		expect(sent).toMatchObject(facts);
	});

	test("are commands that there are, with their options", async () => {
		const alerts = (await program()).commands.find((command) => command.name() === "alerts");
		const lines = [...page.matchAll(/tidemark alerts ([a-z]+)([^#`\n]*)/g)];
		expect(lines.length).toBeGreaterThan(6);
		for (const [, name, rest = ""] of lines) {
			const command = alerts?.commands.find((each) => each.name() === name);
			expect(command, name).toBeDefined();
			for (const [option] of rest.matchAll(/--[a-z-]+/g)) {
				expect(
					command?.options.map(({ long }) => long),
					`${name} ${option}`,
				).toContain(option);
			}
		}
	});

	test("links to nothing that is not there", () => {
		const links = [...page.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, path = ""]) => path);
		expect(links.length).toBeGreaterThan(5);
		for (const path of links) expect(existsSync(join(root, "docs", path)), path).toBe(true);
	});
});
