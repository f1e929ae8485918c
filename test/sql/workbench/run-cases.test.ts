import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProgress } from "../../../local/progress.ts";
import { setUp } from "../../../local/setup.ts";
import { readCaseFile } from "../../../sql/workbench/cases.ts";
import { mutate } from "../../../sql/workbench/mutate.ts";
import { offlineProperties } from "../../../sql/workbench/properties.ts";
import { runCases } from "../../../sql/workbench/run-cases.ts";
import { startWorkbench, type Workbench } from "../../../sql/workbench/workbench.ts";
import { tempDir } from "../../local/support.ts";

/** Readings of sensors, and views of them that depend on what nothing should depend on. */
const FILES: Record<string, string> = {
	"properties.json": '{"LATENESS_SECONDS":"2"}',
	"1_sources/readings.sql": `CREATE TABLE readings (
  sensor STRING,
  \`time\` TIMESTAMP_LTZ(3),
  \`value\` DOUBLE,
  parse_error STRING METADATA VIRTUAL,
  doubled AS \`value\` * 2,
  proc_time AS PROCTIME(),
  WATERMARK FOR \`time\` AS \`time\` - INTERVAL '\${LATENESS_SECONDS}' SECOND(3, 3)
) WITH ('connector' = 'tidemark-kinesis', 'stream' = 'readings', 'aws.region' = 'us-east-1');`,
	"2_views/highest.sql": `CREATE VIEW highest AS
SELECT sensor, window_start, MAX(\`value\`) AS \`value\`, MAX(doubled) AS doubled
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(\`time\`), INTERVAL '1' MINUTE))
GROUP BY sensor, window_start, window_end;`,
	"2_views/first_to_come.sql": `CREATE VIEW first_to_come AS
SELECT sensor, FIRST_VALUE(\`value\`) AS \`value\`
FROM TABLE(TUMBLE(TABLE readings, DESCRIPTOR(\`time\`), INTERVAL '1' MINUTE))
GROUP BY sensor, window_start, window_end;`,
	"2_views/progressing.sql": `CREATE VIEW progressing AS
SELECT \`value\`, CURRENT_WATERMARK(\`time\`) AS reached FROM readings;`,
	"2_views/befores.sql": `CREATE VIEW befores AS
SELECT \`value\`, LAG(\`value\`) OVER (ORDER BY proc_time) AS previous FROM readings;`,
	"2_views/totals.sql": `CREATE VIEW totals AS
SELECT sensor, SUM(\`value\`) AS total FROM readings GROUP BY sensor;`,
	"4_job.sql": "EXECUTE STATEMENT SET BEGIN INSERT INTO nowhere SELECT * FROM totals; END;",
};

let workbench: Workbench;
beforeAll(async () => {
	const { java } = await setUp(startProgress());
	workbench = await startWorkbench({ java });
});
afterAll(() => workbench?.stop());

function sqlOf(files: Record<string, string> = FILES): string {
	const dir = tempDir();
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(join(dir, file, ".."), { recursive: true });
		writeFileSync(join(dir, file), text);
	}
	return dir;
}

/** What fails of one case, whose text is without its name. */
async function failures(text: string, changed?: Record<string, string>): Promise<string> {
	const sql = sqlOf();
	const indented = text.trim().replace(/^/gm, "    ");
	writeFileSync(join(sql, "case.yaml"), `cases:\n  - name: it\n${indented}\n`);
	const options = { workbench, sql, ...(changed ? { changed } : {}) };
	const [result] = await runCases(readCaseFile(join(sql, "case.yaml")), options);
	return result?.failures.join("\n") ?? "it did not run";
}

const TWO = `
given:
  readings:
    - { sensor: a, time: 09:30:01, value: 1 }
    - { sensor: a, time: 09:30:02, value: 2 }
`;

describe("a case", () => {
	test("holds in all orders, in batch mode and in parallel", async () => {
		expect(
			await failures(`${TWO}expect: { highest: [{ sensor: a, window_start: 09:30, value: 2, doubled: 4 }] }`),
		).toBe("");
	});

	test("fails on a wrong value", async () => {
		const said = await failures(`${TWO}expect: { highest: [{ sensor: a, window_start: 09:30, value: 3 }] }`);
		expect(said).toMatch(/^as given:\n {2}highest {2}changed .*value: expected 3, found 2 {2}\(.*case\.yaml:7\)$/);
	});

	test("fails on a missing row", async () => {
		expect(await failures(`${TWO}expect: { highest: [{ value: 2 }, { sensor: b, value: 7 }] }`)).toMatch(
			/highest {2}missing {5}sensor=b value=7/,
		);
	});

	test("fails on a row too many, and where none is expected", async () => {
		expect(await failures(`${TWO}expect: { highest: [] }`)).toMatch(/highest {2}unexpected {2}sensor=a/);
	});

	test("fails where the result depends on the order of arrival", async () => {
		const said = await failures(`${TWO}expect: { first_to_come: [{ sensor: a, value: 1 }] }`);
		expect(said).toMatch(/^most out of order \(readings 2 1\):\n {2}first_to_come {2}/);
		expect(said).not.toContain("as given");
		expect(said).not.toContain("batch mode");
	});

	test("fails where the result is another one in batch mode", async () => {
		const expected = "expect: { progressing: [{ value: 1, reached: null }, { value: 2, reached: 09:29:59 }] }";
		const said = await failures(`${TWO}order: given\n${expected}`);
		expect(said).toMatch(
			/^batch mode:\n {2}progressing {2}changed {5}value=2 {2}reached: expected 09:29:59, found null/,
		);
		expect(await failures(`${TWO}order: given\nbatch: false\n${expected}`)).toBe("");
	});

	test("fails where the result is another one at parallelism 2", async () => {
		const rows = Array.from({ length: 400 }, (_, i) => ({ value: i, sensor: i % 2 ? "a" : "b", time: "09:30" }));
		const given = rows.map((row) => `    - ${JSON.stringify(row)}`).join("\n");
		const expected = rows
			.map(({ value }) => `    - { value: ${value}, previous: ${value === 0 ? "null" : value - 1} }`)
			.join("\n");
		const text = `given:\n  readings:\n${given}\nexpect:\n  befores:\n${expected}\norder: given\nbatch: false`;
		expect(await failures(text)).toMatch(/^parallelism 2:\n {2}befores/);
		expect(await failures(`${text}\nparallelism: false`)).toBe("");
	});

	test("compares what is left of a result that takes rows back", async () => {
		expect(await failures(`${TWO}expect: { totals: [{ sensor: a, total: 3 }] }`)).toBe("");
	});

	test("can begin and end at any relation", async () => {
		const given = "given:\n  highest:\n    - { sensor: a, window_start: 09:30, value: 1, doubled: 7 }";
		expect(await failures(`${given}\nexpect: { highest: [{ sensor: a, doubled: 7 }] }`)).toBe("");
	});

	test("takes records as they come through the stream's own decoder", async () => {
		const record = `'{"sensor":"a","time":"2024-01-02T09:30:00.000Z","value":"much"}'`;
		const text = `given:\n  readings:\n    - ${record}\nexpect:\n  readings:\n`;
		const error = 'value: "much" is not readable as DOUBLE (not a number)';
		expect(await failures(`${text}    - { sensor: a, value: null, parse_error: '${error}' }`)).toBe("");
	});

	test("sees the watermark of the shard that is furthest behind", async () => {
		const rows = [
			"{ sensor: a, time: 09:30:00, value: 1, shard: 0 }",
			"{ sensor: b, time: 09:20:00, value: 2, shard: 1 }",
			"{ sensor: a, time: 09:40:00, value: 3, shard: 0 }",
			"{ sensor: b, time: 09:21:00, value: 4, shard: 1 }",
			"{ sensor: a, time: 09:41:00, value: 5, shard: 0 }",
		];
		const expected = ["null", "null", "09:19:58", "09:19:58", "09:39:58"].map(
			(watermark, i) => `    - { value: ${i + 1}, reached: ${watermark} }`,
		);
		const given = rows.map((row) => `    - ${row}`).join("\n");
		const options = "shards: 2\norder: given\nbatch: false";
		expect(
			await failures(`${options}\ngiven:\n  readings:\n${given}\nexpect:\n  progressing:\n${expected.join("\n")}`),
		).toBe("");
	});

	test("has a lateness of its own", async () => {
		const expected = "expect: { progressing: [{ value: 1, reached: null }, { value: 2, reached: 09:29:51 }] }";
		expect(await failures(`${TWO}lateness: 10\norder: given\nbatch: false\n${expected}`)).toBe("");
	});

	test.each([
		[
			"a relation that there is not",
			`${TWO}expect: { lowest: [] }`,
			/there is no source or view lowest: there are befores, /,
		],
		[
			"a column that there is not",
			`${TWO}expect: { highest: [{ volume: 1 }] }`,
			/highest has no column volume: it has sensor,/,
		],
		[
			"a value that cannot be read",
			`${TWO.replace("value: 2", "value: much")}expect: { highest: [] }`,
			/case\.yaml:6: value: "much" is not readable as DOUBLE/,
		],
		[
			"rows that nothing reads",
			`${TWO}  highest: []\nexpect: { highest: [] }`,
			/readings is given, but nothing that is expected reads it/,
		],
	])("says with its place that it names %s", async (_, text, message) => {
		expect(await failures(text)).toMatch(message);
	});

	test("runs on views that are changed for it, and says what the planner refuses", async () => {
		const text = `${TWO}expect: { highest: [{ sensor: a, value: 1 }] }`;
		const change = (replaced: string, by: string) => ({
			highest: FILES["2_views/highest.sql"]?.replace(/;$/, "").replace(replaced, by) ?? "",
		});
		expect(await failures(text, change("MAX(`value`)", "MIN(`value`)"))).toBe("");
		expect(await failures(text, change("MAX(`value`)", "MAX(nothing)"))).toContain("the planner refuses it");
		expect(await failures(text)).toContain("expected 1, found 2"); // and the file's own view is back
	});
});

describe("mutants", () => {
	const cases = (text: string) => `cases:\n  - name: it\n${text.trim().replace(/^/gm, "    ")}\n`;
	const relation = { kind: "view", file: "2_views/highest.sql", reads: ["readings"] } as const;
	const rest = { columns: [], primaryKey: [], watermark: null, options: {}, comment: "" };
	const run = async (expected: string) => {
		const sql = sqlOf();
		writeFileSync(join(sql, "a.yaml"), cases(`${TWO}${expected}`));
		const relations = [{ ...relation, ...rest, name: "highest" }];
		return mutate({
			workbench,
			sql,
			relations: [...relations.map((each) => ({ ...each, reads: [...each.reads] }))],
			cases: readCaseFile(join(sql, "a.yaml")),
		});
	};

	test("are caught by what a case expects, and survive what it leaves out", async () => {
		const results = await run("expect: { highest: [{ sensor: a, value: 2 }] }");
		const outcome = (change: string) => results.find((each) => each.change.includes(change))?.outcome;
		expect(outcome("MIN(`value`")).toBe("caught");
		expect(outcome("MIN(doubled")).toBe("survived");
		expect(outcome("'2' MINUTE")).toBe("survived");
		expect(results.map(({ file }) => file)).toContain("2_views/highest.sql");
	});

	test("say nothing of cases that fail anyway", async () => {
		await expect(run("expect: { highest: [] }")).rejects.toThrow(/mend these first: it \(.*a\.yaml:2\)/);
	});
});

test("the properties of another directory are its own", () => {
	expect(offlineProperties(sqlOf())).toEqual({ LATENESS_SECONDS: "2" });
});
