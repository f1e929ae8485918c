import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { differenceOf, rulesAt } from "../../../../alerting/commands/backtest/against.ts";
import { reportOf } from "../../../../alerting/commands/backtest/report.ts";
import { loadRules } from "../../../../alerting/rules/load.ts";
import { ownRules, readRules } from "../../../../local/rules.ts";
import { tempDir } from "../../../local/support.ts";
import { minutes, rulesOf, run } from "./support.ts";

const bars = minutes("14:00", [99, 101, 99, 103, 99, 105, 99]);
const above = (level: number, changes: Record<string, unknown> = {}) =>
	rulesOf([{ name: "high", when: `close > ${level}`, ...changes }]);

describe("against other rules", () => {
	const [now, before] = [run(bars, above(100, { cooldown: "3m" })), run(bars, above(102))];
	const difference = differenceOf(now, before, "main");

	test("alerts are new or gone by their ids", () => {
		const id = (time: string) => `high|AAPL|1m|2013-10-07T${time}:00.000Z`;
		expect(difference.added.map(({ alert_id }) => alert_id)).toEqual([id("14:02")]);
		expect(difference.gone.map(({ alert_id }) => alert_id)).toEqual([id("14:04")]);
		expect(difference.same).toBe(1);
		expect(difference.byRule).toEqual([{ rule: "high", before: 2, now: 2 }]);
	});

	test("the report lists them", () => {
		const lines = reportOf(now, "some bars", difference).split("\n");
		expect(lines).toContain("Against main: 1 new, 1 gone, 1 the same");
		const from = lines.indexOf("New:");
		expect(lines[from + 3]).toMatch(/^2013-10-07T14:02:00\.000Z {2}high {2}AAPL {4}AAPL high$/);
		expect(lines[lines.indexOf("Gone:") + 3]).toMatch(/^2013-10-07T14:04:00\.000Z {2}high {2}AAPL {4}AAPL high$/);
	});

	test("the same rules change nothing", () => {
		expect(differenceOf(now, now, "itself")).toMatchObject({ added: [], gone: [], same: 2 });
	});

	test("a rule that only one of the two has is counted too", () => {
		const other = run(bars, rulesOf([{ name: "top", when: "close > 104" }]));
		const { byRule, same } = differenceOf(other, before, "x");
		expect(byRule).toEqual([
			{ rule: "top", before: 0, now: 1 },
			{ rule: "high", before: 2, now: 0 },
		]);
		expect(same).toBe(0);
	});

	test("a resolved message is no alert of its own", () => {
		const resolved = run(bars, above(102, { resolved: true }));
		expect(differenceOf(resolved, before, "x")).toMatchObject({ added: [], gone: [], same: 2 });
	});
});

describe("other rules", () => {
	test("are those of a file", async () => {
		const path = join(tempDir(), "other.yaml");
		writeFileSync(path, "rules: [{ name: only, on: 1m, when: close > 1, subject: s, message: m }]");
		const { rules, name } = await rulesAt(path);
		expect(rules.rules.map((rule) => rule.name)).toEqual(["only"]);
		expect(name).toBe(path);
	});

	test("or those of alerting/rules.yaml at a git ref", async () => {
		const { rules, name } = await rulesAt("HEAD");
		expect(name).toBe("alerting/rules.yaml at HEAD");
		expect(rules.rules.length).toBeGreaterThan(0);
		expect(rules.storm).toEqual(loadRules(readRules(ownRules)).storm);
	});

	test("at a ref that there is not, or without rules, are told so", async () => {
		await expect(rulesAt("no-such-ref")).rejects.toThrow(
			"There is no file no-such-ref, and git knows no such branch, tag or commit",
		);
		await expect(rulesAt("--help")).rejects.toThrow("git knows no such branch");
	});

	test("that are wrong are told with their lines", async () => {
		const path = join(tempDir(), "other.yaml");
		writeFileSync(path, "rules:\n  - { name: only, on: 1m, subject: s, message: m }");
		await expect(rulesAt(path)).rejects.toThrow(`${path}:2: rule only: when is missing`);
	});
});
