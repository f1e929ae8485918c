import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withSqlOf } from "../../../sql/workbench/git-sql.ts";

let dir: string;
let sql: string;

beforeAll(async () => {
	dir = mkdtempSync(join(tmpdir(), "tidemark-git-"));
	sql = join(dir, "some", "sql");
	const git = (...args: string[]) =>
		execa("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], { cwd: dir });
	await git("init", "-q", "-b", "main");
	write("README.md", "no SQL yet");
	await git("add", ".");
	await git("commit", "-q", "--no-verify", "-m", "none");
	await git("tag", "empty");
	write("some/sql/4_job.sql", "old job");
	write("some/sql/2_views/a.sql", "old view");
	write("some/sql/runner/Main.java", "no part of a plan");
	await git("add", ".");
	await git("commit", "-q", "--no-verify", "-m", "one");
	write("some/sql/4_job.sql", "new job, not committed");
});

afterAll(() => rmSync(dir, { recursive: true, force: true }));

test("the job's files are as they were at the ref, and gone after the work", async () => {
	const seen = await withSqlOf("HEAD", sql, async (at) => {
		expect(readdirSync(at).sort()).toEqual(["2_views", "4_job.sql", "sql.tar"]);
		expect(readFileSync(join(at, "2_views", "a.sql"), "utf8")).toBe("old view");
		return { at, job: readFileSync(join(at, "4_job.sql"), "utf8") };
	});
	expect(seen.job).toBe("old job");
	expect(existsSync(seen.at)).toBe(false);
});

test("they are gone too where the work fails", async () => {
	let at = "";
	const failing = withSqlOf("main", sql, async (path) => {
		at = path;
		throw new Error("no plan");
	});
	await expect(failing).rejects.toThrow("no plan");
	expect(existsSync(at)).toBe(false);
});

test.each([
	["nonsense", "git knows no nonsense: name a branch, a tag or a commit"],
	["--output=x", "git knows no --output=x"],
	["empty", "empty has no some/sql/"],
])("the ref %s is refused", async (ref, message) => {
	await expect(withSqlOf(ref, sql, async () => {})).rejects.toThrow(message);
});

test("a directory in no repository is refused", async () => {
	const lone = mkdtempSync(join(tmpdir(), "tidemark-lone-"));
	try {
		await expect(withSqlOf("HEAD", lone, async () => {})).rejects.toThrow("is in no git repository");
	} finally {
		rmSync(lone, { recursive: true });
	}
});

function write(path: string, text: string): void {
	mkdirSync(join(dir, path, ".."), { recursive: true });
	writeFileSync(join(dir, path), text);
}
