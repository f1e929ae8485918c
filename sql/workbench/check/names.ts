import type { SqlFile } from "./files.ts";
import { type Finding, findingAt } from "./findings.ts";

/** Files that are not named after the relation that they create: `2_views/bars.sql` is `bars`, `3_sinks/lake/bars.sql` `lake.bars`. */
export function checkNames(files: readonly SqlFile[]): Finding[] {
	return files.flatMap(({ file, creates }) => {
		const expected = file
			.replace(/^\d_\w+\//, "")
			.replace(/\.sql$/, "")
			.replaceAll("/", ".");
		if (creates === undefined || creates.name === expected) return [];
		const there = `${file.split("/")[0]}/${creates.name.replaceAll(".", "/")}.sql`;
		return [
			findingAt(file, creates.tokens, {
				severity: "error",
				rule: "file-name",
				message: `This file creates ${creates.name}, but its name says ${expected}`,
				expected: `the name ${expected} here, or the file ${there}`,
			}),
		];
	});
}
