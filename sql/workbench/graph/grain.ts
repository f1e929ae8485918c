/** What the comment at the head of a SQL file says about its rows. */
export interface Grain {
	/** What one row is. */
	row?: string;
	/** The columns that tell one row from another. */
	key?: string;
	time?: string;
}

/**
 * Reads `One row: … Key: … Time: …` from a relation's leading comment (a sink's says what it is in place of `One row`).
 * A part ends with its sentence, what a row is also with a semicolon or colon; what is not said is left out.
 */
export function grainOf(comment: string): Grain {
	const text = comment.replace(/\s+/g, " ").trim();
	const row = part(text, /^(?:One row|The [^:.]*): /)?.replace(/(?:;|: ).*/, "");
	const key = part(text, /(?<!Partition )\bKey(?: of [^:.]*)?: /i);
	const time = part(text, /(?<!\w)Time: /);
	return { ...(row ? { row } : {}), ...(key ? { key } : {}), ...(time ? { time } : {}) };
}

function part(text: string, start: RegExp): string | undefined {
	const found = start.exec(text);
	if (!found) return undefined;
	const rest = text.slice(found.index + found[0].length);
	return /^.*?(?=\.(?: |$)|$)/.exec(rest)?.[0].trim() || undefined;
}
