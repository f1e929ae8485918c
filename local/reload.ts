import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { watch } from "chokidar";
import { jobFiles } from "../infra/properties.ts";
import { type Plan, parsePlan } from "../sql/workbench/plan/plan.ts";
import { canonical } from "../sql/workbench/plan/row-type.ts";
import { judge, type Outcome } from "../sql/workbench/plan/verdict.ts";
import { planOnce } from "../sql/workbench/planner.ts";
import { SqlError } from "../sql/workbench/workbench.ts";
import { messageOf, UserError } from "./errors.ts";
import { type Flink, type FlinkStart, flinkSettings, releaseOf } from "./flink.ts";
import { SAVEPOINTS } from "./flink-config.ts";
import { runJob, stopJob } from "./flink-job.ts";
import type { FlinkRest } from "./flink-rest.ts";
import {
	changedFiles,
	isJobFile,
	keepRelease,
	type Release,
	type Released,
	readRelease,
	readSqlFiles,
} from "./release.ts";
import { placesIn } from "./stack.ts";

/** What an edit is told to do where not all state can be kept. */
export type How = "keep" | "fresh";

/** Whether the SQL files run as they are. */
export interface SqlStatus {
	state: "up" | "restarting" | "down";
	/** What is wrong with them, or what they wait for. */
	detail?: string;
}

export interface Reload {
	status(): SqlStatus;
	/** Ends the watching, after an edit that is being applied. */
	close(): Promise<void>;
}

export interface ReloadOptions {
	/** As Flink was started. */
	start: FlinkStart;
	sqlDir: string;
	/** Flink as it runs now; undefined while it does not. */
	flink: () => Flink | undefined;
	rest: FlinkRest;
	say: (text: string) => void;
	/** Makes lake and bars ready to be written from the beginning, and removes the checkpoints. */
	beginAnew: (reason: string) => Promise<void>;
	signal: AbortSignal;
}

/** An editor writes a file in several steps, and `git checkout` many files. */
const SETTLE_MS = 150;
/** How often it is looked whether somebody said how a waiting edit is to be applied. */
const LOOK_MS = 300;

/**
 * Applies each edit of the SQL files to the running job: planned first, so that an error leaves the job alone; then stopped
 * with a savepoint and started from it. An edit that would lose state waits until it is said how (`tidemark sql apply`).
 */
export function startReload({ start, sqlDir, flink, rest, say, beginAnew, signal }: ReloadOptions): Reload {
	const { dir } = start;
	const places = placesIn(dir);
	let status: SqlStatus = { state: "up" };
	let working: Promise<void> = Promise.resolve();
	let timer: NodeJS.Timeout | undefined;
	let looked: string | undefined = JSON.stringify(readRelease(dir)?.release.sql);

	const next = (how?: How) => {
		working = working.then(() => (signal.aborted ? undefined : apply(how))).catch((error) => failed(messageOf(error)));
	};
	const watcher = watch(
		jobFiles.map((path) => join(sqlDir, path)),
		{ ignoreInitial: true },
	).on("all", (_, path) => {
		if (!isJobFile(relative(sqlDir, path))) return;
		clearTimeout(timer);
		timer = setTimeout(next, SETTLE_MS);
	});
	watcher.on("error", (error) => say(`The SQL files are no longer watched: ${messageOf(error)}`));
	const asked = setInterval(() => {
		const how = takeRequest(places.apply);
		if (how) next(how);
	}, LOOK_MS);
	// What was saved while Flink was starting.
	next();

	function failed(detail: string): void {
		status = { state: "down", detail };
		say(`SQL not applied, the job runs on as it was:\n${indent(detail)}`);
	}

	async function apply(how?: How): Promise<void> {
		const began = performance.now();
		const before = readRelease(dir);
		const running = flink();
		if (!before || !running) return;
		const now = releaseOf(dir, readSqlFiles(sqlDir));
		const files = changedFiles(before.release.sql, now.sql);
		const text = JSON.stringify(now.sql);
		if (how === undefined && text === looked) return;
		looked = text;
		if (files.length === 0) {
			if (status.state !== "up") say("SQL: the files are again as the job that runs");
			else if (how !== undefined) say("SQL: no edit waits to be applied");
			status = { state: "up" };
			return;
		}
		say(`SQL changed: ${files.join(", ")}`);
		try {
			const plan = await planOnce({ sql: sqlDir, properties: now.properties }, running.workbench.compile);
			const fresh = parsePlan(plan, "the new plan");
			const runs = parsePlan(before.plan, "the running plan");
			const outcome = judge(runs, fresh, before.release.highest);
			if (how === undefined && outcome.verdict !== "compatible") {
				status = { state: "down", detail: `${outcome.verdict}: ${outcome.reasons.join("; ")}` };
				say(offer(outcome));
				return;
			}
			if (how === undefined && isSamePlan(runs, outcome.plan)) {
				keepRelease(dir, before.plan, { ...now, highest: before.release.highest, at: before.release.at });
				status = { state: "up" };
				say("SQL applied: it changes nothing in what the job does, which runs on");
				return;
			}
			const release: Release = { ...now, highest: outcome.highest, at: new Date().toISOString() };
			status = { state: "restarting" };
			const prepared = await restart(running, before, { plan: JSON.stringify(outcome.plan), release }, how);
			const seconds = (from: number, to: number) => `${((to - from) / 1000).toFixed(1)} s`;
			const ended = performance.now();
			const took = `${seconds(began, ended)} (${seconds(began, prepared)} to plan, ${seconds(prepared, ended)} to restart)`;
			status = { state: "up" };
			say(`SQL applied in ${took}: ${how === "fresh" ? "the stream is read from its beginning" : sayOutcome(outcome)}`);
		} catch (error) {
			if (signal.aborted) return; // the next start goes on from the savepoint, if there is one already
			if (!(error instanceof SqlError)) looked = undefined; // saving it once more tries again
			failed(messageOf(error));
		}
	}

	/** Where the new plan does not start, the old one goes on. Returns when the old one began to be stopped. */
	async function restart(
		{ workbench }: Flink,
		before: Released,
		to: { plan: string; release: Release },
		how: How | undefined,
	): Promise<number> {
		const prepare = () => workbench.request("prepare", { plan: to.plan, conf: places.flinkConf });
		// What a table refuses (one of the lake has other columns, say) is to be known before anything is stopped. Where only
		// views changed it is not refused, and made while the job stops; where tables are made anew it is made after that.
		const tables = changedFiles(before.release.sql, to.release.sql).some((path) => /^[13]_/.test(path));
		if (how !== "fresh" && tables) await prepare();
		const prepared = performance.now();
		const folder = join(places.checkpoints, SAVEPOINTS);
		const [savepoint] = await Promise.all([
			stopJob(workbench, folder),
			how !== "fresh" && !tables ? prepare().catch(() => {}) : undefined, // it fails once more at the start
		]);
		const conf = places.flinkConf;
		const from = (restoreFrom?: string) => ({ ...flinkSettings(start), restoreFrom, dropState: how === "keep" });
		try {
			if (how === "fresh") await beginAnew("As told");
			const settings = from(how === "fresh" ? undefined : savepoint);
			await runJob(workbench, rest, { plan: to.plan, conf, settings, signal });
		} catch (error) {
			if (signal.aborted || how === "fresh") throw error;
			say("The new SQL does not start; going back to the SQL that ran");
			await runJob(workbench, rest, { plan: before.plan, conf, settings: from(savepoint), signal });
			throw new UserError(messageOf(error), { cause: error });
		}
		keepRelease(dir, to.plan, to.release);
		return prepared;
	}

	return {
		status: () => status,
		async close() {
			clearTimeout(timer);
			clearInterval(asked);
			await watcher.close();
			await working;
		},
	};
}

function isSamePlan(a: Plan, b: Plan): boolean {
	const key = ({ nodes, edges }: Plan) =>
		canonical([nodes.toSorted((x, y) => x.id - y.id), edges.map((edge) => canonical(edge)).sort()]);
	return key(a) === key(b);
}

/** Asks a running stack to apply the edit that waits; see {@link startReload}. */
export function requestApply(dir: string, how: How): void {
	writeFileSync(placesIn(dir).apply, `${JSON.stringify({ how })}\n`);
}

function takeRequest(file: string): How | undefined {
	if (!existsSync(file)) return undefined;
	const { how } = JSON.parse(readFileSync(file, "utf8")) as { how: How };
	rmSync(file);
	return how;
}

function offer({ verdict, reasons }: Outcome): string {
	return `SQL not applied, it is ${verdict} with the state of the running job:
${reasons.map((reason) => `  - ${reason}`).join("\n")}
  Apply it with   npx tidemark sql apply           and keep what can be kept,
  or with         npx tidemark sql apply --fresh   and replay the stream from its beginning.
  Undo the edit to leave all as it is.`;
}

function sayOutcome({ operators, reasons }: Outcome): string {
	const count = (outcome: string) => operators.filter((each) => each.outcome === outcome).length;
	if (reasons.length > 0) return `${count("kept")} states kept; ${reasons.join("; ")}`;
	const fresh = count("new");
	return `all ${count("kept")} states kept${fresh > 0 ? `, ${fresh} new (empty until now)` : ""}`;
}

function indent(text: string): string {
	return text.replace(/^/gm, "  ");
}
