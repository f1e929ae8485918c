/** What `tidemark sql check` says, from the real planner: one warm workbench for all. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProgress } from "../../../../local/progress.ts";
import { setUp } from "../../../../local/setup.ts";
import { check } from "../../../../sql/workbench/check/check.ts";
import { sayFinding } from "../../../../sql/workbench/check/findings.ts";
import { sayCheck } from "../../../../sql/workbench/check-command.ts";
import { graphFiles } from "../../../../sql/workbench/graph/document.ts";
import { planOnce } from "../../../../sql/workbench/planner.ts";
import { offlineProperties, sqlDir } from "../../../../sql/workbench/properties.ts";
import { type Compile, startWorkbench, type Workbench } from "../../../../sql/workbench/workbench.ts";
import { tempDir } from "../../../local/support.ts";
import { type Edit, edited, smallSql } from "./support.ts";

/** A whole job is planned in some seconds, but not on a busy machine. */
const PLANNING = 180_000;

let workbench: Workbench;
beforeAll(async () => {
	const { java } = await setUp(startProgress());
	workbench = await startWorkbench({ java });
});
afterAll(() => workbench?.stop());

/** The findings as they are printed. */
async function said(dir: string): Promise<string[]> {
	const { findings, files } = await check(workbench, dir);
	return findings.map((finding) => sayFinding(finding, (file) => files.find((each) => each.file === file)?.text));
}

const placeholder = (name: string) => `\${${name}}`;
const watermark = `WATERMARK FOR plausible_time AS plausible_time - INTERVAL '${placeholder("LATENESS_SECONDS")}' SECOND(3, 3)`;

describe("the repository's SQL", () => {
	test("has nothing wrong with it, nor anything to warn of", { timeout: PLANNING }, async () => {
		expect(sayCheck(await check(workbench, sqlDir), 1)).toMatch(/^\d+ files: 0 errors, 0 warnings/);
	});

	test("is drawn as it is: run npx tidemark sql graph if not", { timeout: PLANNING }, async () => {
		const compiled = await workbench.compile({ sql: sqlDir, properties: offlineProperties() });
		for (const { path, text } of await graphFiles(sqlDir, compiled)) expect(readFileSync(path, "utf8")).toBe(text);
	});
});

test("a plan whose addresses are put in afterwards is the one with them compiled in", {
	timeout: PLANNING,
}, async () => {
	const addresses = {
		KINESIS_ENDPOINT: "http://127.0.0.1:4566",
		GLUE_ENDPOINT: "http://127.0.0.1:4566",
		S3_ENDPOINT: "http://127.0.0.1:4566",
		LAKE_WAREHOUSE: "s3://a-lake-of-this-run/lake",
	};
	const what = { sql: sqlDir, properties: { ...offlineProperties(), ...addresses } };
	const { plan = "" } = await workbench.compile({ ...what, plan: true, describe: false });
	expect(plan).toContain(addresses.LAKE_WAREHOUSE);
	// Flink counts operators on from plan to plan.
	const fromOne = (text: string) => {
		const least = Math.min(...[...text.matchAll(/"id" : (\d+)/g)].map(([, id]) => Number(id)));
		return text.replace(/"(id|source|target)" : (\d+)/g, (_, name, id) => `"${name}" : ${Number(id) - least + 1}`);
	};
	const compiled: string[] = [];
	const kept = { dir: tempDir() };
	const compile = (asked: Compile) => {
		compiled.push(JSON.stringify(asked.properties));
		return workbench.compile(asked);
	};
	for (const _ of [1, 2]) expect(fromOne(await planOnce(what, compile, kept))).toBe(fromOne(plan));
	expect(compiled).toHaveLength(1);
	expect(compiled[0]).not.toMatch(/4566|a-lake-of-this-run/);
});

describe("ten broken directories, each the repository's with one edit", () => {
	test.each<[string, Edit, string[]]>([
		[
			"a typo",
			["2_views/bars_5m.sql", "FROM TABLE(", "FORM TABLE("],
			[
				`2_views/bars_5m.sql:13:1: error: FORM cannot stand here
  13 | FORM TABLE(TUMBLE(TABLE bars_1m, DESCRIPTOR(bar_time), INTERVAL '5' MINUTE))
     | ^^^^
  = did you mean FROM?`,
			],
		],
		[
			"a missing column",
			["2_views/bars.sql", "volume > 0", "volum > 0"],
			[
				`2_views/bars.sql:6:13: error: There is no column volum
  6 |   CASE WHEN volum > 0 THEN CAST(notional AS DOUBLE) / volume END AS vwap,
    |             ^^^^^
  = a column of all_bars; did you mean volume?`,
			],
		],
		[
			"wrong types",
			["2_views/bars_1m.sql", "SUM(`size`)", "SUM(symbol)"],
			[
				`2_views/bars_1m.sql:10:3: error: SUM cannot be applied here: SUM(STRING)
  10 |   SUM(symbol) AS volume,
     |   ^^^^^^^^^^^
  = SUM(NUMERIC)`,
			],
		],
		[
			"a cycle",
			["2_views/bars_5m.sql", "TABLE bars_1m", "TABLE bars_1d"],
			[
				`2_views/bars_5m.sql:13:25: error: Relations read one another in a circle: bars_1d reads bars_1h reads bars_5m reads bars_1d
  13 | FROM TABLE(TUMBLE(TABLE bars_1d, DESCRIPTOR(bar_time), INTERVAL '5' MINUTE))
     |                         ^^^^^^^
  = one of them reads something else`,
			],
		],
		[
			"no watermark",
			["1_sources/trades.sql", `,\n  ${watermark}`, ""],
			[
				`error: No source and no sink uses the property LATENESS_SECONDS
  = ${placeholder("LATENESS_SECONDS")} in a file of 1_sources or 3_sinks, or no such property (infra/properties.ts, or properties.json of another directory)`,
				`1_sources/trades.sql:6:14: warning: The source trades has no watermark: no window over it ever closes
  6 | CREATE TABLE trades (
    |              ^^^^^^
  = WATERMARK FOR event_time AS event_time - INTERVAL '2' SECOND, after its columns`,
				`2_views/checked.sql:41:5: error: CURRENT_WATERMARK takes a column on which there is a watermark, but this is a plain TIMESTAMP_LTZ(3)
  41 |     CURRENT_WATERMARK(plausible_time) AS watermark_before,
     |     ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = a source with WATERMARK FOR this column AS …, and nothing between that changes the column`,
			],
		],
		[
			"two relations in one file",
			["2_views/bars_5m.sql", "window_time;", "window_time;\n\nCREATE VIEW bars_15m AS SELECT * FROM bars_5m;"],
			[
				`2_views/bars_5m.sql:16:1: error: A second statement in this file
  16 | CREATE VIEW bars_15m AS SELECT * FROM bars_5m;
     | ^
  = one relation a file: move this one into a file of its own, named after it`,
			],
		],
		[
			"an unknown function",
			["2_views/bars_5m.sql", "EARLIEST(", "EARLIST("],
			[
				`2_views/bars_5m.sql:5:3: error: There is no function EARLIST
  5 |   EARLIST(\`open\`, bar_start) AS \`open\`,
    |   ^^^^^^^^^^^^^^^^^^^^^^^^^^
  = did you mean EARLIEST?`,
			],
		],
		[
			"a bad placeholder",
			["1_sources/trades.sql", "TRADES_STREAM", "TRADES_STREM"],
			[
				`1_sources/trades.sql:39:15: error: There is no property TRADES_STREM
  39 |   'stream' = '\${TRADES_STREM}',
     |               ^^^^^^^^^^^^^^^
  = did you mean TRADES_STREAM?`,
			],
		],
		[
			"an unclosed string",
			["1_sources/trades.sql", "'tidemark-kinesis',", "'tidemark-kinesis,"],
			[
				`1_sources/trades.sql:38:17: error: A string begins here and is not closed
  38 |   'connector' = 'tidemark-kinesis,
     |                 ^^^^^^^^^^^^^^^^^^
  = a ' at its end`,
			],
		],
		[
			"an INSERT outside the job",
			["2_views/rejects.sql", "IS NOT NULL;", "IS NOT NULL;\n\nINSERT INTO lake.rejects SELECT * FROM rejects;"],
			[
				`2_views/rejects.sql:19:1: error: An INSERT outside the job
  19 | INSERT INTO lake.rejects SELECT * FROM rejects;
     | ^
  = 4_job.sql holds every INSERT, between BEGIN and END: move it there`,
			],
		],
	])("%s", { timeout: PLANNING }, async (_, edit, expected) => {
		expect(await said(edited(...edit))).toEqual(expected);
	});
});

describe("also", () => {
	test.each<[string, Edit, RegExp]>([
		[
			"a misspelled relation",
			["2_views/rejects.sql", "FROM checked", "FROM cheked"],
			/^2_views\/rejects\.sql:16:6: error: There is no relation cheked[\s\S]*= did you mean checked\?$/,
		],
		[
			"a misspelled keyword that reads like a name",
			["2_views/bars_5m.sql", "GROUP BY", "GROPU BY"],
			/^2_views\/bars_5m\.sql:14:1: error: GROPU cannot stand here[\s\S]*= did you mean GROUP\?$/,
		],
		[
			"a misspelled type",
			["1_sources/trades.sql", "  price DOUBLE", "  price DOUBEL"],
			/^1_sources\/trades\.sql:10:9: error: There is no type DOUBEL[\s\S]*= did you mean DOUBLE\?$/,
		],
		[
			"a comma too many",
			["2_views/bars_5m.sql", "AS previous_close\n", "AS previous_close,\n"],
			/^2_views\/bars_5m\.sql:12:54: error: A comma stands before FROM[\s\S]*= no comma: FROM ends the list$/,
		],
		[
			"a comma too few",
			["2_views/bars_5m.sql", "MIN(low) AS low,", "MIN(low) AS low"],
			/^2_views\/bars_5m\.sql:8:3: error: LATEST cannot stand here[\s\S]*= a comma before LATEST, or one of/,
		],
		[
			"a bracket too few",
			["2_views/bars_5m.sql", "MAX(high)", "MAX(high"],
			/^2_views\/bars_5m\.sql:6:12: error: AS cannot stand here[\s\S]*= a \) before AS$/,
		],
		[
			"a keyword as a name",
			["2_views/bars_5m.sql", "EARLIEST(`open`,", "EARLIEST(open,"],
			/^2_views\/bars_5m\.sql:5:12: error: open is a keyword of SQL[\s\S]*= as a name it is written `open`$/,
		],
		[
			"a column that is not grouped",
			["2_views/bars_5m.sql", "GROUP BY symbol, ", "GROUP BY "],
			/^2_views\/bars_5m\.sql:4:3: error: symbol is neither in GROUP BY nor inside an aggregate function/,
		],
		[
			"a property without a placeholder",
			["1_sources/trades.sql", placeholder("SHARD_IDLE_SECONDS"), "5"],
			/^error: No source and no sink uses the property SHARD_IDLE_SECONDS\n {2}= \$\{SHARD_IDLE_SECONDS\} in a file/,
		],
		[
			"a placeholder in a view",
			["2_views/rejects.sql", "ELSE 'late'", `ELSE '${placeholder("LATE")}'`],
			/^2_views\/rejects\.sql:8:11: error: \$\{LATE\}: a placeholder can stand in 1_sources and 3_sinks only/,
		],
		[
			"something else in the job",
			["4_job.sql", "\nEND;", "\nEND;\nSELECT 1;"],
			/^4_job\.sql:\d+:1: error: Expected SET 'key' = 'value'; or the one EXECUTE STATEMENT SET BEGIN … END;/,
		],
	])("%s", { timeout: PLANNING }, async (_, edit, expected) => {
		const all = await said(edited(...edit));
		expect(all).toHaveLength(1);
		expect(all[0]).toMatch(expected);
	});

	test("a file whose name is not its relation", { timeout: PLANNING }, async () => {
		const all = await said(edited("2_views/bars_5m.sql", "CREATE VIEW bars_5m", "CREATE VIEW bars_five"));
		expect(all.map((each) => each.split("\n")[0])).toEqual([
			expect.stringMatching(/^2_views\/all_bars\.sql:\d+:\d+: error: There is no relation bars_5m$/),
			"2_views/bars_1h.sql:13:25: error: There is no relation bars_5m",
			"2_views/bars_5m.sql:2:13: error: This file creates bars_five, but its name says bars_5m",
		]);
		expect(all[1]).toContain("= bars_five, which is what 2_views/bars_5m.sql creates");
	});
});

describe("a job of another kind", () => {
	const spending = (sql: string, more = {}) =>
		smallSql({ "2_views/spending.sql": `-- One row: what was spent.\nCREATE VIEW spending AS\n${sql};`, ...more });

	test("has nothing wrong with it", async () => {
		expect(await said(spending("SELECT customer, amount FROM orders"))).toEqual([]);
	});

	test("an INSERT whose columns do not fit names both sides", async () => {
		const wrong =
			"EXECUTE STATEMENT SET\nBEGIN\n  INSERT INTO `out`.results SELECT amount, customer FROM spending;\nEND;";
		expect(await said(spending("SELECT customer, amount FROM orders", { "4_job.sql": wrong }))).toEqual([
			`4_job.sql:3:1: error: Column 1 of this INSERT is amount DOUBLE, but out.results has customer STRING there
  3 |   INSERT INTO \`out\`.results SELECT amount, customer FROM spending;
    |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  = columns go by position, in the order of the sink: customer, amount; customer is number 2 here`,
		]);
	});

	test("a sink that is misspelled, with a name that is a keyword", async () => {
		const wrong =
			"EXECUTE STATEMENT SET\nBEGIN\n  INSERT INTO `out`.result SELECT customer, amount FROM spending;\nEND;";
		const [first, ...others] = await said(spending("SELECT customer, amount FROM orders", { "4_job.sql": wrong }));
		expect(first).toContain("= did you mean out.results?");
		expect(others).toEqual([]);
	});

	test("a connector that there is not", async () => {
		const sink = "CREATE TABLE `out`.results (customer STRING, amount DOUBLE) WITH ('connector' = 'blackhol');";
		const all = await said(spending("SELECT customer, amount FROM orders", { "3_sinks/out/results.sql": sink }));
		expect(all).toHaveLength(1);
		expect(all[0]).toMatch(
			/^3_sinks\/out\/results\.sql:1:81: error: There is no connector blackhol\n[\s\S]*= did you mean blackhole\?$/,
		);
	});

	test("relations that nobody reads, sinks that nobody writes, and a file that does not say what a row is", async () => {
		const dir = spending("SELECT customer, amount FROM orders", {
			"2_views/unread.sql": "CREATE VIEW unread AS SELECT customer FROM orders;",
			"3_sinks/out/unwritten.sql": "CREATE TABLE `out`.unwritten (customer STRING) WITH ('connector' = 'blackhole');",
		});
		expect(await said(dir)).toEqual([
			`2_views/unread.sql:1:13: warning: Nothing reads unread
  1 | CREATE VIEW unread AS SELECT customer FROM orders;
    |             ^^^^^^
  = a view or an INSERT in 4_job.sql that reads it, or no such file`,
			`2_views/unread.sql:1: warning: No comment says what a row of unread is
  1 | CREATE VIEW unread AS SELECT customer FROM orders;
  = -- One row: … Key: … Time: … (tidemark sql graph shows it)`,
			expect.stringMatching(/^3_sinks\/out\/unwritten\.sql:1:14: warning: Nothing is written into out\.unwritten\n/),
		]);
	});

	describe("state", () => {
		const rates = `-- One row: a rate. Key: customer.
CREATE TABLE rates (customer STRING, rate DOUBLE, rated_at TIMESTAMP_LTZ(3), WATERMARK FOR rated_at AS rated_at)
WITH ('connector' = 'datagen');`;
		const withRates = { "1_sources/rates.sql": rates };

		test.each([
			[
				"a join",
				"SELECT o.customer, o.amount\nFROM orders AS o\nJOIN rates AS r ON r.customer = o.customer",
				/^2_views\/spending\.sql:5:1: warning: State grows without bound: the join keeps every row of both sides for ever[\s\S]*\n {2}5 \| JOIN rates AS r ON r\.customer = o\.customer;\n/,
				withRates,
			],
			[
				"GROUP BY without a window",
				"SELECT customer, SUM(amount) AS amount\nFROM orders\nGROUP BY customer",
				/^2_views\/spending\.sql:5:1: warning: State grows without bound: the group aggregate keeps a total for every key/,
				{},
			],
			[
				"SELECT DISTINCT",
				"SELECT DISTINCT customer, amount\nFROM orders",
				/^2_views\/spending\.sql:3:8: warning: State grows without bound: the group aggregate/,
				{},
			],
			[
				"ROW_NUMBER",
				"SELECT customer, amount FROM (\n  SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY proc_time) AS n FROM orders\n) WHERE n = 1",
				/^2_views\/spending\.sql:4:13: warning: State grows without bound: the deduplicate remembers every key/,
				{},
			],
			[
				"the first three of each key",
				"SELECT customer, amount FROM (\n  SELECT *, ROW_NUMBER() OVER (PARTITION BY customer ORDER BY amount) AS n FROM orders\n) WHERE n <= 3",
				/^2_views\/spending\.sql:4:13: warning: State grows without bound: the rank keeps rows of every key/,
				{},
			],
			[
				"a distinct count over all that was",
				"SELECT customer, CAST(COUNT(DISTINCT order_id) OVER (PARTITION BY customer ORDER BY ordered_at) AS DOUBLE) AS amount\nFROM orders",
				/^2_views\/spending\.sql:3:23: warning: State grows without bound: the over aggregate keeps every value that COUNT\(DISTINCT\) ever saw/,
				{},
			],
			[
				"OVER by a key that is new with each row",
				"SELECT customer, LAG(amount) OVER (PARTITION BY customer, order_id ORDER BY ordered_at) AS amount\nFROM orders",
				/^2_views\/spending\.sql:3:18: warning: State grows without bound: the over aggregate keeps something for every order_id, customer,/,
				{},
			],
			[
				"a pattern without an end",
				"SELECT customer, amount FROM orders MATCH_RECOGNIZE (\n  PARTITION BY customer ORDER BY ordered_at MEASURES B.amount AS amount\n  PATTERN (A B) DEFINE B AS B.amount > A.amount)",
				/^2_views\/spending\.sql:3:37: warning: State grows without bound: the match keeps patterns/,
				{},
			],
		])("%s is told with its clause", async (_, sql, expected, more) => {
			const all = await said(spending(sql, more));
			expect(all).toHaveLength(1);
			expect(all[0]).toMatch(expected);
		});

		test("is bounded by a window, a bound on time, a lookup, WITHIN, or a constant size for each key", async () => {
			const bounded = [
				"SELECT customer, SUM(amount) AS amount FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered_at), INTERVAL '1' HOUR)) GROUP BY customer, window_start, window_end",
				"SELECT o.customer, o.amount FROM orders AS o JOIN rates AS r ON r.customer = o.customer AND r.rated_at BETWEEN o.ordered_at - INTERVAL '1' HOUR AND o.ordered_at",
				"SELECT customer, LAG(amount) OVER (PARTITION BY customer ORDER BY ordered_at) AS amount FROM orders",
				"SELECT customer, SUM(amount) OVER (PARTITION BY customer ORDER BY ordered_at RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW) AS amount FROM orders",
				"SELECT customer, amount FROM orders MATCH_RECOGNIZE (PARTITION BY customer ORDER BY ordered_at MEASURES B.amount AS amount PATTERN (A B) WITHIN INTERVAL '1' HOUR DEFINE B AS B.amount > A.amount)",
				"SELECT CAST(NULL AS STRING) AS customer, SUM(amount) AS amount FROM orders",
			];
			for (const sql of bounded) {
				const all = await said(spending(sql, sql.includes("rates") ? withRates : {}));
				expect({ sql, all }).toEqual({ sql, all: [] });
			}
		});

		test("is bounded by a time-to-live, of all or of one operator", async () => {
			const grouped = "SELECT customer, SUM(amount) AS amount\nFROM orders\nGROUP BY customer";
			const distinct =
				"SELECT customer, CAST(COUNT(DISTINCT order_id) OVER (PARTITION BY customer ORDER BY ordered_at) AS DOUBLE) AS amount FROM orders";
			for (const sql of [grouped, distinct]) {
				const dir = spending(sql);
				const job = readFileSync(join(dir, "4_job.sql"), "utf8");
				writeFileSync(join(dir, "4_job.sql"), `SET 'table.exec.state.ttl' = '1 d';\n${job}`);
				expect(await said(dir)).toEqual([]);
			}
			const joined =
				"SELECT /*+ STATE_TTL('o' = '1d', 'r' = '2d') */ o.customer, o.amount FROM orders AS o JOIN rates AS r ON r.customer = o.customer";
			expect(await said(spending(joined, withRates))).toEqual([]);
		});
	});
});
