import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { grainOf } from "../graph/grain.ts";
import { offlineProperties, sqlDir } from "../properties.ts";
import type { Compilation } from "../types.ts";
import { type Planner, SqlError } from "../workbench.ts";
import { checkComments } from "./comments.ts";
import { checkContracts } from "./contracts.ts";
import { explain } from "./explain.ts";
import { readSql, type SqlFile } from "./files.ts";
import { type Finding, inOrder } from "./findings.ts";
import { checkNames } from "./names.ts";
import { checkPlaceholders, usedProperties } from "./placeholders.ts";
import { checkState } from "./state.ts";
import { checkUnread } from "./unread.ts";
import { checkWatermarks } from "./watermarks.ts";

/** What a check found, with the files as they were then. */
export interface Check {
	files: SqlFile[];
	findings: Finding[];
}

/** Holds a SQL directory against Flink's planner and Tidemark's own rules; reaches nothing. */
export async function check(planner: Planner, sql: string): Promise<Check> {
	const files = readSql(sql);
	const properties = offlineProperties(sql);
	const own = [...checkPlaceholders(files, properties), ...checkNames(files), ...checkWatermarks(files)];
	// Without its properties the job is not planned, only each relation by itself, which is quick.
	const whole = own.every(({ rule }) => rule !== "placeholder" && rule !== "property");
	const planned = await plan(planner, { sql, files, properties: usedProperties(files, properties), whole });
	const said = new Set(own.filter(({ severity }) => severity === "error").map(placeOf));
	const findings = [...own, ...planned.filter((finding) => finding.line === null || !said.has(placeOf(finding)))];
	return { files, findings: inOrder(findings) };
}

interface Planned {
	sql: string;
	files: readonly SqlFile[];
	properties: Record<string, string>;
	whole: boolean;
}

async function plan(planner: Planner, { sql, files, properties, whole }: Planned): Promise<Finding[]> {
	let compiled: Compilation;
	try {
		compiled = await planner.compile({ sql, properties, plan: whole });
	} catch (error) {
		if (!(error instanceof SqlError)) throw error;
		const { names } = await planner.request<{ names: string[] }>("functions");
		return error.problems.map((problem) => explain(problem, { files, functions: names }));
	}
	return [
		...(takesOurProperties(sql) ? checkContracts(files, compiled.relations) : []),
		...checkUnread(files, compiled),
		...(compiled.plan === undefined ? [] : checkState(files, compiled.plan, rowKeys(compiled))),
		...checkComments(compiled),
	];
}

/** The contracts are those of the repository's application; a directory with properties of its own is another one. */
function takesOurProperties(sql: string): boolean {
	return resolve(sql) === sqlDir || !existsSync(join(sql, "properties.json"));
}

/** The columns that tell rows from one another, as the comments of sources say them. */
function rowKeys({ relations }: Compilation): Set<string> {
	const keys = relations.filter(({ kind }) => kind !== "sink").map(({ comment }) => grainOf(comment).key);
	// A key of one column, such as symbol, can be that of a table with few rows.
	return new Set(keys.flatMap((key) => (key?.includes(",") ? key.replaceAll(/\s*\([^)]*\)|\s/g, "") : [])));
}

function placeOf({ file, line }: Finding): string {
	return `${file}:${line}`;
}
