import { rmSync } from "node:fs";
import { UserError } from "./errors.ts";
import { lastLines } from "./log.ts";
import { startChild } from "./process.ts";

/** A program that runs to its end during the set-up. */
export interface ToolRun {
	/** What it is called in messages, such as `Maven`. */
	name: string;
	command: string;
	args: string[];
	env: NodeJS.ProcessEnv;
	log: string;
	cwd?: string;
	signal?: AbortSignal | undefined;
}

/** Runs a tool to its end. Throws {@link UserError} with its last lines and its log's path if it fails. */
export async function runTool({ signal, ...tool }: ToolRun): Promise<void> {
	signal?.throwIfAborted();
	const child = await startChild(tool);
	const stop = () => void child.stop(2_000);
	signal?.addEventListener("abort", stop, { once: true });
	const exit = await child.exited;
	signal?.removeEventListener("abort", stop);
	signal?.throwIfAborted();
	if (exit.code === 0) return;
	const how = exit.signal ? `was killed by ${exit.signal}` : `failed with exit code ${exit.code}`;
	const lines = lastLines(tool.log, 25).map((line) => `    ${line}`);
	throw new UserError(
		`${tool.name} ${how}: ${[tool.command, ...tool.args].join(" ")}\n${lines.join("\n")}\nThe whole log: ${tool.log}`,
	);
}

/** Removes the log of an earlier attempt, so that what is shown is of this one. */
export function freshLog(file: string): string {
	rmSync(file, { force: true });
	return file;
}
