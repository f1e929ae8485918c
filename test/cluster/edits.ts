/** The repository's SQL, edited. Each returns the folder that it was given. */
import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sqlDir } from "../../sql/workbench/properties.ts";

/**
 * The INSERTs of the job are in the opposite order, which gives each operator another number: without the ids of the release
 * before no state would be found.
 */
export function insertsReversed(to: string): string {
	const INSERT = /^ {2}INSERT INTO[^;]+;$/gm;
	return edited(to, "4_job.sql", (job) => {
		const opposite = (job.match(INSERT) ?? []).reverse();
		if (opposite.length !== job.match(/INSERT INTO/g)?.length) throw new Error("4_job.sql is not as it was");
		return job.replace(INSERT, () => opposite.shift() as string);
	});
}

/** A mistake that no plan shows: bars with the low as their high, and the high as their low. */
export function highsAndLowsSwapped(to: string): string {
	return edited(to, "2_views/bars.sql", (bars) =>
		bars.replace("`open`, high, low,", "`open`, low AS high, high AS low,"),
	);
}

function edited(to: string, file: string, edit: (text: string) => string): string {
	cpSync(sqlDir, to, { recursive: true, filter: (path) => !/sql\/(runner|workbench|athena)/.test(path) });
	const before = readFileSync(join(to, file), "utf8");
	const after = edit(before);
	if (after === before) throw new Error(`${file} is not as it was: the edit changes nothing`);
	writeFileSync(join(to, file), after);
	return to;
}
