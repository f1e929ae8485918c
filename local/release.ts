import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { sqlFiles } from "../sql/workbench/sql-files.ts";
import { UserError } from "./errors.ts";
import { placesIn } from "./stack.ts";

/** What a plan was compiled from, and what the next one needs to know of it. */
export interface Release {
	/** The job's SQL files by their path, as they were. */
	sql: Record<string, string>;
	properties: Record<string, string>;
	/** The stamp of the runner's jar. */
	runner: string;
	/** The highest id that any operator had so far. */
	highest: number;
	/** ISO 8601, UTC. */
	at: string;
}

/** The plan that runs, or ran last, with what it was compiled from. */
export interface Released {
	release: Release;
	/** The compiled plan: JSON. */
	plan: string;
	/** A directory with the SQL files of this release. */
	sqlDir: string;
}

const FILE = /^(4_job\.sql|(1_sources|2_views|3_sinks)\/.+\.sql)$/;

/** Whether a path below a SQL directory is part of the job. */
export function isJobFile(path: string): boolean {
	return FILE.test(path.replaceAll("\\", "/"));
}

/** The job's files in a SQL directory by their path, sorted. Throws {@link UserError} if there is no such directory. */
export function readSqlFiles(dir: string): Record<string, string> {
	if (!existsSync(dir)) throw new UserError(`There is no SQL directory ${dir}`);
	return Object.fromEntries(sqlFiles(dir).map((path) => [path, readFileSync(join(dir, path), "utf8")]));
}

/** The release that a stack's directory keeps; undefined if there is none. */
export function readRelease(dir: string): Released | undefined {
	const { release: folder } = placesIn(dir);
	const file = join(folder, "release.json");
	if (!existsSync(file)) return undefined;
	const facts = JSON.parse(readFileSync(file, "utf8")) as Omit<Release, "sql">;
	const sqlDir = join(folder, "sql");
	const release = { ...facts, sql: readSqlFiles(sqlDir) };
	return { release, plan: readFileSync(join(folder, "plan.json"), "utf8"), sqlDir };
}

/** Keeps a release in place of the one before: whole, or not at all. */
export function keepRelease(dir: string, plan: string, { sql, ...facts }: Release): void {
	const { release: folder } = placesIn(dir);
	const next = `${folder}.new`;
	rmSync(next, { recursive: true, force: true });
	for (const [path, text] of Object.entries(sql)) {
		const file = join(next, "sql", path);
		mkdirSync(join(file, ".."), { recursive: true });
		writeFileSync(file, text);
	}
	writeFileSync(join(next, "plan.json"), plan);
	writeFileSync(join(next, "release.json"), `${JSON.stringify(facts, null, "\t")}\n`);
	const before = `${folder}.before`;
	rmSync(before, { recursive: true, force: true });
	if (existsSync(folder)) renameSync(folder, before);
	renameSync(next, folder);
	rmSync(before, { recursive: true, force: true });
}

/** Whether two releases were compiled from the same files with the same properties by the same runner. */
export function isSameRelease(a: Omit<Release, "highest" | "at">, b: Omit<Release, "highest" | "at">): boolean {
	const key = ({ sql, properties, runner }: typeof a) =>
		JSON.stringify([Object.entries(sql).sort(), Object.entries(properties).sort(), runner]);
	return key(a) === key(b);
}

/** The paths of the files that differ, sorted. */
export function changedFiles(before: Record<string, string>, now: Record<string, string>): string[] {
	return [...new Set([...Object.keys(before), ...Object.keys(now)])]
		.filter((path) => before[path] !== now[path])
		.sort();
}
