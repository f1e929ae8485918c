import {
	closeSync,
	mkdirSync,
	mkdtempSync,
	openSync,
	readSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { findPrerequisites } from "../../../../local/prerequisites.ts";
import { type Plan, parsePlan } from "../../../../sql/workbench/plan/plan.ts";
import { startWorkbench } from "../../../../sql/workbench/workbench.ts";
import { lines, type Reading, type Sql, writeSql } from "./readings.ts";

/** What each printing table got, as `[a, 1]`; sorted, since the order among keys is nobody's. */
export type Printed = Record<string, string[]>;

/** A Flink on which jobs over readings are stopped with a savepoint and go on with another plan. */
export interface Stand {
	dir: string;
	compile(sql: Sql, properties?: Record<string, string>): Promise<Plan>;
	/** Compiles a SQL directory of another kind, that is not to be run. */
	plan(sql: Sql, properties: Record<string, string>): Promise<Plan>;
	/** Puts readings where the job that runs, and every one after it, reads them. */
	give(name: string, readings: Reading[]): void;
	start(plan: Plan, from?: { savepoint: string; allowNonRestored: boolean }): Promise<void>;
	/** Waits until a table has printed a row with this text since the job's start. */
	printed(table: string, text: string, times?: number): Promise<void>;
	/** Stops the job, with a savepoint if one is wanted; returns what it printed. */
	stop(options?: { savepoint: boolean }): Promise<{ printed: Printed; savepoint: string | undefined }>;
	end(): Promise<void>;
}

/** How long a row may take, on a machine that is busy with other tests too. */
const PATIENCE_MS = 45_000;

/** Starts it in a temporary folder. */
export async function openStand(): Promise<Stand> {
	const { java } = await findPrerequisites(["jdk"]);
	const dir = mkdtempSync(join(tmpdir(), "tidemark-restore-"));
	const log = join(dir, "workbench.log");
	const input = join(dir, "in");
	for (const name of ["in", "conf", "savepoints", "checkpoints"]) mkdirSync(join(dir, name));
	writeFileSync(join(dir, "conf", "config.yaml"), configuration(dir));
	const workbench = await startWorkbench({ java, log });
	let folders = 0;
	let from = 0;
	/** Only what came since the start: Flink's log of all the jobs grows to megabytes, and is asked for many times a second. */
	const output = () => readFrom(log, from);

	async function compile(sql: Sql, properties: Record<string, string>): Promise<Plan> {
		folders += 1;
		const folder = join(dir, `sql-${folders}`);
		writeSql(folder, sql);
		const { plan = "" } = await workbench.compile({ sql: folder, properties, plan: true, describe: false });
		return parsePlan(plan, folder);
	}

	return {
		dir,
		compile(sql, properties = {}) {
			const places = { PATH: pathToFileURL(input).href, WAREHOUSE: pathToFileURL(join(dir, "warehouse")).href };
			return compile(sql, { LATENESS_SECONDS: "5", ...places, ...properties });
		},
		plan: compile,
		give(name, readings) {
			writeFileSync(join(dir, name), lines(readings));
			renameSync(join(dir, name), join(input, `${name}.json`));
		},
		async start(plan, restore) {
			from = statSync(log).size;
			const body = { plan: JSON.stringify(plan), conf: join(dir, "conf") };
			await workbench.request(
				"start",
				restore ? { ...body, restore: restore.savepoint, allowNonRestored: restore.allowNonRestored } : body,
			);
		},
		async printed(table, text, times = 1) {
			const until = Date.now() + PATIENCE_MS;
			while ((rowsIn(output())[table] ?? []).filter((row) => row.includes(text)).length < times) {
				if (workbench.child.crashed()) throw new Error(`The workbench ended:\n${output().slice(-4000)}`);
				if (Date.now() > until) throw new Error(`${table} printed no ${text}, but:\n${output().slice(-4000)}`);
				await sleep(40);
			}
		},
		async stop({ savepoint } = { savepoint: false }) {
			const body = savepoint ? { savepoint: pathToFileURL(join(dir, "savepoints")).href } : {};
			const answer = await stopped(() => workbench.request<{ savepoint?: string }>("stop", body));
			return { printed: rowsIn(output()), savepoint: answer.savepoint };
		},
		async end() {
			await workbench.stop();
			rmSync(dir, { recursive: true, force: true, maxRetries: 5 });
		},
	};
}

/** Asks again while some task is still starting: no savepoint can be taken of it. */
async function stopped<T>(ask: () => Promise<T>): Promise<T> {
	for (const until = Date.now() + PATIENCE_MS; ; await sleep(50)) {
		try {
			return await ask();
		} catch (error) {
			if (Date.now() > until || !String(error).includes("Not all required tasks are currently running")) throw error;
		}
	}
}

function readFrom(file: string, start: number): string {
	const buffer = Buffer.alloc(statSync(file).size - start);
	const descriptor = openSync(file, "r");
	try {
		return buffer.toString("utf8", 0, readSync(descriptor, buffer, 0, buffer.length, start));
	} finally {
		closeSync(descriptor);
	}
}

function rowsIn(output: string): Printed {
	const printed: Printed = {};
	for (const [, table = "", row = ""] of output.matchAll(/^(\w+)> \+I(\[.*\])$/gm)) {
		printed[table] = [...(printed[table] ?? []), row];
	}
	for (const rows of Object.values(printed)) rows.sort();
	return printed;
}

function configuration(dir: string): string {
	return JSON.stringify({
		"rest.port": 0,
		"rest.bind-port": "0",
		"parallelism.default": 1,
		"execution.checkpointing.dir": pathToFileURL(join(dir, "checkpoints")).href,
		"state.backend.type": "hashmap",
		// A job that fails must not be tried again: it would only fail again.
		"restart-strategy.type": "none",
		"taskmanager.memory.network.min": "64 mb",
		"taskmanager.memory.network.max": "64 mb",
		"taskmanager.memory.managed.size": "32 mb",
		"pipeline.auto-watermark-interval": "20 ms",
	});
}
