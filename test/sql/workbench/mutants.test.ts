import { expect, test } from "vitest";
import { mutantsOf } from "../../../sql/workbench/mutants.ts";
import { tokens } from "../../../sql/workbench/tokens.ts";

const changes = (select: string) => mutantsOf(`-- a < b\nCREATE VIEW v AS\n${select};\n`).map(({ change }) => change);

test("tokens are what is neither blank nor comment", () => {
	const text = "SELECT 'it''s -- a' /* b */ AS `x y`, 1.5E3 -- c\n<= a||b";
	expect(tokens(text).map((token) => token.text)).toEqual([
		"SELECT",
		"'it''s -- a'",
		"AS",
		"`x y`",
		",",
		"1.5E3",
		"<=",
		"a",
		"||",
		"b",
	]);
	for (const { text: piece, start, end } of tokens(text)) expect(text.slice(start, end)).toBe(piece);
});

test.each([
	["a < b", "a < b → a <= b"],
	["a <= b", "a <= b → a < b"],
	["a > b", "a > b → a >= b"],
	["a >= b", "a >= b → a > b"],
	["a = b", "a = b → a <> b"],
	["a <> b", "a <> b → a = b"],
	["a AND b", "a AND b → a OR b"],
	["a OR b", "a OR b → a AND b"],
	["a + b", "a + b → a - b"],
	["a - b", "a - b → a + b"],
	["a * b", "a * b → a / b"],
	["a + 5", "+ 5 → + 6"],
	["a + INTERVAL '0.001' SECOND(1, 3)", "INTERVAL '0.001' SECOND → INTERVAL '0.002' SECOND"],
	["MAX(a)", "MAX(a → MIN(a"],
	["EARLIEST(a, b)", "EARLIEST(a → LATEST(a"],
	["SUM(a)", "SUM(a → MAX(a"],
	["COALESCE(f(a, b), c)", "SELECT COALESCE(f(a, b), c) → SELECT COALESCE(c, f ( a , b ))"],
	["NOT a", "NOT → nothing"],
	["a IS NULL", "a IS NULL → a IS NOT NULL"],
	["a IS NOT NULL", "a IS NOT NULL → a IS NULL"],
	["ABS(a)", "ABS(a) → (a)"],
	["LAG(a) OVER (PARTITION BY x, y ORDER BY t)", "PARTITION BY x, y → PARTITION BY y"],
	["LAG(a) OVER (PARTITION BY x, y ORDER BY t)", "PARTITION BY x, y → PARTITION BY x"],
	["LAG(a) OVER (PARTITION BY x ORDER BY t)", "PARTITION BY x → nothing"],
	["f(a) OVER (PARTITION BY x), g(a) OVER (PARTITION BY x)", "PARTITION BY x → nothing, everywhere"],
	["FLOOR(a TO MINUTE)", "TO MINUTE) → TO HOUR)"],
	["CASE WHEN a THEN b WHEN c THEN d END", "WHEN a THEN b → nothing"],
	["CASE WHEN a THEN b WHEN c THEN d END", "WHEN c THEN d → nothing"],
	["MAX(high), MIN(low)", "(high) → (`low`)"],
	["open, high FROM a", "SELECT open, → SELECT `high` AS `open`,"],
	["COUNT(*) FILTER (WHERE a) AS b", "FILTER (WHERE a) → nothing"],
	["* FROM a WHERE b IS NULL GROUP BY c", "WHERE b IS NULL → nothing"],
	["* FROM a UNION ALL SELECT * FROM b", "UNION ALL SELECT * FROM b → nothing"],
	["* FROM a UNION ALL SELECT * FROM b", "SELECT * FROM a UNION ALL → nothing"],
])("SELECT %s: %s", (select, change) => {
	expect(changes(`SELECT ${select}`)).toContain(change);
});

test.each([
	"*",
	"COUNT(*)",
	"'a < b AND 5'",
	"a -- b < c",
	"CAST(a AS DECIMAL(19, 6))",
	"CASE WHEN a THEN b ELSE c END",
	"a AS high, b AS low",
])("SELECT %s has no mutants", (select) => {
	expect(changes(`SELECT ${select}`)).toEqual([]);
});

test("AND of a BETWEEN is no condition", () => {
	expect(changes("SELECT a BETWEEN b AND c")).toEqual([]);
	expect(changes("SELECT a BETWEEN b AND c AND d")).toContain("c AND d → c OR d");
});

test("a mutant is the statement with one change, at its line", () => {
	expect(mutantsOf("CREATE VIEW v AS\nSELECT a\nFROM b\nWHERE c > 0; \n")).toEqual([
		{ line: 4, change: "WHERE c > 0 → nothing", sql: "CREATE VIEW v AS\nSELECT a\nFROM b\n" },
		{ line: 4, change: "c > 0 → c >= 0", sql: "CREATE VIEW v AS\nSELECT a\nFROM b\nWHERE c >= 0" },
		{ line: 4, change: "> 0 → > 1", sql: "CREATE VIEW v AS\nSELECT a\nFROM b\nWHERE c > 1" },
	]);
});
