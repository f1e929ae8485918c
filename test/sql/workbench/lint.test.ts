import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { startProgress } from "../../../local/progress.ts";
import { setUpLinter } from "../../../local/setup.ts";
import { type Finding, lint } from "../../../sql/workbench/lint.ts";
import { lintCommand, sayLint } from "../../../sql/workbench/lint-command.ts";
import { sqlDir } from "../../../sql/workbench/properties.ts";
import { tempDir } from "../../local/support.ts";

let python: string;
beforeAll(async () => {
	python = await setUpLinter(startProgress());
});

/** A SQL directory with this one view. */
function withView(text: string): string {
	const dir = tempDir();
	cpSync(join(sqlDir, "2_views"), join(dir, "2_views"), { recursive: true });
	writeFileSync(join(dir, "2_views", "own.sql"), text);
	return dir;
}

const say = ({ line, column, rule }: Finding) => `${line}:${column} ${rule}`;

test("the repository's SQL is written as sql/.sqlfluff wants it", async () => {
	const { files, findings } = await lint(python, sqlDir);
	expect(findings).toEqual([]);
	expect(files).toContain("4_job.sql");
	expect(files).toContain("3_sinks/streams/bars.sql");
	expect(files).toContain("2_views/bars.sql");
});

describe("a badly written file", () => {
	const bad = `create view own as
SELECT symbol,price ,  Lower(symbol) AS Lowered
FROM trades
    WHERE price > 0;
`;
	const good = `CREATE VIEW own AS
SELECT symbol, price, LOWER(symbol) AS lowered
FROM trades
WHERE price > 0;
`;

	test("is found, with the place of each finding", async () => {
		const { findings, files } = await lint(python, withView(bad), { patterns: ["own"] });
		expect(files).toEqual(["2_views/own.sql"]);
		expect(new Set(findings.map(say))).toEqual(
			new Set([
				"1:1 CP01",
				"1:8 CP01",
				"1:17 CP01",
				"2:15 LT01",
				"2:20 LT01",
				"2:22 LT01",
				"2:24 CP03",
				"2:41 CP02",
				"4:1 LT02",
			]),
		);
		expect(findings.every(({ fixable }) => fixable)).toBe(true);
	});

	test("is rewritten by --fix, and no other file is", async () => {
		const dir = withView(bad);
		const result = await lint(python, dir, { fix: true });
		expect(result.fixed).toEqual(["2_views/own.sql"]);
		expect(result.findings).toEqual([]);
		expect(readFileSync(join(dir, "2_views", "own.sql"), "utf8")).toBe(good);
	});

	test("that cannot be parsed is left alone and told", async () => {
		const dir = withView("CREATE VIEW own AS SELEC symbol FROM trades;\n");
		const { fixed, findings } = await lint(python, dir, { patterns: ["own"], fix: true });
		expect(fixed).toEqual([]);
		expect(findings.map(({ rule }) => rule)).toEqual(["PRS"]);
	});
});

test("what Flink parses and sqlfluff's dialect does not by itself passes", async () => {
	const dir = withView(`CREATE VIEW own AS
SELECT
  symbol, FLOOR(event_time TO MINUTE) AS minute_start, TIMESTAMPADD(HOUR, 1, event_time) AS later,
  JSON_VALUE(payload, '$.price' RETURNING DOUBLE) AS price,
  event_time - INTERVAL '0.001' SECOND(1, 3) AS before, event_time + INTERVAL '1 12' DAY TO HOUR AS next_day
FROM TABLE(SESSION(TABLE trades PARTITION BY symbol, DESCRIPTOR(event_time), INTERVAL '5' MINUTE));
`);
	expect((await lint(python, dir, { patterns: ["own"] })).findings).toEqual([]);
});

test("a pattern that no file has, and a directory without SQL, are refused", async () => {
	await expect(lint(python, sqlDir, { patterns: ["bars", "candles"] })).rejects.toThrow(/No file in .* has candles/);
	const dir = tempDir();
	await expect(lint(python, dir)).rejects.toThrow(`${dir} holds no SQL`);
});

test("the command says what is left and what --fix would do", async () => {
	const finding = {
		file: "2_views/a.sql",
		line: 2,
		column: 1,
		rule: "LT02",
		message: "Expected indent.",
		fixable: true,
	};
	const found = { files: ["2_views/a.sql"], fixed: [], findings: [finding, { ...finding, fixable: false }] };
	expect(sayLint(found, false)).toBe(
		"2_views/a.sql:2:1: Expected indent. (LT02)\n2_views/a.sql:2:1: Expected indent. (LT02)\n" +
			"1 files, 2 findings; --fix puts 1 of them right",
	);
	expect(sayLint({ ...found, fixed: ["2_views/b.sql"], findings: [] }, true)).toBe(
		"2_views/b.sql: rewritten\n1 files, nothing to say",
	);
	expect(lintCommand().helpInformation()).toContain("--fix");
});
