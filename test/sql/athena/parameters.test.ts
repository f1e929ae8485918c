import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { isUserError } from "../../../local/errors.ts";
import { readInstant } from "../../../sql/athena/literals.ts";
import { namedQueries, readNamed } from "../../../sql/athena/named.ts";
import { parametersIn, withValues } from "../../../sql/athena/parameters.ts";
import { memoryLake } from "./lake.ts";

const TEXT = `-- A row is nothing. Key: none.
-- Parameters: all kinds.
WITH parameters AS (
  SELECT
    'it''s' AS words, -- a comment, with a comma)
    -5 AS number,
    2.5E0 AS fraction,
    TRUE AS yes,
    DATE '2020-05-14' AS day,
    TIMESTAMP '2020-05-14 13:30:00 UTC' AS instant,
    CAST(NULL AS VARCHAR) AS needed
)
SELECT * FROM parameters`;

describe("a query's parameters", () => {
	test("are the literals of the CTE that opens it, with name and type", () => {
		expect(parametersIn(TEXT).map(({ name, type, written }) => [name, String(type), written])).toEqual([
			["words", "VARCHAR", "'it''s'"],
			["number", "BIGINT", "-5"],
			["fraction", "DOUBLE", "2.5E0"],
			["yes", "BOOLEAN", "TRUE"],
			["day", "DATE", "DATE '2020-05-14'"],
			["instant", "TIMESTAMP", "TIMESTAMP '2020-05-14 13:30:00 UTC'"],
			["needed", "VARCHAR", undefined],
		]);
	});

	test("are none where nothing of the kind opens it", () => {
		for (const text of ["", "SELECT 1", "WITH other AS (SELECT 1 AS a) SELECT 1", "WITH parameters (a) AS (SELECT 1)"])
			expect(parametersIn(text)).toEqual([]);
	});

	test.each([
		["SELECT 1 + 1 AS a", "a comma or the end", "AS in line 1, where + stands"],
		["SELECT 2.5 AS a", "", "a literal (VARCHAR, BIGINT, DOUBLE, BOOLEAN, DATE, TIMESTAMP)"],
		["SELECT CAST(NULL AS INTEGER) AS a", "", "where CAST stands"],
		["SELECT 1 a", "", "AS in line 1, where a stands"],
		["SELECT 1 AS 'a'", "", "the parameter's name"],
		["SELECT 1 AS a FROM t", "", "a comma or the end of the CTE in line 1, where FROM stands"],
		["VALUES (1)", "", "SELECT in line 1, where VALUES stands"],
		["SELECT 1 AS a, 2 AS A", "", "The parameter a is there twice"],
		["SELECT 1 AS", "", "the parameter's name in line 1, where ) stands"],
	])("of another form are refused with the place: %s", (select, _, message) => {
		const read = () => parametersIn(`WITH parameters AS (${select}) SELECT 1`);
		expect(read).toThrow(message);
		expect(read).toThrow(expect.toSatisfy(isUserError));
	});

	test("that end in the middle are refused", () => {
		expect(() => parametersIn("WITH parameters AS (\nSELECT 1 AS a\n")).toThrow("where the text ends");
	});
});

describe("values", () => {
	const needed = { needed: "x" };

	test("stand where the text's own stood, and nothing else changes", () => {
		const values = { words: "O'Hare; --", number: "+12", fraction: "-1000", yes: "false", day: "2024-02-29" };
		const text = withValues(TEXT, { ...values, ...needed, instant: "2020-05-14T09:30:00.5-04:00" });
		expect(text).toBe(
			TEXT.replace("'it''s'", "'O''Hare; --'")
				.replace("-5", "12")
				.replace("2.5E0", "-1E3")
				.replace("TRUE", "FALSE")
				.replace("DATE '2020-05-14'", "DATE '2024-02-29'")
				.replace("13:30:00 UTC", "13:30:00.500 UTC")
				.replace("CAST(NULL AS VARCHAR)", "'x'"),
		);
		expect(withValues(TEXT, needed)).toBe(TEXT.replace("CAST(NULL AS VARCHAR)", "'x'"));
	});

	test.each([
		["number", "2.5", "BIGINT, a whole number"],
		["number", "9223372036854775808", "BIGINT, a whole number"],
		["number", "", "BIGINT, a whole number"],
		["fraction", "much", "DOUBLE, a number"],
		["fraction", "Infinity", "DOUBLE, a number"],
		["fraction", " ", "DOUBLE, a number"],
		["yes", "1", "BOOLEAN, true or false"],
		["day", "2023-02-29", "DATE, a day such as 2020-05-14"],
		["day", "14.5.2020", "DATE, a day"],
		["instant", "2020-05-14T13:30:00", "TIMESTAMP, an instant with its offset"],
		["instant", "2020-05-14T25:30:00Z", "TIMESTAMP, an instant with its offset"],
	])("that the type cannot have are refused: %s=%s", (name, value, message) => {
		const give = () => withValues(TEXT, { ...needed, [name]: value });
		expect(give).toThrow(`The parameter ${name} is ${JSON.stringify(value)}, but it is a ${message}`);
	});

	test("of unknown names and of none are refused with those there are", () => {
		expect(() => withValues(TEXT, { ...needed, zone: "a", nubmer: "1" })).toThrow(
			"There is no parameter zone, nubmer in this query. It has words, number, fraction",
		);
		expect(() => withValues("SELECT 1", { a: "1" })).toThrow("It has none: they are columns of a CTE parameters");
		expect(() => withValues(TEXT, {})).toThrow("so they must be given: --param needed=VARCHAR");
	});

	test("come out of DuckDB as they were given, whatever they are", async () => {
		const { connection } = await memoryLake();
		const text =
			"WITH parameters AS (SELECT 'a' AS t, 1 AS n, 1E0 AS d, DATE '2000-01-01' AS day) SELECT * FROM parameters";
		const values = fc.record({
			t: fc.string({ unit: "grapheme" }).filter((t) => !t.includes("\0")),
			n: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String),
			d: fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
			day: fc
				.date({ min: new Date("1600-01-01"), max: new Date("9999-12-31"), noInvalidDate: true })
				.map((date) => date.toISOString().slice(0, 10)),
		});
		await fc.assert(
			fc.asyncProperty(values, async (given) => {
				const rows = await connection.runAndReadAll(withValues(text, given));
				const [t, n, d, day] = rows.getRowsJson()[0] ?? [];
				expect([t, String(n), Number(d), day]).toEqual([given.t, given.n, Number(given.d) + 0, given.day]);
			}),
			{ numRuns: 50 },
		);
	});
});

test("instants need an offset, days are their beginning in UTC", () => {
	expect(readInstant("2020-05-14")?.toISOString()).toBe("2020-05-14T00:00:00.000Z");
	expect(readInstant("2020-05-14 13:30+02:00")?.toISOString()).toBe("2020-05-14T11:30:00.000Z");
	expect(readInstant("2020-05-14T13:30:00.123456789z")?.toISOString()).toBe("2020-05-14T13:30:00.123Z");
	for (const wrong of ["", "yesterday", "2020-05-14T13:30", "2020-02-30T13:30Z", "2020-13-01", "20200514"])
		expect(readInstant(wrong)).toBeUndefined();
});

describe("the named queries", () => {
	test("are the files of sql/athena", () => {
		expect(namedQueries().map(({ name }) => name)).toEqual([
			"daily_ohlc",
			"data_quality",
			"gaps",
			"highest_per_hour",
			"positions",
			"rejects_by_hour",
			"top_movers",
			"volatility",
			"volume_by_exchange",
			"vwap",
		]);
	});

	test.each(namedQueries().map((query) => [query.name, query] as const))(
		"%s says what a row is, its key and every parameter",
		(_, { comment, parameters, text }) => {
			const said = comment.join(" ");
			expect(said).toMatch(/\. Key: [\w, ]+\./);
			const explained = said.split("Parameters: ")[1] ?? "";
			for (const { name, written } of parameters) {
				expect(explained).toMatch(new RegExp(`\\b${name}\\b`));
				expect(written).toBeDefined();
			}
			expect(parameters.length).toBeGreaterThan(0);
			expect(comment.length).toBeLessThanOrEqual(8);
			// Athena's limit for a named query.
			expect(Buffer.byteLength(text)).toBeLessThan(262_144);
		},
	);

	test("are read with the comment that opens them", () => {
		const { name, comment } = readNamed("some/where/x.sql", "-- One.\n--two\n\n-- three\nSELECT 1");
		expect([name, comment]).toEqual(["x", ["One.", "two"]]);
	});
});
