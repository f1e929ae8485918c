import type { Problem } from "../types.ts";
import { circleIn } from "./circle.ts";
import type { SqlFile } from "./files.ts";
import type { Finding } from "./findings.ts";
import { explainMismatch } from "./mismatch.ts";
import { didYouMean } from "./nearest.ts";
import { explainSyntax, isSyntax, unclosedString } from "./syntax.ts";
import { closing, nameOf, spanOf } from "./tokens.ts";

/** What can be meant where a name is not known. */
export interface Known {
	files: readonly SqlFile[];
	/** All functions, in upper case. */
	functions: readonly string[];
}

/** The planner's words about a problem in those of its reader: what is wrong there, and what would be right. */
export function explain(problem: Problem, known: Known): Finding {
	const found = RULES.map(([pattern, rule]) => {
		const match = pattern.exec(problem.message);
		return match && rule(match, problem, known);
	}).find((each) => each !== null && each !== undefined);
	const other = isSyntax(problem.message) ? explainSyntax(problem, known.files) : explainMismatch(problem.message);
	return { ...problem, severity: "error", rule: "sql", ...(other ?? found ?? {}) };
}

type Explained = Partial<Problem> & { expected?: string };
type Rule = [RegExp, (match: RegExpExecArray, problem: Problem, known: Known) => Explained | undefined];

const RULES: Rule[] = [
	[
		/^Object '([^']+)' not found(?: within '([^']+)')?/,
		([, name = "", database], _, { files }) => {
			const relations = files.flatMap(({ creates }) => creates?.name ?? []);
			const renamed = files.find(({ file, creates }) => file.endsWith(`/${name}.sql`) && creates?.name !== name);
			const full = database && !database.startsWith("default") ? `${database}.${name}` : name;
			return {
				message: `There is no relation ${full}`,
				expected: renamed
					? `${renamed.creates?.name}, which is what ${renamed.file} creates`
					: (didYouMean(full, relations) ?? `one of ${relations.join(", ")}, or a file 2_views/${name}.sql`),
			};
		},
	],
	[
		/^(?:Column '([^']+)' not found in (?:any table|table '[^']*')|Unknown identifier '([^']+)')/,
		([, column, identifier], problem, { files }) => {
			const name = column ?? identifier ?? "";
			const own = files.find(({ file }) => file === problem.file);
			if (own && isType(own, problem))
				return { message: `There is no type ${name}`, expected: didYouMean(name, TYPES) ?? TYPES.join(", ") };
			const read = relationsReadBy(own, files);
			return {
				message: `There is no column ${name}`,
				expected: [
					`a column of ${read.map(({ creates }) => creates?.name).join(", ") || "what it reads"}`,
					nearestColumn(name, read, files),
				]
					.filter(Boolean)
					.join("; "),
			};
		},
	],
	[
		/^No match found for function signature (\w+)\(([^)]*)\)\.?(?:\s*Supported signatures are:\n([\s\S]*))?/,
		([, name = "", args = "", signatures], _, { functions }) =>
			functions.includes(name.toUpperCase())
				? {
						message: `${name} does not take (${plain(args)})`,
						...(signatures ? { expected: `one of\n${signatures.trim()}` } : {}),
					}
				: {
						message: `There is no function ${name}`,
						expected: didYouMean(name, functions) ?? "a function of Flink SQL, or of sql/runner (EARLIEST, LATEST, …)",
					},
	],
	[
		/^Cannot apply '([^']+)' to arguments of type '(.+?)'\.(?: Supported form\(s\): ([\s\S]*))?/,
		([, name = "", args = "", forms = ""]) => ({
			message: `${name} cannot be applied here: ${plain(args)}`,
			expected: plain(forms.replaceAll("'", "").trim().split("\n").join(" or ")),
		}),
	],
	[
		/The window function requires the timecol is a time attribute type, but is ([^.]+)\./,
		([, type = ""]) => ({
			message: `The column that DESCRIPTOR names is no time attribute, but a plain ${type}`,
			expected:
				"a column on which there is a watermark: its source needs WATERMARK FOR the column AS …, and what is between may only pass the column on",
		}),
	],
	[
		/OVER windows' ordering in stream mode must be defined on a time attribute/,
		() => ({
			message: "The ORDER BY of OVER is on a column that is no time attribute",
			expected: "a column on which there is a watermark: its source needs WATERMARK FOR the column AS …",
		}),
	],
	[
		/^The argument of CURRENT_WATERMARK\(\) must be a rowtime attribute, but was '([^']*)'/,
		([, type = ""], problem, { files }) => {
			const tokens = files.find(({ file }) => file === problem.file)?.tokens ?? [];
			const at = tokens.findIndex(({ value }) => value === "CURRENT_WATERMARK");
			return {
				...spanOf(tokens.slice(at, closing(tokens, at + 1) + 1)),
				message: `CURRENT_WATERMARK takes a column on which there is a watermark, but this is a plain ${type}`,
				expected: "a source with WATERMARK FOR this column AS …, and nothing between that changes the column",
			};
		},
	],
	[
		/^This (string|quoted name) is not closed/,
		([, what = ""], problem, { files }) => {
			const file = files.find((each) => each.file === problem.file);
			const at = what === "string" && file ? unclosedString(file.text) : undefined;
			return {
				...at,
				message: `A ${what} begins here and is not closed`,
				expected: what === "string" ? "a ' at its end" : "a ` at its end",
			};
		},
	],
	[
		/^These relations need one another in a circle: (.*)/,
		(_, problem, { files }) => {
			const circle = circleIn(files);
			if (circle === undefined) return undefined;
			return {
				...circle.place,
				message: `Relations read one another in a circle: ${circle.names.join(" reads ")}`,
				expected: "one of them reads something else",
				file: circle.place.file ?? problem.file,
			};
		},
	],
	[
		/^Expression '([^']+)' is not being grouped/,
		([, name = ""]) => ({
			message: `${name} is neither in GROUP BY nor inside an aggregate function`,
			expected: `GROUP BY …, ${name}, or MAX(${name}), LATEST(${name}, time) and the like`,
		}),
	],
	[
		/Could not find any factory for identifier '([^']+)'[\s\S]*?Available factory identifiers are:\s*([\s\S]*)/,
		([, name = "", list = ""], _, { files }) => {
			const all = list.trim().split(/\s+/);
			return {
				...placeOfString(name, files),
				message: `There is no connector ${name}`,
				expected: didYouMean(name, all) ?? `one of ${all.join(", ")}`,
			};
		},
	],
	[
		/^A second statement/,
		() => ({
			message: "A second statement in this file",
			expected: "one relation a file: move this one into a file of its own, named after it",
		}),
	],
	[
		/^INSERT belongs into 4_job\.sql/,
		() => ({
			message: "An INSERT outside the job",
			expected: "4_job.sql holds every INSERT, between BEGIN and END: move it there",
		}),
	],
];

const TYPES =
	"STRING BIGINT INT DOUBLE FLOAT BOOLEAN DATE TIME TIMESTAMP TIMESTAMP_LTZ DECIMAL VARCHAR CHAR BYTES ARRAY MAP ROW".split(
		" ",
	);

/** Whether the problem's place is where a DDL has a type: after a column's name. */
function isType({ tokens, creates }: SqlFile, { line, column }: Problem): boolean {
	const at = tokens.findIndex((token) => token.line === line && token.column === column);
	return creates?.kind === "TABLE" && /^[(,]$/.test(tokens[at - 2]?.text ?? "");
}

/** Types as SQL writes them: VARCHAR(2147483647) is STRING. */
function plain(types: string): string {
	return types
		.replaceAll(/VARCHAR\(2147483647\)/g, "STRING")
		.replaceAll(/ \*\w+\*/g, "")
		.replaceAll(/[<>]/g, (sign) => (sign === "<" ? "" : ""));
}

/** What may be meant for a column: a name in the relations that are read, or else in those that they read in turn. */
function nearestColumn(name: string, read: readonly SqlFile[], files: readonly SqlFile[]): string | undefined {
	const seen = new Set<SqlFile>();
	for (let layer = [...read]; layer.length > 0; ) {
		const names = layer.flatMap(({ tokens }) => tokens.flatMap((token) => nameOf(token)?.toLowerCase() ?? []));
		const near = didYouMean(name, names);
		if (near !== undefined) return near;
		for (const file of layer) seen.add(file);
		layer = [...new Set(layer.flatMap((file) => relationsReadBy(file, files)))].filter((file) => !seen.has(file));
	}
	return undefined;
}

/** Where a string of this value stands. */
function placeOfString(value: string, files: readonly SqlFile[]): Partial<Problem> {
	for (const { file, tokens } of files) {
		const token = tokens.find((each) => each.kind === "string" && each.value === value);
		if (token !== undefined) return { file, ...spanOf([token]) };
	}
	return {};
}

function relationsReadBy(own: SqlFile | undefined, files: readonly SqlFile[]): SqlFile[] {
	const words = new Set(own?.tokens.map(nameOf));
	return files.filter(({ creates, file }) => creates !== undefined && file !== own?.file && words.has(creates.name));
}
