import { readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { Command } from "commander";
import { namedDir, namedQueries } from "../../sql/athena/named.ts";
import { messageOf, UserError } from "../errors.ts";
import { root } from "../paths.ts";
import { startProgress } from "../progress.ts";
import { setUpTrinoParser } from "../setup.ts";
import { type Finding, lintQueries } from "./lint.ts";

/** `tidemark athena lint`: whether queries are inside what DuckDB and Athena both understand. */
export function lintCommand(): Command {
	return new Command("lint")
		.description("hold queries against what DuckDB and Athena both understand, without running them")
		.argument("[file...]", "files of SQL; by default all of sql/athena")
		.action(async (files: string[]) => {
			const queries = files.length > 0 ? files.map(read) : named();
			const findings = await lintQueries(await setUpTrinoParser(startProgress()), queries);
			process.stdout.write(`${sayFindings(queries.length, findings)}\n`);
			process.exitCode = findings.length > 0 ? 1 : 0;
		});
}

/** The repository's own queries, by their path in it. */
export function named(): { file: string; text: string }[] {
	const dir = relative(root, namedDir);
	return namedQueries().map(({ name, text }) => ({ file: join(dir, `${name}.sql`), text }));
}

/** What the command prints. */
export function sayFindings(files: number, findings: readonly Finding[]): string {
	const lines = findings.map(({ file, line, column, message }) => {
		const place = [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined);
		return `${place.join(":")}: ${message}`;
	});
	lines.push(
		`${files} ${files === 1 ? "file" : "files"}, ${findings.length === 0 ? "nothing to say" : `${findings.length} to put right`}`,
	);
	return lines.join("\n");
}

function read(file: string): { file: string; text: string } {
	try {
		return { file, text: readFileSync(file, "utf8") };
	} catch (cause) {
		throw new UserError(`The file ${basename(file)} cannot be read from ${file}: ${messageOf(cause)}`, { cause });
	}
}
