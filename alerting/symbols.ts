/**
 * Whether a list of patterns takes a symbol in: a name, or a pattern with `*` for any text; `!` in front leaves it out
 * again. The last pattern that fits counts; a list of exclusions only begins with all symbols.
 */
export function takesIn(patterns: readonly string[], symbol: string): boolean {
	let taken = patterns.every((pattern) => pattern.startsWith("!"));
	for (const pattern of patterns) {
		const excludes = pattern.startsWith("!");
		if (fits(excludes ? pattern.slice(1) : pattern, symbol)) taken = !excludes;
	}
	return taken;
}

/** Whether a symbol is what a pattern says, in which `*` stands for any text, none too. Its time grows with their lengths only. */
export function fits(pattern: string, symbol: string): boolean {
	const [first = "", ...between] = pattern.split("*");
	const last = between.pop();
	if (last === undefined) return pattern === symbol;
	const end = symbol.length - last.length;
	if (end < first.length || !symbol.startsWith(first) || !symbol.endsWith(last)) return false;
	let at = first.length;
	for (const part of between) {
		const found = symbol.indexOf(part, at);
		if (found < 0 || found + part.length > end) return false;
		at = found + part.length;
	}
	return true;
}
