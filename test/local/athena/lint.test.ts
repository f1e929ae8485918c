import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { type Finding, lintQueries } from "../../../local/athena/lint.ts";
import { lintCommand, named, sayFindings } from "../../../local/athena/lint-command.ts";
import { root } from "../../../local/paths.ts";
import { startProgress } from "../../../local/progress.ts";
import { setUpLinter, setUpTrinoParser } from "../../../local/setup.ts";
import { differences, remaining } from "../../trino/differences.ts";

/** Everything is held against both engines at once: Trino's parser takes seconds to start. */
async function lintAll(texts: readonly string[]): Promise<Map<string, Finding[]>> {
	const parser = await setUpTrinoParser(startProgress());
	const files = texts.map((text, i) => ({ file: `${i}.sql`, text }));
	const findings = await lintQueries(parser, files);
	return new Map(texts.map((text, i) => [text, findings.filter(({ file }) => file === `${i}.sql`)]));
}

const good = [
	"SELECT symbol, MAX(price) AS top FROM trades GROUP BY symbol ORDER BY top DESC;",
	"WITH parameters AS (SELECT 'SPY' AS s) SELECT COUNT(*) FROM trades CROSS JOIN parameters WHERE symbol = parameters.s",
	"SELECT 'a' || symbol, COALESCE(side, 'none'), NULLIF(size, 0) FROM trades",
	// A name that the tables have too is the column in both.
	'SELECT MAX(high) AS high FROM bars WHERE high > 5 GROUP BY "interval"',
	"SELECT place FROM (SELECT RANK() OVER (ORDER BY price) AS place FROM trades) AS t WHERE place = 1",
	"SELECT event_time + INTERVAL '5' MINUTE FROM trades OFFSET 2 LIMIT 5",
	"SELECT CAST(price AS DECIMAL(18, 6)), CAST(event_time AS TIMESTAMP(6)) FROM trades -- price::DOUBLE, CONCAT(a)",
	"SELECT 1 AS a UNION ALL SELECT 2 ORDER BY a",
];

const bad: [text: string, finding: RegExp, place?: [number, number]][] = [
	["SELECT\n  price::DOUBLE FROM trades", /Trino: mismatched input ':'/, [2, 8]],
	["SELECT symbol, FROM trades", /Trino: mismatched input 'FROM'/, [1, 16]],
	["SELECT symbol FROM trades LIMIT 5 OFFSET 2", /Trino: mismatched input 'OFFSET'/, [1, 35]],
	["SELECT symbol FROM trades WHERE symbol ILIKE 'a%'", /Trino: .*'ILIKE'/],
	["SELECT * EXCLUDE (price) FROM trades", /Trino: .*'EXCLUDE'/],
	["SELECT symbol FROM trades QUALIFY ROW_NUMBER() OVER (ORDER BY price) = 1", /Trino: /],
	["SELECT symbol, MAX(price) FROM trades GROUP BY ALL", /GROUP BY ALL is DuckDB's/, [1, 39]],
	["SELECT symbol FROM trades ORDER BY ALL", /ORDER BY ALL is DuckDB's/],
	["SELECT trades.symbol FROM trades SEMI JOIN bars ON trades.symbol = bars.symbol", /SEMI JOIN is DuckDB's/],
	["SELECT ? FROM trades", /a parameter is a column of the CTE/, [1, 8]],
	["SELECT CAST(price AS TEXT) FROM trades", /the type TEXT is not the same/],
	["SELECT CAST(price AS DECIMAL) FROM trades", /the type DECIMAL is not the same/],
	["SELECT CONCAT(symbol, side) FROM trades", /CONCAT of a NULL/, [1, 8]],
	["SELECT EPOCH_MS(event_time) FROM trades", /Trino has no function epoch_ms/, [1, 8]],
	["SELECT LEVENSHTEIN_DISTANCE(symbol, side) FROM trades", /DuckDB: .*levenshtein_distance/i],
	["SELECT symbol FROM trades WHERE event_time > NOW()", /now: a result must not depend on when/],
	["SELECT symbol FROM trades WHERE event_time > CURRENT_TIMESTAMP", /CURRENT_TIMESTAMP: a result must not depend/],
	["SELECT price AS p, p * 2 AS q FROM trades", /p is a name that this SELECT gives/, [1, 20]],
	["SELECT symbol AS s, COUNT(*) FROM trades GROUP BY s", /s is a name that this SELECT gives/, [1, 51]],
	["SELECT symbol, COUNT(*) AS n FROM trades GROUP BY symbol HAVING n > 1", /n is a name that this SELECT gives/],
	["WITH a AS (SELECT price FROM trades) SELECT price + 1 AS q FROM a WHERE q > 1", /q is a name that this/],
	["SELECT close FROM trades", /DuckDB: .*"close" not found/],
	["SELECT symbol FROM trade", /DuckDB: .*trade does not exist/],
	["SELECT symbol FROM tidemark.trades", /The query names tidemark.trades/],
	["SELECT symbol FRM trades WHERE", /syntax error/],
	["SELECT 1; SELECT 2", /goes on with SELECT after a semicolon/],
	["DROP TABLE trades", /begins with DROP/],
	["", /is empty/],
	["WITH parameters AS (SELECT 2.5 AS a) SELECT a FROM parameters", /The CTE parameters needs a literal/],
];

describe("what both understand", () => {
	test("passes, and everything else is found with its place", async () => {
		const shared = differences.map(({ sql }) => sql);
		const refused = remaining.filter((each) => each.refused);
		const found = await lintAll([...good, ...shared, ...bad.map(([text]) => text), ...refused.map(({ sql }) => sql)]);
		for (const text of [...good, ...shared]) expect(found.get(text), text).toEqual([]);
		for (const [text, message, place] of bad) {
			const findings = found.get(text) ?? [];
			const finding = findings.find((each) => message.test(each.message));
			expect(finding, `${text}\n${findings.map((each) => each.message).join("\n")}`).toBeDefined();
			if (place) expect([finding?.line, finding?.column], text).toEqual(place);
		}
		for (const { sql, what } of refused) expect(found.get(sql)?.length, what).toBeGreaterThan(0);
	});

	test("is what the named queries are, and they are written as sql/.sqlfluff wants it", async () => {
		expect(await lintQueries(await setUpTrinoParser(startProgress()), named())).toEqual([]);
		const python = await setUpLinter(startProgress());
		const { stdout, exitCode } = await execa(
			python,
			["-m", "sqlfluff", "lint", "--templater", "raw", ...named().map(({ file }) => file)],
			{ cwd: root, reject: false, env: { PYTHONWARNINGS: "ignore" } },
		);
		expect(stdout).not.toMatch(/^L: /m);
		expect(exitCode).toBe(0);
	}, 300_000); // which may install the linter
});

test("the command says where, and how much is left", () => {
	expect(sayFindings(1, [])).toBe("1 file, nothing to say");
	const findings = [
		{ file: "a.sql", line: 2, column: 3, message: "x" },
		{ file: "b.sql", message: "y" },
	];
	expect(sayFindings(2, findings)).toBe("a.sql:2:3: x\nb.sql: y\n2 files, 2 to put right");
	expect(lintCommand().helpInformation()).toContain("DuckDB and Athena");
});
