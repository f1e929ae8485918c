import type { Problem } from "../types.ts";
import type { SqlFile } from "./files.ts";
import { nearest } from "./nearest.ts";
import { nameOf, spanOf, type Token, tokensOf } from "./tokens.ts";

const ENCOUNTERED = /^(?:Encountered "([^"]*)"|Incorrect syntax near the keyword '([^']*)')/;

/** Whether the words are those of the parser. */
export function isSyntax(message: string): boolean {
	return ENCOUNTERED.test(message);
}

/** What the parser stumbled over, and what was probably meant there. */
export function explainSyntax(problem: Problem, files: readonly SqlFile[]): Partial<Problem> & { expected?: string } {
	const tokens = files.find(({ file }) => file === problem.file)?.tokens ?? [];
	const at = tokens.findIndex(({ line, column }) => line === problem.line && column === problem.column);
	const [, encountered, keyword] = ENCOUNTERED.exec(problem.message) ?? [];
	const found = tokens[at]?.text ?? encountered ?? keyword ?? "";
	const possible = [...problem.message.matchAll(/^\s+(?:"([^"]+)"|<(\w+)>) \.\.\.|^\s+<(\w+)>/gm)];
	const words = possible.flatMap(([, word]) => word ?? []);
	const keywords = words.filter((word) => /^[A-Z]\w*$/.test(word));
	const name = possible.some(([, , kind]) => kind === "IDENTIFIER");
	const before = tokens[at - 1];

	const relation = relationThere(tokens, at);
	if (relation !== undefined) {
		const relations = files.flatMap(({ creates }) => creates?.name ?? []);
		const near = nearest(relation.name, relations);
		return {
			...spanOf(relation.tokens),
			message: `${relation.name} is no name of a relation: ${relation.tokens.at(-1)?.text} is a keyword of SQL`,
			expected: near ? `did you mean ${near}?` : `one of ${relations.join(", ")}`,
		};
	}
	const meant = found.length > 2 ? nearest(found, keywords) : undefined;
	if (meant && meant !== found.toUpperCase() && /^\w+$/.test(found))
		return { ...spanOf([tokens[at]]), message: `${found} cannot stand here`, expected: `did you mean ${meant}?` };
	const meantBefore = before?.kind === "word" && before.text.length > 2 ? nearest(before.text, keywords) : undefined;
	if (before && meantBefore && meantBefore !== before.value)
		return {
			...spanOf([before]),
			message: `${before.text} cannot stand here`,
			expected: `did you mean ${meantBefore}?`,
		};
	if (
		before?.text === "," &&
		tokens[at]?.kind === "word" &&
		/^(FROM|WHERE|GROUP|ORDER|HAVING|UNION)$/.test(tokens[at].value)
	)
		return {
			...spanOf([before]),
			message: `A comma stands before ${found}`,
			expected: `no comma: ${found} ends the list`,
		};
	if (tokens[at]?.kind === "word" && isReservedThere(tokens, at, name))
		return {
			...spanOf([tokens[at]]),
			message: `${found} is a keyword of SQL`,
			expected: `as a name it is written \`${found}\``,
		};
	const expected =
		words.includes(",") && isStart(tokens[at])
			? `a comma before ${found}`
			: words.includes(")")
				? `a ) before ${found}`
				: undefined;
	const list = keywords.length > 0 && keywords.length <= 15 ? `one of ${keywords.join(" ")}` : undefined;
	const said = [expected, list].filter(Boolean).join(", or ");
	return {
		...spanOf([tokens[at]]),
		message: `${found || "The end"} cannot stand here`,
		...(said ? { expected: said } : {}),
	};
}

/** The relation that is named where the parser stumbled, after FROM, JOIN, TABLE or INTO, if a keyword stands in its name. */
function relationThere(tokens: readonly Token[], at: number): { name: string; tokens: Token[] } | undefined {
	let first = at;
	if (tokens[at]?.text === ".") first = at - 1;
	const before = tokens[first - 1];
	if (before?.kind !== "word" || !/^(FROM|JOIN|TABLE|INTO)$/.test(before.value)) return undefined;
	const parts = tokens.slice(first, tokens[first + 1]?.text === "." ? first + 3 : first + 1);
	return parts.at(-1)?.kind === "word"
		? { name: parts.map(nameOf).filter(Boolean).join("."), tokens: parts }
		: undefined;
}

/** A word that would be a name here, if it were none of SQL's own: after a bracket, a comma, a dot or AS, or where one is expected. */
function isReservedThere(tokens: readonly Token[], at: number, nameExpected: boolean): boolean {
	const token = tokens[at] as Token;
	if (token.text === token.value && !nameExpected) return false;
	return nameExpected || /^(\(|,|\.|AS|SELECT|FROM)$/.test(tokens[at - 1]?.value ?? "");
}

function isStart(token: Token | undefined): boolean {
	if (token === undefined || token.kind === "sign") return false;
	return !/^(AS|FROM|WHERE|GROUP|ORDER|HAVING|BY|ON|AND|OR|THEN|ELSE|WHEN|END)$/.test(token.value);
}

/**
 * Where a string begins that is not closed: the first over several lines after which the text goes on as if it were still
 * inside one; the last one that is open if there is none such.
 */
export function unclosedString(text: string): Pick<Problem, "line" | "column" | "endLine" | "endColumn"> | undefined {
	const strings = tokensOf(text).filter(({ kind }) => kind === "string");
	const suspicious = strings.find((token) => {
		const after = text[token.offset + token.text.length];
		return token.text.includes("\n") && after !== undefined && /[\w.$-]/.test(after);
	});
	const found = suspicious ?? strings.at(-1);
	if (found === undefined) return undefined;
	const first = found.text.split("\n")[0] as string;
	return spanOf([{ ...found, text: first }]);
}
