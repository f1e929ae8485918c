import { expect, test } from "vitest";
import type { Released } from "../../../local/release.ts";
import { judgeAgainst } from "../../../sql/workbench/diff-command.ts";
import { sqlDir } from "../../../sql/workbench/properties.ts";
import type { Workbench } from "../../../sql/workbench/workbench.ts";
import { small } from "./plan/small.ts";

const job = (size: string) => small((p) => p.sink(p.window(p.scan(), { size }), "bars"));

/** A workbench that compiles the repository's SQL to one plan and any other directory to another, and notes what it was asked. */
function planner(now: string, other: string) {
	const asked: { sql: string; properties: Record<string, string> }[] = [];
	const compile = async (what: { sql: string; properties: Record<string, string> }) => {
		asked.push(what);
		return { relations: [], inserts: [], plan: JSON.stringify(job(what.sql === sqlDir ? now : other)) };
	};
	return { asked, workbench: { compile } as unknown as Workbench };
}

const release = (size: string): Released => ({
	release: {
		sql: {},
		properties: { TRADES_STREAM: "its-own" },
		runner: "",
		highest: 90,
		at: "2024-01-02T09:30:00.000Z",
	},
	plan: JSON.stringify(job(size)),
	sqlDir: "/nowhere",
});

test("without a ref it is the plan that runs, planned with the properties that it runs with", async () => {
	const { asked, workbench } = planner("PT1M", "PT9M");
	const { outcome, against } = await judgeAgainst(workbench, sqlDir, undefined, release("PT1M"));
	expect(outcome.verdict).toBe("compatible");
	expect(against).toBe("the plan that runs, or ran last, since 2024-01-02T09:30:00.000Z");
	expect(asked.map(({ sql, properties }) => [sql, properties])).toEqual([[sqlDir, { TRADES_STREAM: "its-own" }]]);
});

test("its ids go on from the highest that the release had", async () => {
	const { workbench } = planner("PT5M", "PT9M");
	const { outcome } = await judgeAgainst(workbench, sqlDir, undefined, release("PT1M"));
	expect(outcome.verdict).toBe("incompatible");
	expect(outcome.highest).toBeGreaterThan(90);
});

test("where nothing ran it is HEAD, and that is said", async () => {
	const { asked, workbench } = planner("PT1M", "PT5M");
	const { outcome, against } = await judgeAgainst(workbench, sqlDir);
	expect(against).toBe("HEAD: no job of this SQL has run here (npm start)");
	expect(outcome.reasons).toEqual([
		"the span (was 5-minute, is 1-minute) of the 5-minute window (for streams.bars) changed: its open windows start empty",
	]);
	expect(asked).toHaveLength(2);
	expect(asked[0]?.properties).toEqual(asked[1]?.properties);
});

test("a ref is a ref, also where something runs", async () => {
	const { workbench } = planner("PT1M", "PT1M");
	const { outcome, against } = await judgeAgainst(workbench, sqlDir, "HEAD", release("PT5M"));
	expect({ against, verdict: outcome.verdict }).toEqual({ against: "HEAD", verdict: "compatible" });
});
