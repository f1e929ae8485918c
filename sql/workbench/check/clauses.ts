import type { SqlFile } from "./files.ts";
import { closing, nameOf, type Token } from "./tokens.ts";

/** What in a SQL text makes an operator keep state. */
export type ClauseKind = "join" | "group" | "top" | "over" | "pattern" | "insert" | "create";

/** A clause with its place and the names in it, by which an operator of the plan is told to be its own. */
export interface Clause {
	kind: ClauseKind;
	file: string;
	tokens: Token[];
	/** Columns, functions and relations that it names. */
	names: string[];
}

/** Every clause of the files that can make an operator keep state. */
export function clausesOf(files: readonly SqlFile[]): Clause[] {
	return files.flatMap(({ file, tokens }) =>
		tokens.flatMap((token, at): Clause[] => {
			if (token.kind !== "word") return [];
			const found = clauseAt(tokens, at);
			return found === undefined ? [] : [{ file, ...found }];
		}),
	);
}

/** The clauses of a kind that share the most names with an operator; several where that does not decide. */
export function clausesFor(kind: ClauseKind, names: readonly string[], clauses: readonly Clause[]): Clause[] {
	const wanted = new Set(names);
	const scored = clauses
		.filter((clause) => clause.kind === kind)
		.map((clause) => {
			const shared = clause.names.filter((name) => wanted.has(name)).length;
			return { clause, score: shared - (clause.names.length - shared) };
		});
	const best = Math.max(...scored.map(({ score }) => score));
	return scored.filter(({ score }) => score === best).map(({ clause }) => clause);
}

function clauseAt(tokens: readonly Token[], at: number): Omit<Clause, "file"> | undefined {
	const next = tokens[at + 1];
	const upTo = (end: number) => tokens.slice(at, end);
	switch (tokens[at]?.value) {
		case "JOIN":
			return join(tokens, at);
		case "GROUP": {
			if (next?.value !== "BY") return undefined;
			const end = endOf(tokens, at + 2);
			return { kind: "group", tokens: upTo(end), names: names(upTo(end)) };
		}
		case "DISTINCT":
			return { kind: "group", tokens: upTo(at + 1), names: names(tokens.slice(at + 1, endOf(tokens, at + 1))) };
		case "UNION":
		case "INTERSECT":
		case "EXCEPT":
			return next?.value === "ALL" ? undefined : { kind: "group", tokens: upTo(at + 1), names: [] };
		case "ROW_NUMBER":
		case "RANK":
		case "DENSE_RANK":
			return over(tokens, at, "top");
		case "MATCH_RECOGNIZE":
			return { kind: "pattern", tokens: upTo(at + 1), names: names(tokens.slice(at, closing(tokens, at + 1))) };
		case "INTO":
			return { kind: "insert", tokens: upTo(endOfName(tokens, at + 1)), names: names(upTo(endOfName(tokens, at + 1))) };
		case "TABLE":
			if (tokens[at - 1]?.value !== "CREATE") return undefined;
			return { kind: "create", tokens: tokens.slice(at + 1, at + 2), names: names(tokens.slice(at + 1, at + 2)) };
		default:
			return next?.text === "(" ? over(tokens, at, "over") : undefined;
	}
}

/** A call with an OVER: `FUNCTION (…) OVER (…)`. */
function over(tokens: readonly Token[], at: number, kind: "over" | "top"): Omit<Clause, "file"> | undefined {
	const close = closing(tokens, at + 1);
	if (tokens[close + 1]?.value !== "OVER") return undefined;
	const end = tokens[close + 2]?.text === "(" ? closing(tokens, close + 2) : close + 2;
	const all = tokens.slice(at, end + 1);
	return { kind, tokens: all, names: [tokens[at]?.value ?? "", ...names(tokens.slice(at + 1, end))] };
}

/** A JOIN of two streams: one FOR SYSTEM_TIME AS OF keeps nothing of the rows that have passed. */
function join(tokens: readonly Token[], at: number): Omit<Clause, "file"> | undefined {
	const end = endOf(tokens, at + 1);
	const all = tokens.slice(at, end);
	if (all.some(({ value }) => value === "SYSTEM_TIME")) return undefined;
	return { kind: "join", tokens: all, names: names(all) };
}

const ENDS = new Set("GROUP WHERE HAVING ORDER LIMIT UNION FROM JOIN LEFT RIGHT FULL INNER CROSS WINDOW".split(" "));

/** Where a clause that begins before `from` ends: at the next clause, at a `;`, or at the bracket around it. */
function endOf(tokens: readonly Token[], from: number): number {
	let at = from;
	while (at < tokens.length) {
		const token = tokens[at] as Token;
		if (token.text === "(") at = closing(tokens, at);
		else if (token.text === ")" || token.text === ";" || (token.kind === "word" && ENDS.has(token.value))) return at;
		at++;
	}
	return at;
}

function endOfName(tokens: readonly Token[], from: number): number {
	let at = from + 1;
	while (tokens[at]?.text === ".") at += 2;
	return at;
}

const KEYWORDS = new Set(
	"BY AS ON AND OR NOT IN IS NULL CASE WHEN THEN ELSE END OVER PARTITION ORDER ROWS RANGE BETWEEN UNBOUNDED PRECEDING CURRENT ROW INTO GROUP JOIN DISTINCT CAST TABLE INTERVAL".split(
		" ",
	),
);

function names(tokens: readonly Token[]): string[] {
	const all = tokens.filter(({ kind, value }) => kind === "name" || (kind === "word" && !KEYWORDS.has(value)));
	return [...new Set(all.map((token) => nameOf(token) as string))];
}
