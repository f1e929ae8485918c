import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The functions of Trino 476, as SHOW FUNCTIONS lists them; npm run test:trino compares. */
export const trinoFunctions: ReadonlySet<string> = new Set(
	readFileSync(join(import.meta.dirname, "trino", "functions.txt"), "utf8")
		.trim()
		.split("\n"),
);

/** What Trino's grammar has as functions without listing them, or as something else that looks like one to its parser. */
export const grammar: ReadonlySet<string> = new Set(["coalesce", "nullif"]);

const NO_WALL_CLOCK = "a result must not depend on when it is asked for: take the time as a parameter";

/** Functions that both know and that mean something else in each, or that no query may have; with what to write instead. */
export const refused: ReadonlyMap<string, string> = new Map([
	["greatest", "with a NULL it is NULL in Trino, and the greatest of the others in DuckDB: write CASE"],
	["least", "with a NULL it is NULL in Trino, and the least of the others in DuckDB: write CASE"],
	["date_add", "Trino takes the unit first, DuckDB the date: write time + INTERVAL '1' HOUR"],
	[
		"regexp_extract",
		"where nothing matches it is NULL in Trino and an empty text in DuckDB: write REGEXP_LIKE or SUBSTR",
	],
	["regexp_replace", "Trino replaces every match, DuckDB the first: write REPLACE"],
	["contains", "Trino looks into arrays, DuckDB also into texts: write STRPOS(text, part) > 0"],
	["log", "with one argument it is Trino's no function and DuckDB's decimal logarithm: write LN or LOG10"],
	["array_agg", "its order is no promise, and lists are written differently: give rows"],
	["approx_distinct", "DuckDB has no such function, and estimates differ: write COUNT(DISTINCT x)"],
	["approx_percentile", "DuckDB has no such function, and estimates differ: number the rows with ROW_NUMBER()"],
	["format", "Trino's is Java's %s, DuckDB's is {}: write a || b"],
	["split_part", "past the last part it is NULL in Trino and an empty text in DuckDB: write SUBSTR with STRPOS"],
	["random", "a result must be the same whenever it is asked for"],
	["now", NO_WALL_CLOCK],
	["current_timestamp", NO_WALL_CLOCK],
	["current_date", NO_WALL_CLOCK],
	["localtimestamp", NO_WALL_CLOCK],
	["localtime", NO_WALL_CLOCK],
	["current_time", NO_WALL_CLOCK],
]);

/** Words that Trino's parser does not tell apart from something else that both understand. */
export const refusedWords: readonly { words: string[]; message: string }[] = [
	{ words: ["CONCAT", "("], message: "CONCAT of a NULL is NULL in Trino and nothing in DuckDB: write a || b" },
	{
		words: ["?"],
		message: "a parameter is a column of the CTE parameters that opens the query, with a name and a value",
	},
	{ words: ["GROUP", "BY", "ALL"], message: "GROUP BY ALL is DuckDB's: name what to group by" },
	{ words: ["ORDER", "BY", "ALL"], message: "ORDER BY ALL is DuckDB's: name what to order by" },
	...["ASOF", "SEMI", "ANTI", "POSITIONAL"].map((kind) => ({
		words: [kind, "JOIN"],
		message: `${kind} JOIN is DuckDB's; Trino takes ${kind} for another name of the table before`,
	})),
];

/** Types that both have under one name; DECIMAL with its digits, for without them each has its own. */
export const types =
	/^(boolean|tinyint|smallint|integer|int|bigint|real|double|decimal\(\d+, ?\d+\)|varchar|date|timestamp(\(\d\))?( with time zone)?)$/i;
