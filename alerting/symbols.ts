const compiled = new Map<string, RegExp>();

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

/** Whether a symbol is what a pattern says, in which `*` stands for any text, none too. */
export function fits(pattern: string, symbol: string): boolean {
	if (!pattern.includes("*")) return pattern === symbol;
	let expression = compiled.get(pattern);
	if (!expression) {
		const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
		expression = new RegExp(`^${parts.join(".*")}$`, "s");
		compiled.set(pattern, expression);
	}
	return expression.test(symbol);
}
