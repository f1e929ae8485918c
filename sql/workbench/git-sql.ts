import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { jobFiles } from "../../infra/properties.ts";
import { UserError } from "../../local/errors.ts";

/** Only the job's own files: beside them there may be megabytes that no plan needs. */
const PARTS = [...jobFiles, "properties.json"];

/**
 * Does some work with a SQL directory as it was at a git ref, in a temporary folder that is removed afterwards. Throws
 * {@link UserError} where there is no such ref, or no such directory at it.
 */
export async function withSqlOf<T>(ref: string, sql: string, work: (dir: string) => Promise<T>): Promise<T> {
	const { commit, paths, missing } = await partsAt(ref, sql);
	const dir = mkdtempSync(join(tmpdir(), "tidemark-ref-"));
	try {
		const archive = join(dir, "sql.tar");
		await git(sql, ["archive", "--format=tar", `--output=${archive}`, commit, "--", ...paths], missing);
		await execa("tar", ["-xf", archive, "-C", dir]);
		return await work(dir);
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

/** A SQL directory as it was at a git ref, as the bytes of a zip file. Throws as {@link withSqlOf}. */
export async function zipSqlOf(ref: string, sql: string): Promise<Uint8Array> {
	const { commit, paths } = await partsAt(ref, sql);
	const args = ["archive", "--format=zip", commit, "--", ...paths];
	return (await execa("git", args, { cwd: sql, encoding: "buffer" })).stdout;
}

async function partsAt(ref: string, sql: string): Promise<{ commit: string; paths: string[]; missing: string }> {
	const prefix = await git(
		sql,
		["rev-parse", "--show-prefix"],
		`${sql} is in no git repository: compare it where it is in one`,
	);
	const commit = await git(
		sql,
		["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`],
		`git knows no ${ref}: name a branch, a tag or a commit`,
	);
	const missing = `${ref} has no ${prefix === "" ? "files" : prefix}: it cannot be compared with ${sql}`;
	const there = await git(sql, ["ls-tree", "--name-only", commit, "--", ...PARTS], missing);
	const paths = there.split("\n").filter(Boolean);
	if (!paths.some((path) => path.endsWith("4_job.sql"))) throw new UserError(missing);
	return { commit, paths, missing };
}

async function git(cwd: string, args: string[], otherwise: string): Promise<string> {
	const { stdout, exitCode, failed } = await execa("git", args, { cwd, reject: false });
	if (failed || exitCode !== 0) throw new UserError(otherwise);
	return stdout.trim();
}
