import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance } from "@duckdb/node-api";
import { execa } from "execa";
import { parametersIn } from "../../sql/athena/parameters.ts";
import { tokens } from "../../sql/workbench/tokens.ts";
import { isUserError, messageOf, UserError } from "../errors.ts";
import { aliasUses } from "./aliases.ts";
import { makeEmptyLake } from "./empty-lake.ts";
import { speakAthena } from "./session.ts";
import { oneQuery } from "./statement.ts";
import { parse, tablesIn } from "./tree.ts";
import { grammar, refused, refusedWords, trinoFunctions, types } from "./understood.ts";

/** Something that one of the two engines would not take, or would take otherwise. */
export interface Finding {
	file: string;
	/** From 1, as is the column; undefined where it is the whole file's. */
	line?: number;
	column?: number;
	message: string;
}

/** Trino's parser, as local/setup.ts fetches it. */
export interface TrinoParser {
	java: string;
	dir: string;
}

/**
 * Holds queries against what DuckDB and Athena both understand: Trino's own parser reads them, DuckDB binds them to the
 * lake's tables, and functions, types and names that the two read differently are refused. Nothing is run.
 */
export async function lintQueries(parser: TrinoParser, files: { file: string; text: string }[]): Promise<Finding[]> {
	const duckdb = await openEmptyLake();
	const dir = mkdtempSync(join(tmpdir(), "tidemark-lint-"));
	try {
		const findings: Finding[] = [];
		const queries: { file: string; path: string }[] = [];
		for (const [i, { file, text }] of files.entries()) {
			try {
				const query = oneQuery(text, file);
				parametersIn(query);
				findings.push(...worded(file, query), ...(await duckdb.check(file, query)));
				const path = join(dir, `${i}.sql`);
				writeFileSync(path, query);
				queries.push({ file, path });
			} catch (error) {
				if (!isUserError(error)) throw error;
				findings.push({ file, message: messageOf(error) });
			}
		}
		findings.push(...(await readAsTrino(parser, queries, duckdb.functions)));
		return findings.sort(
			(a, b) => a.file.localeCompare(b.file) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
		);
	} finally {
		duckdb.close();
		rmSync(dir, { recursive: true });
	}
}

/** What can be told from single words. */
function worded(file: string, query: string): Finding[] {
	const all = tokens(query);
	return all.flatMap((token, i) => {
		const found = refusedWords.find(({ words }) => words.every((word, n) => all[i + n]?.text.toUpperCase() === word));
		const clock =
			token.kind === "word" &&
			/^(current|local)_?(time|date)/i.test(token.text) &&
			refused.get(token.text.toLowerCase());
		const message = found?.message ?? (clock ? `${token.text}: ${clock}` : undefined);
		return message ? [{ file, ...placeOf(query, token.start), message }] : [];
	});
}

async function openEmptyLake() {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	await connection.run("SET TimeZone = 'UTC'");
	const tables = new Map<string, ReadonlySet<string>>();
	for (const name of await makeEmptyLake(connection)) {
		const columns = await connection.runAndReadAll(`SELECT column_name FROM (DESCRIBE ${name})`);
		tables.set(name, new Set(columns.getRows().map(([column]) => String(column))));
	}
	await speakAthena(connection);
	const known = await connection.runAndReadAll("SELECT DISTINCT function_name FROM duckdb_functions()");
	return {
		functions: new Set(known.getRows().map(([name]) => String(name).toLowerCase())),
		async check(file: string, query: string): Promise<Finding[]> {
			const tree = await parse(connection, query);
			tablesIn(tree);
			try {
				// Binds every name and type, and runs nothing.
				(await connection.prepare(query)).destroySync();
			} catch (cause) {
				const line = /^LINE (\d+):/m.exec(messageOf(cause))?.[1];
				return [{ file, ...(line ? { line: Number(line) } : {}), message: `DuckDB: ${messageOf(cause)}` }];
			}
			return aliasUses(tree, tables).map(({ alias, at }) => ({
				file,
				...placeOf(query, at),
				message: `${alias} is a name that this SELECT gives: Trino knows it in ORDER BY only; write the expression, or a CTE`,
			}));
		},
		close() {
			connection.closeSync();
			instance.closeSync();
		},
	};
}

async function readAsTrino(
	{ java, dir }: TrinoParser,
	queries: { file: string; path: string }[],
	duckdb: ReadonlySet<string>,
): Promise<Finding[]> {
	if (queries.length === 0) return [];
	const program = join(import.meta.dirname, "trino", "Syntax.java");
	const { exitCode, stdout, stderr } = await execa(
		java,
		["-XX:TieredStopAtLevel=1", "-cp", join(dir, "*"), program, ...queries.map(({ path }) => path)],
		{ reject: false },
	);
	if (exitCode !== 0) throw new UserError(`Trino's parser failed: ${stderr}`);
	return stdout.split("\n").flatMap((text) => {
		const [path, line, column, kind, said = ""] = text.split("\t");
		const file = queries.find((query) => query.path === path)?.file;
		if (file === undefined) return [];
		const message = kind === "error" ? `Trino: ${said}` : kind === "type" ? ofType(said) : ofFunction(said, duckdb);
		return message ? [{ file, line: Number(line), column: Number(column), message }] : [];
	});
}

function ofType(name: string): string | undefined {
	return types.test(name) ? undefined : `the type ${name} is not the same in both: docs/athena.md lists those that are`;
}

function ofFunction(name: string, duckdb: ReadonlySet<string>): string | undefined {
	const lower = name.toLowerCase();
	if (refused.has(lower)) return `${name}: ${refused.get(lower)}`;
	if (grammar.has(lower)) return undefined;
	if (!trinoFunctions.has(lower)) return `Trino has no function ${name}`;
	return duckdb.has(lower) ? undefined : `DuckDB has no function ${name}, and local/athena/session.ts makes none`;
}

function placeOf(text: string, offset: number): { line: number; column: number } {
	const before = text.slice(0, offset).split("\n");
	return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}
