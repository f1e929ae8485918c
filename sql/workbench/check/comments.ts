import { grainOf } from "../graph/grain.ts";
import type { Compilation } from "../types.ts";
import type { Finding } from "./findings.ts";

/** Sources and views whose leading comment does not say what a row is. */
export function checkComments({ relations }: Compilation): Finding[] {
	return relations.flatMap(({ file, name, kind, comment }): Finding[] => {
		if (kind === "sink" || grainOf(comment).row !== undefined) return [];
		return [
			{
				file,
				line: 1,
				column: null,
				endLine: null,
				endColumn: null,
				severity: "warning",
				rule: "comment",
				message: `No comment says what a row of ${name} is`,
				expected: "-- One row: … Key: … Time: … (tidemark sql graph shows it)",
			},
		];
	});
}
