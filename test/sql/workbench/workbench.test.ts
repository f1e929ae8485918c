/** The workbench's process, on a small SQL directory; Flink and its planner are the real ones. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findPrerequisites } from "../../../local/prerequisites.ts";
import { SqlError, sayProblem, startWorkbench, type Workbench } from "../../../sql/workbench/workbench.ts";

const dir = mkdtempSync(join(tmpdir(), "tidemark-bench-"));
const FILES = {
	"1_sources/readings.sql": `-- One row: a reading. Key: sensor, read_at.
CREATE TABLE readings (
  sensor STRING,
  read_at TIMESTAMP_LTZ(3),
  degrees DOUBLE,
  proc_time AS PROCTIME(),
  WATERMARK FOR read_at AS read_at - INTERVAL '2' SECOND
) WITH ('connector' = 'datagen', 'number-of-rows' = '\${ROWS}');
`,
	"2_views/minutes.sql": `-- One row: a sensor's minute.
CREATE VIEW minutes AS
SELECT sensor, window_start, window_time, MAX(degrees) AS degrees
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(read_at), INTERVAL '1' MINUTE))
GROUP BY sensor, window_start, window_end, window_time;
`,
	"3_sinks/results/minutes.sql":
		"CREATE TABLE results.minutes (sensor STRING, degrees DOUBLE, PRIMARY KEY (sensor) NOT ENFORCED) WITH ('connector' = 'blackhole');\n",
	"4_job.sql": "EXECUTE STATEMENT SET\nBEGIN\nINSERT INTO results.minutes SELECT sensor, degrees FROM minutes;\nEND;\n",
};
let count = 0;
let workbench: Workbench;
let java: string;

/** A directory with the files above, some of them replaced. */
function sql(changes: Record<string, string> = {}): string {
	count += 1;
	const folder = join(dir, String(count));
	for (const [path, text] of Object.entries({ ...FILES, ...changes })) {
		mkdirSync(dirname(join(folder, path)), { recursive: true });
		writeFileSync(join(folder, path), text);
	}
	return folder;
}

const compile = (changes?: Record<string, string>, more = {}) =>
	workbench.compile({ sql: sql(changes), properties: { ROWS: "5" }, ...more });

beforeAll(async () => {
	({ java } = await findPrerequisites(["jdk"]));
	workbench = await startWorkbench({ java });
});
afterAll(async () => {
	await workbench.stop();
	rmSync(dir, { recursive: true, force: true });
});

describe("a compilation", () => {
	test("describes each relation, and what the INSERTs read", async () => {
		const { relations, inserts, plan } = await compile();
		expect(relations.map(({ name, kind, file, reads }) => [name, kind, file, reads])).toEqual([
			["readings", "source", "1_sources/readings.sql", []],
			["minutes", "view", "2_views/minutes.sql", ["readings"]],
			["results.minutes", "sink", "3_sinks/results/minutes.sql", []],
		]);
		expect(inserts).toEqual([{ into: "results.minutes", reads: ["minutes"], line: 3 }]);
		expect(plan).toBeUndefined();
		expect(relations[0]?.comment).toBe("One row: a reading. Key: sensor, read_at.");
		expect(relations[0]?.watermark).toContain("INTERVAL '2' SECOND");
		expect(relations[0]?.options).toMatchObject({ connector: "datagen", "number-of-rows": "5" });
		expect(relations[2]?.primaryKey).toEqual(["sensor"]);
	});

	test("knows types, time attributes, and computed columns", async () => {
		const { relations } = await compile();
		const columns = (name: string) =>
			relations
				.find((each) => each.name === name)
				?.columns.map((each) => [each.name, each.type, each.time, each.computed]);
		expect(columns("readings")).toEqual([
			["sensor", "STRING", null, false],
			["read_at", "TIMESTAMP_LTZ(3)", "event", false],
			["degrees", "DOUBLE", null, false],
			["proc_time", "TIMESTAMP_LTZ(3)", "processing", true],
		]);
		expect(columns("minutes")?.[2]).toEqual(["window_time", "TIMESTAMP_LTZ(3)", "event", false]);
	});

	test("has the plan where it is asked for, alone if nothing is to be described", async () => {
		const { plan, relations } = await compile({}, { plan: true, describe: false });
		expect(JSON.parse(plan ?? "").nodes.map(({ type }: { type: string }) => type)).toContain(
			"stream-exec-global-window-aggregate_1",
		);
		expect(relations).toBeUndefined();
	});

	test("of several directories at once is each one's own", async () => {
		const folders = [1, 2, 3].map((n) => ({ "2_views/more.sql": `CREATE VIEW more${n} AS SELECT * FROM minutes;` }));
		const all = await Promise.all(folders.map((changes) => compile(changes)));
		expect(all.map(({ relations }) => relations.some(({ name }) => name === "more2"))).toEqual([false, true, false]);
	});
});

describe("SQL that is wrong", () => {
	test("is told with its places, all at once", async () => {
		const error = await compile({
			"2_views/a.sql": "CREATE VIEW a AS\nSELECT sensr\nFROM readings;",
			"2_views/b.sql": "CREATE VIEW b AS SELECT * FROM nothing;",
		}).catch((thrown) => thrown);
		expect(error).toBeInstanceOf(SqlError);
		expect(error.problems).toEqual([
			{
				file: "2_views/a.sql",
				line: 2,
				column: 8,
				endLine: 2,
				endColumn: 12,
				message: "Column 'sensr' not found in any table",
			},
			{ file: "2_views/b.sql", line: 1, column: 32, endLine: 1, endColumn: 38, message: "Object 'nothing' not found" },
		]);
		expect(error.message).toBe(error.problems.map(sayProblem).join("\n"));
	});

	test("is told where a placeholder has no property", async () => {
		const compiled = workbench.compile({ sql: sql(), properties: {} });
		await expect(compiled).rejects.toThrow(/^1_sources\/readings\.sql:8:\d+: \$\{ROWS\} has no property/);
	});

	test("leaves the process as it was", async () => {
		await compile({ "4_job.sql": "SELECT 1;" }).catch(() => {});
		expect((await compile()).relations).toHaveLength(3);
	});
});

test("a problem without a place is told without one", () => {
	const none = { line: null, column: null, endLine: null, endColumn: null, message: "wrong" };
	expect(sayProblem({ file: null, ...none })).toBe("wrong");
	expect(sayProblem({ file: "4_job.sql", ...none })).toBe("4_job.sql: wrong");
	expect(sayProblem({ file: "4_job.sql", ...none, line: 3, column: 1 })).toBe("4_job.sql:3:1: wrong");
});

test("an unknown request fails by its name, and the next one is answered", async () => {
	await expect(workbench.request("dance")).rejects.toThrow("There is no request");
	expect((await compile()).inserts).toHaveLength(1);
});

test("one that dies says so to all that wait, and to all that ask later", async () => {
	const other = await startWorkbench({ java, name: "The other" });
	const waiting = other.compile({ sql: sql(), properties: { ROWS: "5" } });
	other.child.kill();
	await expect(waiting).rejects.toThrow("The other was killed by SIGKILL");
	await expect(other.request("compile")).rejects.toThrow("The other was killed by SIGKILL");
	await other.stop();
});

test("leaves no file behind", async () => {
	const before = readdirSync(tmpdir()).filter((name) => name.startsWith("tidemark-workbench-"));
	const other = await startWorkbench({ java });
	await other.compile({ sql: sql(), properties: { ROWS: "5" } });
	await other.stop();
	const after = readdirSync(tmpdir()).filter((name) => name.startsWith("tidemark-workbench-"));
	expect(after.filter((name) => !before.includes(name))).toEqual([]);
});
