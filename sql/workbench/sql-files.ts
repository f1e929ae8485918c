import { existsSync, readdirSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { jobFiles } from "../../infra/properties.ts";
import { UserError } from "../../local/errors.ts";

/**
 * The job's SQL files in a directory, relative to it, in the order of the flow; with patterns those alone whose path
 * contains one. Throws {@link UserError} where this is no such directory, and for a pattern that no file has.
 */
export function sqlFiles(dir: string, patterns: readonly string[] = []): string[] {
	const files = jobFiles.flatMap((part) => {
		const path = join(dir, part);
		if (!existsSync(path)) return [];
		if (part.endsWith(".sql")) return [part];
		return readdirSync(path, { recursive: true, withFileTypes: true })
			.filter((entry) => entry.isFile() && entry.name.endsWith(".sql"))
			.map((entry) => relative(dir, join(entry.parentPath, entry.name)).split(sep).join("/"))
			.sort();
	});
	if (files.length === 0)
		throw new UserError(`${dir} holds no SQL: it needs ${jobFiles.join(", ")}; give it with --sql`);
	const unused = patterns.find((pattern) => !files.some((file) => file.includes(pattern)));
	if (unused !== undefined) throw new UserError(`No file in ${dir} has ${unused} in its path: ${files.join(", ")}`);
	return patterns.length === 0 ? files : files.filter((file) => patterns.some((pattern) => file.includes(pattern)));
}
