import { resolve } from "node:path";
import { Option } from "commander";
import { sqlDir } from "./properties.ts";

/** `--sql DIR`, as a full path; the repository's own SQL by default. */
export function sqlOption(): Option {
	return new Option("--sql <dir>", "the SQL directory")
		.default(sqlDir, "sql, this repository's")
		.argParser((dir) => resolve(dir));
}
