import { readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { UserError } from "../errors.ts";

const ENDING = /\.(csv|jsonl|ndjson)(\.gz)?$/i;

/**
 * The files that paths name, in the order given: a folder stands for its CSV and JSONL files (also `.gz`) by name, not
 * for those of its folders.
 * @throws if a folder holds none, a file is named twice, or no path is given; whether a file is there is found on opening
 */
export async function listFiles(paths: readonly string[]): Promise<string[]> {
	const files: string[] = [];
	for (const path of paths) {
		const found = await stat(path).catch(() => undefined);
		files.push(...(found?.isDirectory() ? await filesIn(path) : [path]));
	}
	if (files.length === 0) throw new UserError("A replay needs a file, or a folder of files.");
	const seen = new Set<string>();
	for (const file of files) {
		if (seen.has(resolve(file))) throw new UserError(`${file} is named twice: its trades would be sent twice.`);
		seen.add(resolve(file));
	}
	return files;
}

async function filesIn(folder: string): Promise<string[]> {
	const entries = await readdir(folder, { withFileTypes: true }).catch((cause: Error) => {
		throw new UserError(`Cannot read the folder ${folder}: ${cause.message}.`, { cause });
	});
	const names = entries.filter((entry) => !entry.isDirectory() && ENDING.test(entry.name)).map(({ name }) => name);
	if (names.length > 0) return names.sort().map((name) => join(folder, name));
	throw new UserError(`The folder ${folder} holds no file that ends in .csv or .jsonl (or that with .gz).`);
}
