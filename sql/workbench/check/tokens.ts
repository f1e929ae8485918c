import type { Problem } from "../types.ts";

/** A word, name, string or sign of a SQL text, with its place; comments and blanks are left out. */
export interface Token {
	kind: "word" | "name" | "string" | "number" | "sign";
	/** As it stands in the text. */
	text: string;
	/** A word in upper case; a quoted name or a string without its quotes; else the text. */
	value: string;
	offset: number;
	/** From 1, as is the column. */
	line: number;
	column: number;
}

const TOKEN =
	/--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*(?:'|$)|`[^`]*(?:`|$)|[A-Za-z_]\w*|\d+(?:\.\d+)?|\|\||[<>!]=|<>|\S/g;

/** The tokens of a text. What is not closed reaches to the end. */
export function tokensOf(text: string): Token[] {
	const starts = [0];
	for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
	let line = 0;
	const tokens: Token[] = [];
	for (const match of text.matchAll(TOKEN)) {
		const [found] = match;
		if (found.startsWith("--") || found.startsWith("/*")) continue;
		while ((starts[line + 1] ?? Number.POSITIVE_INFINITY) <= match.index) line++;
		const place = { offset: match.index, line: line + 1, column: match.index - (starts[line] ?? 0) + 1 };
		tokens.push({ ...kindAndValue(found), text: found, ...place });
	}
	return tokens;
}

/** The word or quoted name that a token is, in its own case; undefined for anything else. */
export function nameOf(token: Token | undefined): string | undefined {
	if (token?.kind === "name") return token.value;
	return token?.kind === "word" ? token.text : undefined;
}

/** The number of the token that closes the bracket at `open`; the last one if nothing does. */
export function closing(tokens: readonly Token[], open: number): number {
	let depth = 0;
	for (let at = open; at < tokens.length; at++) {
		if (tokens[at]?.text === "(") depth++;
		if (tokens[at]?.text === ")" && --depth === 0) return at;
	}
	return tokens.length - 1;
}

/** From the first to the last of some tokens; nowhere for none. */
export function spanOf(tokens: readonly (Token | undefined)[]): Span {
	const [first] = tokens;
	const last = tokens.at(-1);
	if (first === undefined || last === undefined) return { line: null, column: null, endLine: null, endColumn: null };
	const lines = last.text.split("\n");
	const end = lines.length === 1 ? last.column + last.text.length - 1 : (lines.at(-1)?.length ?? 0);
	return { line: first.line, column: first.column, endLine: last.line + lines.length - 1, endColumn: end };
}

type Span = Pick<Problem, "line" | "column" | "endLine" | "endColumn">;

function kindAndValue(text: string): Pick<Token, "kind" | "value"> {
	if (text.startsWith("'")) return { kind: "string", value: text.slice(1, -1).replaceAll("''", "'") };
	if (text.startsWith("`")) return { kind: "name", value: text.slice(1, -1) };
	if (/^[A-Za-z_]/.test(text)) return { kind: "word", value: text.toUpperCase() };
	return { kind: /^\d/.test(text) ? "number" : "sign", value: text };
}
