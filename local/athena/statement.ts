import { tokens } from "../../sql/workbench/tokens.ts";
import { UserError } from "../errors.ts";

/**
 * The one query that a text holds, without the semicolon behind it.
 * Throws {@link UserError} if it is empty, several statements, or something else than a query.
 */
export function oneQuery(text: string, place: string): string {
	const all = tokens(text);
	const first = all[0];
	if (!first) throw new UserError(`${place} is empty: write a query that begins with SELECT or WITH`);
	if (!["SELECT", "WITH", "VALUES", "("].includes(first.text.toUpperCase()))
		throw new UserError(`${place} begins with ${first.text}: only queries run here, which begin with SELECT or WITH`);
	const end = all.find(({ kind, text: piece }) => kind === "operator" && piece === ";");
	const after = end && all.find(({ start }) => start > end.start);
	if (after)
		throw new UserError(`${place} goes on with ${after.text} after a semicolon: Athena runs one statement at a time`);
	return end ? text.slice(0, end.start) : text;
}
