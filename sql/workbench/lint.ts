import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { UserError } from "../../local/errors.ts";
import { sqlDir } from "./properties.ts";
import { sqlFiles } from "./sql-files.ts";

/** Something in a SQL file that is not written as sql/.sqlfluff wants it. */
export interface Finding {
	/** Relative to the SQL directory. */
	file: string;
	/** From 1, as is the column. */
	line: number;
	column: number;
	/** sqlfluff's code, such as `LT05`; `PRS` for what it cannot parse. */
	rule: string;
	message: string;
	/** Whether `--fix` puts it right. */
	fixable: boolean;
}

/** What {@link lint} found. */
export interface Lint {
	files: string[];
	/** Of these, the ones that it has rewritten. */
	fixed: string[];
	findings: Finding[];
}

/**
 * Holds the job's SQL files, or those with one of `patterns` in their path, against `sql/.sqlfluff`. With `fix` what can
 * be put right is rewritten first, and the findings are what is left.
 */
export async function lint(
	python: string,
	sql: string,
	{ patterns = [], fix = false, signal }: { patterns?: readonly string[]; fix?: boolean; signal?: AbortSignal } = {},
): Promise<Lint> {
	const files = sqlFiles(sql, patterns);
	const run = (command: string, ...options: string[]) =>
		sqlfluff({ python, sql, signal, args: [command, "--quiet", ...options, ...files] });
	const fixed: string[] = [];
	if (fix) {
		const before = files.map((file) => readFileSync(join(sql, file), "utf8"));
		await run("fix");
		fixed.push(...files.filter((file, i) => readFileSync(join(sql, file), "utf8") !== before[i]));
	}
	return { files, fixed, findings: readFindings(await run("lint", "--format", "json")) };
}

interface Run {
	python: string;
	sql: string;
	args: string[];
	signal: AbortSignal | undefined;
}

async function sqlfluff({ python, sql, args: [command = "", ...args], signal }: Run): Promise<string> {
	// The raw templater: ${NAME} is text to the linter. It cannot be set in a file that is not in the working directory.
	const rules = ["--config", join(sqlDir, ".sqlfluff"), "--templater", "raw"];
	const { exitCode, stdout, stderr } = await execa(
		python,
		["-m", "sqlfluff", command, ...rules, "--disable-progress-bar", ...args],
		{
			cwd: sql,
			reject: false,
			env: { PYTHONWARNINGS: "ignore" },
			...(signal ? { cancelSignal: signal } : {}),
		},
	);
	signal?.throwIfAborted();
	// 1 says that something was found.
	if (exitCode !== 0 && exitCode !== 1) throw new UserError(`sqlfluff failed: ${stderr || stdout}`);
	return stdout;
}

interface Report {
	filepath: string;
	violations: {
		start_line_no: number;
		start_line_pos: number;
		code: string;
		description: string;
		fixes?: unknown[];
	}[];
}

function readFindings(json: string): Finding[] {
	return (JSON.parse(json) as Report[]).flatMap(({ filepath, violations }) =>
		violations.map((each) => ({
			file: filepath,
			line: each.start_line_no,
			column: each.start_line_pos,
			rule: each.code,
			message: each.description,
			fixable: (each.fixes?.length ?? 0) > 0,
		})),
	);
}
