/** A piece of SQL text that means something by itself. */
export interface Token {
	kind: "word" | "number" | "string" | "quoted" | "operator";
	text: string;
	/** Its offset in the text. */
	start: number;
	end: number;
}

const SKIPPED = /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y;
const KINDS: [Token["kind"], RegExp][] = [
	["string", /'(?:[^']|'')*'/y],
	["quoted", /`[^`]*`|"(?:[^"]|"")*"/y],
	["number", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
	["word", /[A-Za-z_]\w*/y],
	["operator", /<>|<=|>=|!=|\|\||[^\s\w]/y],
];

/** The tokens of SQL text, without blanks and comments. */
export function tokens(text: string): Token[] {
	const found: Token[] = [];
	let at = 0;
	while (at < text.length) {
		const skipped = match(SKIPPED, text, at);
		if (skipped !== undefined) {
			at += skipped.length;
			continue;
		}
		const [kind, piece] = firstMatch(text, at);
		found.push({ kind, text: piece, start: at, end: at + piece.length });
		at += piece.length;
	}
	return found;
}

function firstMatch(text: string, at: number): [Token["kind"], string] {
	for (const [kind, pattern] of KINDS) {
		const piece = match(pattern, text, at);
		if (piece !== undefined) return [kind, piece];
	}
	return ["operator", text.charAt(at)];
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
	pattern.lastIndex = at;
	return pattern.exec(text)?.[0];
}
