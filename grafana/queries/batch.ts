import { oneQuery } from "../../local/athena/statement.ts";
import { namedQueries } from "../../sql/athena/named.ts";
import { parametersIn } from "../../sql/athena/parameters.ts";
import { use } from "../interpolation.ts";

/** What the dashboard says for a parameter of a named query. What is not here stays as the query's file has it. */
const fromDashboard: Record<string, string> = {
	// Both ends are UTC days, as the dashboard's clock is.
	from_day: `DATE '${use("__from", "date:YYYY-MM-DD")}'`,
	to_day: `DATE '${use("__to", "date:YYYY-MM-DD")}'`,
	symbols: use("symbols", "sqlstring"),
	traders: use("traders", "sqlstring"),
	time_zone: use("time_zone", "sqlstring"),
	bar_interval: use("bar_interval", "sqlstring"),
};

/** A named query of sql/athena, as a panel asks it. */
export interface BatchQuery {
	name: string;
	/** What a row is, and what the columns say: the comment that opens the file. */
	comment: string;
	text: string;
}

/** All named queries, with the dashboard's time range and variables for their parameters. */
export function batchQueries(): BatchQuery[] {
	return namedQueries().map(({ name, comment, text }) => ({
		name,
		comment: comment.join(" "),
		text: withVariables(oneQuery(text, name)),
	}));
}

function withVariables(text: string): string {
	// From the end, so that what stands before keeps its place.
	return parametersIn(text).reduceRight((sql, { name, start, end }) => {
		const value = fromDashboard[name];
		return value === undefined ? sql : sql.slice(0, start) + value + sql.slice(end);
	}, text);
}
