import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type Parameter, parametersIn } from "./parameters.ts";

/** One of the queries that are kept under a name, as its file says it. */
export interface NamedQuery {
	/** The file's name without `.sql`. */
	name: string;
	/** The comment that opens the file: what a row is, its key, the parameters. A line each. */
	comment: string[];
	/** The whole file: what runs, here and on Athena. */
	text: string;
	parameters: Parameter[];
}

/** The folder of the named queries. */
export const namedDir = import.meta.dirname;

/** Reads a text as a named query. Throws {@link ParameterError} where its parameters are not of the form that they have. */
export function readNamed(file: string, text: string): NamedQuery {
	const lines = text.split("\n");
	const end = lines.findIndex((line) => !line.startsWith("--"));
	const comment = lines.slice(0, end < 0 ? lines.length : end).map((line) => line.replace(/^-- ?/, ""));
	return { name: basename(file, ".sql"), comment, text, parameters: parametersIn(text) };
}

/** Every named query of a folder, by name. */
export function namedQueries(dir = namedDir): NamedQuery[] {
	const files = readdirSync(dir).filter((file) => file.endsWith(".sql"));
	return files.sort().map((file) => readNamed(file, readFileSync(join(dir, file), "utf8")));
}
