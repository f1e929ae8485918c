import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Progress } from "./progress.ts";
import { freshLog } from "./run-tool.ts";

/** One thing that the set-up makes: a directory below the tools that depends on nothing but its inputs. */
export interface Step {
	/** The directory's name below the tools. */
	name: string;
	/** For people, such as `Building the runner jar`. */
	title: string;
	/** Whatever the result depends on: versions, and contents by {@link hashFiles}. */
	inputs: string[];
	/** Fills `dir`, which is empty; what it throws undoes all of it. */
	make(dir: string, log: string, signal?: AbortSignal): Promise<void>;
}

const STAMP = ".stamp";

/** The stamp of a step's result, which is over all that it was made from. Throws where there is none. */
export function stampIn(tools: string, name: string): string {
	return readFileSync(join(tools, name, STAMP), "utf8");
}

/** Whether a step's result is there and was made from the same inputs. */
export function isMade(step: Step, tools: string): boolean {
	return existsSync(join(tools, step.name, STAMP)) && stampIn(tools, step.name) === stampOf(step);
}

/**
 * Makes a step's result unless it is there already. It is made aside and moved into place with its stamp when it is
 * whole, so that neither a failure nor a kill in the middle leaves something half-made that looks ready.
 */
export async function makeStep(step: Step, tools: string, progress: Progress, signal?: AbortSignal): Promise<void> {
	if (isMade(step, tools)) return;
	const final = join(tools, step.name);
	const aside = join(tools, `.${step.name}.new`);
	const log = freshLog(join(tools, "logs", `${step.name}.log`));
	await progress.step(step.title, async () => {
		rmSync(aside, { recursive: true, force: true });
		mkdirSync(aside, { recursive: true });
		try {
			await step.make(aside, log, signal);
			writeFileSync(join(aside, STAMP), stampOf(step));
			rmSync(final, { recursive: true, force: true });
			renameSync(aside, final);
		} finally {
			rmSync(aside, { recursive: true, force: true });
		}
	});
}

/** A hash over the names and contents of files and everything below directories. */
export function hashFiles(base: string, ...paths: string[]): string {
	const hash = createHash("sha256");
	for (const file of paths.flatMap((path) => filesBelow(join(base, path))).sort()) {
		hash
			.update(`${relative(base, file)}\0`)
			.update(readFileSync(file))
			.update("\0");
	}
	return hash.digest("hex");
}

function filesBelow(path: string): string[] {
	const stat = statSync(path, { throwIfNoEntry: false });
	if (!stat?.isDirectory()) return stat ? [path] : [];
	const entries = readdirSync(path, { withFileTypes: true, recursive: true });
	return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

function stampOf(step: Step): string {
	return createHash("sha256")
		.update(JSON.stringify([step.name, ...step.inputs]))
		.digest("hex");
}
