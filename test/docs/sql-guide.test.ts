/** docs/sql-guide.md against the files that it shows, and those against Flink. */
import { cpSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, normalize } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../../local/paths.ts";
import { startProgress } from "../../local/progress.ts";
import { setUp, setUpLinter } from "../../local/setup.ts";
import { readCases } from "../../sql/workbench/cases.ts";
import { check } from "../../sql/workbench/check/check.ts";
import { sayCheck } from "../../sql/workbench/check-command.ts";
import { graphFiles } from "../../sql/workbench/graph/document.ts";
import { lint } from "../../sql/workbench/lint.ts";
import { offlineProperties, sqlDir } from "../../sql/workbench/properties.ts";
import { runCases } from "../../sql/workbench/run-cases.ts";
import { sqlFiles } from "../../sql/workbench/sql-files.ts";
import { startWorkbench, type Workbench } from "../../sql/workbench/workbench.ts";
import { tempDir } from "../local/support.ts";

/** A job is planned, and each case run, in some seconds, but not on a busy machine. */
const PLANNING = 300_000;

const guide = readFileSync(join(root, "docs", "sql-guide.md"), "utf8");
const tasks = ["window", "metric", "threshold"];
const sensors = join(root, "examples", "sensors");

let workbench: Workbench;
beforeAll(async () => {
	const { java } = await setUp(startProgress());
	workbench = await startWorkbench({ java });
});
afterAll(() => workbench?.stop());

/** The repository's SQL with the files of a task of the guide. */
function withTask(task: string): string {
	const dir = tempDir();
	for (const from of [sqlDir, join(root, "examples", "guide", task)])
		for (const file of sqlFiles(from)) cpSync(join(from, file), join(dir, file));
	return dir;
}

describe("the guide", () => {
	const blocks = [...guide.matchAll(/^```(sql|yaml)\n([\s\S]*?)^```$/gm)];

	test("shows something of every task", () => {
		expect(blocks.length).toBeGreaterThanOrEqual(12);
	});

	test.each(blocks.map((block) => [block[2]?.split("\n")[0] ?? "", block] as const))(
		"%s … is in a file that runs",
		(_, block) => {
			const text = block[2] ?? "";
			const linked = [...guide.matchAll(/\]\(\.\.\/(examples\/[^)]+\.(?:sql|yaml))\)/g)].map(([, path = ""]) =>
				normalize(path),
			);
			const holding = linked.filter((path) => readFileSync(join(root, path), "utf8").includes(text));
			expect(holding).not.toEqual([]);
		},
	);

	test("links to nothing that is not there", () => {
		const links = [...guide.matchAll(/\]\(\.\.\/([^)]+)\)/g)].map(([, path = ""]) => path);
		expect(links.filter((path) => !existsSync(join(root, path)))).toEqual([]);
	});

	test("gives the words of the check as they are", { timeout: PLANNING }, async () => {
		const dir = withTask("window");
		const file = join(dir, "2_views", "bars.sql");
		writeFileSync(file, readFileSync(file, "utf8").replace("volume > 0", "volum > 0"));
		const said = sayCheck(await check(workbench, dir), 0).split("\n\n")[0] as string;
		expect(guide.replaceAll(/^ {3}/gm, "")).toContain(said);
	});
});

describe.each(tasks)("the task %s", (task) => {
	test("changes the repository's files by additions only", () => {
		const own = join(root, "examples", "guide", task);
		for (const file of sqlFiles(own).filter((file) => existsSync(join(sqlDir, file)))) {
			const lines = readFileSync(join(own, file), "utf8").split("\n");
			const kept = readFileSync(join(sqlDir, file), "utf8").split("\n");
			// Every line of the repository's file, in its order.
			for (const line of lines) if (kept[0] === line) kept.shift();
			expect({ file, kept }).toEqual({ file, kept: [] });
		}
	});

	test("is written as sql/.sqlfluff wants it", { timeout: PLANNING }, async () => {
		const { findings } = await lint(await setUpLinter(startProgress()), join(root, "examples", "guide", task));
		expect(findings).toEqual([]);
	});

	test("has nothing wrong with it", { timeout: PLANNING }, async () => {
		const { findings } = await check(workbench, withTask(task));
		// A metric that only the guide reads is read by nobody.
		expect(findings.filter(({ severity, rule }) => severity === "error" || rule !== "unread")).toEqual([]);
	});

	test("gives what its cases expect", { timeout: PLANNING }, async () => {
		const cases = readCases(join(root, "examples", "guide", task, "cases"));
		const results = await runCases(cases, { workbench, sql: withTask(task) });
		expect(results.flatMap(({ case: { name }, failures }) => failures.map((failure) => `${name}: ${failure}`))).toEqual(
			[],
		);
	});
});

describe("the sensors", () => {
	test("are written as sql/.sqlfluff wants it", { timeout: PLANNING }, async () => {
		const { findings } = await lint(await setUpLinter(startProgress()), sensors);
		expect(findings).toEqual([]);
	});

	test("have nothing wrong with them, nor anything to warn of", { timeout: PLANNING }, async () => {
		expect((await check(workbench, sensors)).findings).toEqual([]);
	});

	test("give what their cases expect", { timeout: PLANNING }, async () => {
		const results = await runCases(readCases(join(sensors, "cases")), { workbench, sql: sensors });
		expect(results.length).toBeGreaterThanOrEqual(7);
		expect(results.flatMap(({ case: { name }, failures }) => failures.map((failure) => `${name}: ${failure}`))).toEqual(
			[],
		);
	});

	test("are drawn as they are: run npx tidemark sql graph --sql examples/sensors if not", {
		timeout: PLANNING,
	}, async () => {
		const compiled = await workbench.compile({ sql: sensors, properties: offlineProperties(sensors) });
		for (const { path, text } of await graphFiles(sensors, compiled)) expect(readFileSync(path, "utf8")).toBe(text);
	});
});
