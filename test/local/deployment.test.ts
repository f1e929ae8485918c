import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { chosenOverrides, prepareDeployment } from "../../local/deployment.ts";
import { ownRules } from "../../local/rules.ts";
import type { StackStart } from "../../local/running.ts";
import { placesIn, type StackRecord } from "../../local/stack.ts";
import { tempDir, useState } from "./support.ts";

const RULES = `rules:
  - { name: move, on: hit, when: price > 1, subject: "{{ symbol }}", message: text }
`;

/** What a start would deploy from a directory of the test's own, with tools that are no more than their stamp. */
function prepare(overrides: StackStart["overrides"] = {}) {
	const dir = tempDir();
	const tools = join(dir, "tools");
	useState(dir, tools);
	mkdirSync(join(tools, "runner"), { recursive: true });
	writeFileSync(join(tools, "runner", ".stamp"), "the runner's stamp");
	const start = { overrides, shards: 1, parallelism: 1, checkpointMs: 1_000, sqlDir: "sql" } as StackStart;
	const record = { dir, endpoints: { aws: "http://127.0.0.1:1", flink: "", questdb: "" } } as StackRecord;
	return { dir, prepared: () => prepareDeployment(start, record) };
}

test("the repository's rules are deployed, as a copy that was checked", () => {
	const { dir, prepared } = prepare();
	expect(prepared().rules).toEqual({ file: ownRules, deployed: placesIn(dir).rules });
	expect(readFileSync(placesIn(dir).rules, "utf8")).toBe(readFileSync(ownRules, "utf8"));
	expect(readFileSync(join(dir, "runner.jar"), "utf8")).toContain("the runner's stamp");
});

test("another file's are, where it is named", () => {
	const rulesFile = join(tempDir(), "mine.yaml");
	writeFileSync(rulesFile, RULES);
	const { dir, prepared } = prepare({ rulesFile });
	expect(prepared().rules.file).toBe(rulesFile);
	expect(readFileSync(placesIn(dir).rules, "utf8")).toBe(RULES);
});

test("rules with a mistake are refused before anything is deployed, and those of the last start stay", () => {
	const rulesFile = join(tempDir(), "mine.yaml");
	writeFileSync(rulesFile, RULES.replace("price", "prise"));
	const { dir, prepared } = prepare({ rulesFile });
	writeFileSync(placesIn(dir).rules, RULES);
	expect(prepared).toThrow(/mine\.yaml:2: rule move: when .*prise/);
	expect(readFileSync(placesIn(dir).rules, "utf8")).toBe(RULES);
});

test("a table of histories is there where it is asked for, and stays where it is", () => {
	const stores = ["influxdb", "dynamodb"];
	const kept = (outputs: object | undefined) => ({ outputs }) as StackRecord;
	expect(chosenOverrides({})).toEqual({});
	expect(chosenOverrides({ keepHistory: true })).toEqual({ stores });
	expect(chosenOverrides({}, kept({ HistoryTable: "History" }))).toEqual({ stores });
	expect(chosenOverrides({}, kept({ LatestTable: "Latest" }))).toEqual({});
	expect(chosenOverrides({}, kept(undefined))).toEqual({});
	expect(chosenOverrides({ rules: "/tmp/mine.yaml" })).toEqual({ rulesFile: "/tmp/mine.yaml" });
});
