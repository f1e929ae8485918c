import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";
import { UserError } from "../../local/errors.ts";

const PARTS = ["1_sources", "2_views", "3_sinks", "4_job.sql"];

/**
 * The job's SQL files in a directory, relative to it, in the order of the flow; with patterns those alone whose path
 * contains one. Throws {@link UserError} where this is no such directory, and for a pattern that no file has.
 */
export function sqlFiles(dir: string, patterns: readonly string[] = []): string[] {
	const files = PARTS.flatMap((part) => {
		const path = join(dir, part);
		if (!existsSync(path)) return [];
		if (part.endsWith(".sql")) return [part];
		const below = readdirSync(path, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".sql"));
		return below.sort().map((file) => `${part}/${file.split(sep).join("/")}`);
	});
	if (files.length === 0) throw new UserError(`${dir} holds no SQL: it needs ${PARTS.join(", ")}; give it with --sql`);
	const unused = patterns.find((pattern) => !files.some((file) => file.includes(pattern)));
	if (unused !== undefined) throw new UserError(`No file in ${dir} has ${unused} in its path: ${files.join(", ")}`);
	return patterns.length === 0 ? files : files.filter((file) => patterns.some((pattern) => file.includes(pattern)));
}
