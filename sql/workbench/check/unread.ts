import type { Compilation } from "../types.ts";
import type { SqlFile } from "./files.ts";
import { type Finding, findingAt } from "./findings.ts";

/** Relations that nothing reads, and sinks that nothing writes: the job runs without them. */
export function checkUnread(files: readonly SqlFile[], { relations, inserts }: Compilation): Finding[] {
	const read = new Set([...relations, ...inserts].flatMap(({ reads }) => reads));
	const written = new Set(inserts.map(({ into }) => into));
	return relations.flatMap(({ name, file, kind }) => {
		if ((kind === "sink" ? written : read).has(name)) return [];
		const tokens = files.find((each) => each.file === file)?.creates?.tokens ?? [];
		return [
			findingAt(file, tokens, {
				severity: "warning",
				rule: "unread",
				message: kind === "sink" ? `Nothing is written into ${name}` : `Nothing reads ${name}`,
				expected:
					kind === "sink"
						? `INSERT INTO ${name} SELECT … in 4_job.sql, or no such file`
						: `a view or an INSERT in 4_job.sql that reads it, or no such file`,
			}),
		];
	});
}
