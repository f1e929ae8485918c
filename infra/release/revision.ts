import { execa } from "execa";
import type { Revision } from "./releases.ts";

/** What of git a folder is at; null where it is in no repository or git is not there. */
export async function revisionOf(folder: string): Promise<Revision | null> {
	const git = async (...args: string[]) => {
		const { stdout, failed } = await execa("git", args, { cwd: folder, reject: false });
		return failed ? undefined : stdout.trim();
	};
	const commit = await git("rev-parse", "HEAD");
	if (commit === undefined) return null;
	const branch = await git("symbolic-ref", "--short", "--quiet", "HEAD");
	const changes = await git("status", "--porcelain", "--", ".");
	return { commit, branch: branch ?? null, edited: changes !== "" };
}

/** `9eaa352 on main, with edits`. */
export function sayRevision(revision: Revision | null): string {
	if (!revision) return "in no git repository";
	const { commit, branch, edited } = revision;
	return `${commit.slice(0, 7)}${branch ? ` on ${branch}` : ""}${edited ? ", with edits" : ""}`;
}
