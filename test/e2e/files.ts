import { readFileSync } from "node:fs";

/** The content of a JSON file; undefined while it is not there or not yet whole. */
export function readJson<T>(file: string): T | undefined {
	try {
		return JSON.parse(readFileSync(file, "utf8")) as T;
	} catch {
		return undefined;
	}
}
