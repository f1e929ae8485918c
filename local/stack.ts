import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Outputs as Deployed } from "../infra/deploy.ts";
import { UserError } from "./errors.ts";
import { liveDir, runsDir } from "./paths.ts";
import { isAlive, type ProcessId } from "./process-id.ts";

/** What the stacks give out once they are deployed: names, ARNs and URLs. Here there is always a queue of alerts. */
export type Outputs = Deployed & { AlertsQueueUrl: string };

/** One local stack from its start on: the contents of its `stack.json`. */
export interface StackRecord {
	/** `live`, or the name of a run's directory. */
	id: string;
	/** Absolute path of its state. */
	dir: string;
	/** The `tidemark` process that owns it, and when that process started. */
	pid: number;
	started: string;
	/** ISO 8601, UTC. */
	startedAt: string;
	/** Base URLs without a slash at the end; `page` only where there is one. */
	endpoints: { aws: string; flink: string; questdb: string; page?: string };
	/** Shards of each stream, which a stack keeps for its life. */
	shards: number;
	/** Missing until the stacks are deployed. */
	outputs?: Outputs;
	/** The processes that belong to it, as long as they run. */
	processes: ({ name: string } & ProcessId)[];
}

/** A stack that was deployed, running or not. */
export interface Stack extends StackRecord {
	outputs: Outputs;
}

/** The region of everything local, and the credentials that the emulator takes. */
export { emulatedCredentials as localCredentials, emulatedRegion as region } from "../infra/emulated.ts";

/** Where the parts of a stack keep what is theirs. */
export function placesIn(dir: string) {
	const flink = join(dir, "flink");
	return {
		stackFile: join(dir, "stack.json"),
		lock: join(dir, "lock"),
		emulator: join(dir, "emulator"),
		questdb: join(dir, "questdb"),
		flink,
		flinkConf: join(flink, "conf"),
		checkpoints: join(flink, "checkpoints"),
		/** The plan that runs with the SQL that it was compiled from. */
		release: join(flink, "release"),
		/** How an edit that waits is to be applied. */
		apply: join(flink, "apply.json"),
		properties: join(flink, "application_properties.json"),
		/** The alerting rules that are deployed. */
		rules: join(dir, "deployed-rules.yaml"),
		log: (part: string) => join(dir, "logs", `${part}.log`),
	};
}

/** Writes `stack.json`, whole or not at all. */
export function writeStack(stack: StackRecord): void {
	mkdirSync(stack.dir, { recursive: true });
	const file = placesIn(stack.dir).stackFile;
	writeFileSync(`${file}.new`, `${JSON.stringify(stack, null, "\t")}\n`);
	renameSync(`${file}.new`, file);
}

/** Reads a directory's `stack.json`; undefined if there is none. Throws {@link UserError} if it is not readable. */
export function readStack(dir: string): StackRecord | undefined {
	const file = placesIn(dir).stackFile;
	if (!existsSync(file)) return undefined;
	try {
		return { ...(JSON.parse(readFileSync(file, "utf8")) as StackRecord), dir };
	} catch (cause) {
		throw new UserError(`${file} is not readable: remove ${dir}, or everything with npm run clean`, { cause });
	}
}

/** Whether the process that owns a stack still runs. */
export function isOwned(stack: StackRecord): boolean {
	return isAlive({ pid: stack.pid, started: stack.started });
}

/** Whether a stack can be asked: its owner runs and its emulator answers. */
export async function isUp(stack: StackRecord): Promise<boolean> {
	return isOwned(stack) && (await answers(`${stack.endpoints.aws}/_ministack/health`));
}

/** Whether a URL answers with success within two seconds. */
export async function answers(url: string): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
		await response.arrayBuffer();
		return response.ok;
	} catch {
		return false;
	}
}

/** The names of all runs that have a stack, the latest first. */
export function runIds(): string[] {
	if (!existsSync(runsDir())) return [];
	const runs = readdirSync(runsDir()).flatMap((id) => readStack(join(runsDir(), id)) ?? []);
	return runs.sort((a, b) => b.startedAt.localeCompare(a.startedAt) || b.id.localeCompare(a.id)).map(({ id }) => id);
}

/**
 * The stack to read from: the run that is named, else the live one if it is up, else the latest run that was deployed,
 * else the live one's kept state. Throws {@link UserError} where there is nothing to read.
 */
export async function findStack(run?: string): Promise<Stack> {
	const ids = runIds();
	if (run !== undefined) {
		const named =
			run === "live" ? readStack(liveDir()) : ids.includes(run) ? readStack(join(runsDir(), run)) : undefined;
		if (named && isDeployed(named)) return named;
		if (named) throw new UserError(`The run ${run} ended before it was deployed: there is nothing to read`);
		const known = ids.slice(0, 10).join(", ") || "none";
		throw new UserError(`There is no run ${JSON.stringify(run)}. The latest runs: ${known}`);
	}
	const live = readStack(liveDir());
	if (live && isDeployed(live) && (await isUp(live))) return live;
	for (const id of ids) {
		const stack = readStack(join(runsDir(), id));
		if (stack && isDeployed(stack)) return stack;
	}
	if (live && isDeployed(live)) return live;
	throw new UserError(
		"There is nothing to read yet: start a stack with npm start, or run one with --replay FILE --once",
	);
}

/** Whether a stack came as far as having streams and tables. */
export function isDeployed(stack: StackRecord): stack is Stack {
	return stack.outputs !== undefined;
}

/** A new run's name: when it started, to the second, and the process. */
export function newRunId(now = new Date(), pid = process.pid): string {
	return `${now.toISOString().slice(0, 19).replaceAll(":", "").replace("T", "-")}-${pid}`;
}

/** Bytes of everything below a directory. */
export function sizeOf(dir: string): number {
	if (!existsSync(dir)) return 0;
	return readdirSync(dir, { withFileTypes: true, recursive: true })
		.filter((entry) => entry.isFile())
		.reduce(
			(sum, entry) => sum + (statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0),
			0,
		);
}
