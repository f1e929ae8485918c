import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { asJson } from "../../local/format.ts";
import { openLake } from "../../local/lake.ts";
import { root, toolsDir } from "../../local/paths.ts";
import { runSql } from "../../local/query.ts";
import { isDeployed } from "../../local/stack.ts";
import { withEmulator } from "../../local/wake.ts";
import { currentRun } from "./kill.ts";

/** The last line that a run with `--once` prints. */
export interface Result {
	trades: number;
	duplicates: number;
	rejects: { malformed: number; invalid: number; late: number };
	bars: Record<"1m" | "5m" | "1h" | "1d", number>;
	hits: number;
	alerts: number;
	seconds: number;
}

/** The state directories that this file's tests had. */
export const states: string[] = [];

/** A state directory of its own, so that a test neither sees nor touches the clone's stacks; the tools are shared. */
export function temporaryState() {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-e2e-"));
	states.push(dir);
	return { dir, remove: () => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }) };
}

export interface Finished {
	code: number | null;
	stdout: string;
	stderr: string;
}

/** Starts the command line as a user would, on a state directory of its own. */
export function tidemark(state: string, args: string[], env: NodeJS.ProcessEnv = {}) {
	const tools = toolsDir();
	const child: ChildProcess = spawn(process.execPath, [join(root, "local", "cli.mjs"), ...args], {
		cwd: root,
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, TIDEMARK_STATE: state, TIDEMARK_TOOLS: tools, ...env },
	});
	let stdout = "";
	let stderr = "";
	child.stdout?.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr?.on("data", (chunk) => {
		stderr += chunk;
		if (process.env.TIDEMARK_VERBOSE) process.stderr.write(chunk);
	});
	const finished = new Promise<Finished>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code) => resolve({ code, stdout, stderr }));
	});
	return { child, finished, stderr: () => stderr };
}

/** Runs the command to its end; throws with what it printed unless it exits with 0. */
export async function succeed(state: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<string> {
	const { code, stdout, stderr } = await tidemark(state, args, env).finished;
	if (code !== 0) throw new Error(`tidemark ${args.join(" ")} exited with ${code}\n${stderr}\n${stdout}`);
	return stdout;
}

/** Replays a file with `--once` and returns the line of JSON that closes the run. */
export async function once(state: string, file: string, args: string[] = [], env: NodeJS.ProcessEnv = {}) {
	return resultOf(
		await succeed(state, ["up", "--replay", file, "--speed", "max", "--once", "--no-page", ...args], env),
	);
}

export function resultOf(stdout: string): Result {
	const lines = stdout.trim().split("\n");
	if (lines.length !== 1) throw new Error(`stdout should carry the result alone, but it was:\n${stdout}`);
	return JSON.parse(lines[0] ?? "") as Result;
}

/** The rows of several queries over the lake of the one run in this state directory, whose emulator is woken once for them. */
export async function queries<T extends unknown[][]>(state: string, ...sql: { [Each in keyof T]: string }): Promise<T> {
	const run = currentRun(state);
	if (!run || !isDeployed(run)) throw new Error(`There is no run in ${state}`);
	return withEmulator(run, async (awake) => {
		const lake = await openLake(awake);
		try {
			const rows: unknown[] = [];
			for (const each of sql) rows.push(JSON.parse(asJson(await runSql(lake, each))));
			return rows as T;
		} finally {
			lake.close();
		}
	});
}

/** The rows of a query over the latest run's lake, as the command prints them. */
export async function query<T>(state: string, sql: string): Promise<T[]> {
	return JSON.parse(await succeed(state, ["query", "--json", sql])) as T[];
}
