/** Releases of real SQL, planned by Flink: what is in them, and which ids the next one has. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isUserError } from "../../../local/errors.ts";
import { startProgress } from "../../../local/progress.ts";
import { setUp } from "../../../local/setup.ts";
import { makeRelease } from "../../../sql/workbench/release-command.ts";
import { placeholdersIn, readReleaseDir } from "../../../sql/workbench/release-dir.ts";
import { startWorkbench, type Workbench } from "../../../sql/workbench/workbench.ts";
import { tempDir } from "../../local/support.ts";
import { manifestFile } from "../../support/manifest.ts";

const SOURCE = `CREATE TABLE ticks (
  symbol STRING, price DOUBLE, t TIMESTAMP_LTZ(3), WATERMARK FOR t AS t
) WITH ('connector' = 'tidemark-kinesis', 'stream' = '\${TRADES_STREAM}', 'aws.region' = 'us-east-1',
  'aws.endpoint' = 'http://127.0.0.1:9', 'scan.stream.initpos' = 'TRIM_HORIZON');
`;
const sink = (name: string) =>
	`CREATE TABLE ${name} (symbol STRING, n BIGINT) WITH ('connector' = 'kinesis', 'stream' = '${name}',
  'aws.region' = 'us-east-1', 'format' = 'json');
`;
const counted = (where: string) =>
	`INSERT INTO ${where} SELECT symbol, COUNT(*) FROM TABLE(TUMBLE(TABLE ticks, DESCRIPTOR(t), INTERVAL '1' MINUTE))
  GROUP BY symbol, window_start, window_end;`;
const highest = (where: string) =>
	`INSERT INTO ${where} SELECT symbol, CAST(MAX(price) AS BIGINT) FROM
  TABLE(TUMBLE(TABLE ticks, DESCRIPTOR(t), INTERVAL '5' MINUTE)) GROUP BY symbol, window_start, window_end;`;

let workbench: Workbench;
beforeAll(async () => {
	const { java } = await setUp(startProgress());
	workbench = await startWorkbench({ java });
}, 300_000);
afterAll(() => workbench?.stop());

/** A SQL directory with these INSERTs. */
function sqlWith(...inserts: string[]): string {
	const dir = tempDir();
	const files = {
		"1_sources/ticks.sql": SOURCE,
		"3_sinks/counts.sql": sink("counts"),
		"3_sinks/highs.sql": sink("highs"),
		"4_job.sql": `EXECUTE STATEMENT SET\nBEGIN\n${inserts.join("\n")}\nEND;\n`,
	};
	for (const [file, text] of Object.entries(files)) {
		mkdirSync(dirname(join(dir, file)), { recursive: true });
		writeFileSync(join(dir, file), text);
	}
	return dir;
}

function properties(stream = "trades-of-prod"): string {
	const file = join(tempDir(), "application_properties.json");
	const group = (PropertyGroupId: string, PropertyMap: Record<string, string>) => ({ PropertyGroupId, PropertyMap });
	const groups = [group("tidemark.runner", { "sql.location": "/x" }), group("tidemark.sql", { TRADES_STREAM: stream })];
	writeFileSync(file, JSON.stringify(groups));
	return file;
}

interface Node {
	id: number;
	type: string;
	description: string;
}
const nodesOf = (dir: string) => (JSON.parse(readFileSync(join(dir, "plan.json"), "utf8")) as { nodes: Node[] }).nodes;
const windowsOf = (dir: string) =>
	Object.fromEntries(
		nodesOf(dir)
			.filter(({ type }) => type.includes("global-window-aggregate"))
			.map(({ id, description }) => [/size=\[(.*?)\]/.exec(description)?.[1] ?? description, id]),
	);

describe("a release", () => {
	test("has the files, and a plan in which the placeholders have the values of the file", async () => {
		const dir = join(tempDir(), "1");
		const sql = sqlWith(counted("counts"));
		writeFileSync(join(sql, "notes.txt"), "no part of the job");
		const { outcome, operators } = await makeRelease(workbench, { sql, dir, properties: properties() });
		expect(outcome).toBeUndefined();
		expect(operators).toBe(nodesOf(dir).length);
		expect(readFileSync(join(dir, "1_sources/ticks.sql"), "utf8")).toBe(SOURCE);
		expect(existsSync(join(dir, "notes.txt"))).toBe(false);
		expect(readFileSync(join(dir, "plan.json"), "utf8")).toContain("trades-of-prod");
		expect(readReleaseDir(dir)).toMatchObject({ properties: { TRADES_STREAM: "trades-of-prod" }, highest: 0 });
	}, 120_000);

	test("after another keeps the ids of what did not change, also where an INSERT is put in front", async () => {
		const [first, second, third] = ["1", "2", "3"].map((name) => join(tempDir(), name)) as [string, string, string];
		const file = properties();
		await makeRelease(workbench, { sql: sqlWith(counted("counts")), dir: first, properties: file });
		const both = sqlWith(highest("highs"), counted("counts"));
		const { outcome } = await makeRelease(workbench, { sql: both, dir: second, properties: file, before: first });
		expect(outcome?.verdict).toBe("compatible");
		const [before, after] = [windowsOf(first), windowsOf(second)];
		expect(Object.keys(after)).toEqual(["5 min", "1 min"]);
		expect(after["1 min"]).toBe(before["1 min"]);
		const used = nodesOf(first).map(({ id }) => id);
		expect(used, "what is new has an id that nothing had").not.toContain(after["5 min"]);

		// The control: without the release before, the ids are others.
		await makeRelease(workbench, { sql: both, dir: third, properties: file });
		expect(windowsOf(third)["1 min"]).not.toBe(before["1 min"]);
	}, 240_000);

	test("that would lose state is not made, unless it is said that it may", async () => {
		const [first, second] = ["1", "2"].map((name) => join(tempDir(), name)) as [string, string];
		const file = properties();
		const sql = sqlWith(counted("counts"), highest("highs"));
		await makeRelease(workbench, { sql, dir: first, properties: file });
		const fewer = { sql: sqlWith(counted("counts")), dir: second, properties: file, before: first };
		const refused = makeRelease(workbench, fewer);
		await expect(refused).rejects.toSatisfy(isUserError);
		await expect(refused).rejects.toThrow(/^partly compatible.*5-minute window.* is gone.*--accept-state-loss/s);
		expect(existsSync(second)).toBe(false);
		const { outcome } = await makeRelease(workbench, { ...fewer, acceptStateLoss: true });
		expect(outcome?.verdict).toBe("partly compatible");
		expect(windowsOf(second)["1 min"]).toBe(windowsOf(first)["1 min"]);
		// An id that was used for something that is gone is not used again.
		expect(readReleaseDir(second).highest).toBeGreaterThanOrEqual(Math.max(...nodesOf(first).map(({ id }) => id)));
	}, 240_000);

	test("is never written over another", async () => {
		const dir = tempDir();
		writeFileSync(join(dir, "plan.json"), "{}");
		const request = { sql: sqlWith(counted("counts")), dir, properties: properties() };
		await expect(makeRelease(workbench, request)).rejects.toThrow(/is there already.*another name/);
		expect(readFileSync(join(dir, "plan.json"), "utf8")).toBe("{}");
	});

	test("before this one has to be a release", async () => {
		const request = { sql: sqlWith(counted("counts")), dir: join(tempDir(), "2"), properties: properties() };
		const before = tempDir();
		await expect(makeRelease(workbench, { ...request, before })).rejects.toThrow(/no release, it has no plan\.json/);
		writeFileSync(join(before, "plan.json"), "{}");
		writeFileSync(join(before, "release.json"), '{"highest":-1}');
		await expect(makeRelease(workbench, { ...request, before })).rejects.toThrow(/not as sql release writes it/);
	});
});

describe("the placeholders' values", () => {
	test("are read from a manifest too", () => {
		expect(placeholdersIn(manifestFile)).toMatchObject({ TRADES_STREAM: "tidemark-trades", LATENESS_SECONDS: "2" });
	});

	test.each([
		["no such file", undefined, /there is no such file/],
		["no groups", '{"a":1}', /has no property groups/],
		["broken JSON", "[{", /has no property groups/],
		["other groups", '[{"PropertyGroupId":"x","PropertyMap":{}}]', /has no property group tidemark\.sql/],
		["a ConfigMap of something else", "kind: ConfigMap\ndata: {a: b}\n", /has no property groups/],
	])("%s", (_, text, message) => {
		const file = join(tempDir(), "given");
		if (text !== undefined) writeFileSync(file, text);
		expect(() => placeholdersIn(file)).toThrow(message);
	});
});
