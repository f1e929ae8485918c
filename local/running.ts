import { rmSync } from "node:fs";
import { join } from "node:path";
import type { Overrides } from "../infra/config.ts";
import { type Application, describeApplication, writeProperties } from "./application.ts";
import { prepareDeployment } from "./deployment.ts";
import { watchDisk } from "./disk.ts";
import { startEmulator } from "./emulator.ts";
import { messageOf, UserError } from "./errors.ts";
import { type Flink, type FlinkStart, startFlink } from "./flink.ts";
import { type FlinkRest, flinkRest } from "./flink-rest.ts";
import { upkeep } from "./lake/upkeep.ts";
import { beginAnew, keepOrForget } from "./origin.ts";
import type { Part } from "./page/messages.ts";
import type { Ports } from "./ports.ts";
import { type Child, crashMessage } from "./process.ts";
import { processId } from "./process-id.ts";
import type { Progress } from "./progress.ts";
import { postgresPort, startQuestDb } from "./questdb.ts";
import { type Reload, startReload } from "./reload.ts";
import { type RulesReload, startRulesReload } from "./rules-reload.ts";
import { placesIn, readStack, type Stack, type StackRecord, writeStack } from "./stack.ts";
import { type Supervised, supervise } from "./supervise.ts";

/** How to start a stack. */
export interface StackStart {
	id: string;
	dir: string;
	ports: Ports;
	java: string;
	shards: number;
	parallelism: number;
	checkpointMs: number;
	/** Whether a live page will be served at its port. */
	page: boolean;
	/** Whether Grafana may read QuestDB. */
	grafana?: boolean;
	/** The SQL directory. */
	sqlDir: string;
	/** Whether edits of the SQL files are applied to the running job. */
	watchSql: boolean;
	/** Whether edits of the alerting rules are deployed. */
	watchRules?: boolean;
	/** What else differs from infra/config.ts, such as the file of rules. */
	overrides?: Overrides;
	progress: Progress;
	signal: AbortSignal;
}

/** A stack that is up: emulator with the deployed stacks, QuestDB, and Flink, which may still be starting the job. */
export interface RunningStack {
	stack: Stack;
	application: Application;
	flink: FlinkRest;
	/** Resolves when the job runs; what keeps it from that comes with `failed`. Trades can be sent before. */
	jobRuns: Promise<unknown>;
	parts(): Part[];
	/** Resolves with the reason once a part has ended by itself and is not started again; never rejects. */
	failed: Promise<Error>;
	/** Flink with a last checkpoint, then whatever else reads the stores, then QuestDB and the emulator with its state. */
	stop(readers?: () => Promise<void>): Promise<void>;
}

/** Starts a stack. If something goes wrong, or the signal comes, all that was started is stopped before it throws. */
export async function startStack(start: StackStart): Promise<RunningStack> {
	const { dir, ports, java, progress, signal } = start;
	const url = (port: number) => `http://127.0.0.1:${port}`;
	const self = processId(process.pid);
	const kept = readStack(dir);
	const record: StackRecord = {
		// What an earlier start deployed can be read even if this one comes to nothing.
		...(kept?.outputs ? { outputs: kept.outputs } : {}),
		id: start.id,
		dir,
		...self,
		startedAt: new Date().toISOString(),
		endpoints: {
			aws: url(ports.aws),
			flink: url(ports.flink),
			questdb: url(ports.questdb),
			...(start.page ? { page: url(ports.page) } : {}),
		},
		shards: start.shards,
		processes: [],
	};
	const children: Child[] = [];
	const own = (child: Child) => {
		children.push(child);
		record.processes.push({ name: child.name, ...child.id });
		writeStack(record);
		void child.exited.then(() => {
			record.processes = record.processes.filter(({ pid }) => pid !== child.id.pid);
			writeStack(record);
		});
	};
	const options = { signal, onStart: own };
	let flinkProcess: Supervised | undefined;
	let running: Flink | undefined;
	let reload: Reload | undefined;
	let rulesReload: RulesReload | undefined;
	let keptUp: Promise<void> | undefined;
	const closing = new AbortController();
	const notClosing = AbortSignal.any([signal, closing.signal]);
	const flink = flinkRest(record.endpoints.flink);

	let launching: Promise<Supervised> | undefined;

	const disk = watchDisk({
		dir,
		say: progress.say,
		// Its writes would fail one after the other, and the emulator acknowledges what it cannot keep.
		onShort: async () => {
			await launching?.catch(() => {});
			await lastCheckpoint(flink).catch((error) => progress.say(`Flink took no last checkpoint: ${messageOf(error)}`));
			await running?.child.stop(5_000);
		},
		signal: notClosing,
	});

	async function stop(withCheckpoint: boolean, readers?: () => Promise<void>): Promise<void> {
		if (flinkProcess?.state() === "up" && withCheckpoint) {
			await lastCheckpoint(flink).catch((error) => progress.say(`Flink took no last checkpoint: ${messageOf(error)}`));
		}
		closing.abort(new Error("the stack is being stopped"));
		await Promise.all([reload?.close(), rulesReload?.close(), keptUp]);
		await launching?.catch(() => {});
		await flinkProcess?.stop(5_000);
		await readers?.();
		await disk.roomToSave();
		// In the reverse of the order in which they were started; the emulator saves its state last of all.
		for (const child of children.toReversed()) await child.stop(60_000);
		// Flink's unpacked planner and what else is of no use to anybody who reads this stack later.
		rmSync(join(placesIn(dir).flink, "tmp"), { recursive: true, force: true });
		record.processes = [];
		writeStack(record);
	}

	try {
		writeStack(record);
		const deployment = prepareDeployment(start, record);
		const [emulator, questdb] = await progress.step("Starting the AWS emulator and QuestDB", () =>
			both(
				startEmulator(dir, ports.aws, options),
				startQuestDb(dir, ports.questdb, java, {
					...options,
					postgres: start.grafana ? postgresPort : undefined,
				}),
			),
		);
		const up = [emulator, questdb];
		const outputs = await progress.step("Deploying the stacks to the emulator", () =>
			whileUp(up, signal, deployment.deploy),
		);
		if (!outputs.AlertsQueueUrl) throw new Error("The deployed stacks have no output AlertsQueueUrl");
		const stack: Stack = Object.assign(record, { outputs: { ...outputs, AlertsQueueUrl: outputs.AlertsQueueUrl } });
		writeStack(stack);
		const application = await describeApplication(record.endpoints.aws, outputs.ApplicationName);
		writeProperties(placesIn(dir).properties, application);
		await keepOrForget(stack, progress.say);
		if (start.watchRules) {
			rulesReload = startRulesReload({
				...deployment.rules,
				deploy: () => deployment.deploy(notClosing),
				say: progress.say,
				signal: notClosing,
			});
		}
		const begin: FlinkStart = {
			dir,
			port: ports.flink,
			java,
			...application,
			onStart: own,
			onAnew: (reason) => beginAnew(stack, reason, progress.say),
		};
		const launch = async (either: AbortSignal, again: boolean) => {
			running = undefined;
			running = await startFlink({ ...begin, again, signal: either });
			return running.child;
		};
		// The stream takes trades while the planner is still at work.
		launching = progress
			.step("Starting Flink with the job", () => whileUp(up, notClosing, (either) => launch(either, false)))
			.then((first) => {
				const restarts = Number(process.env.TIDEMARK_RESTARTS ?? 3); // more for who kills it on purpose
				flinkProcess = supervise(first, () => launch(notClosing, true), progress.say, {
					restarts,
					signal: notClosing,
					hold: disk.room,
				});
				if (start.watchSql) {
					reload = startReload({
						start: begin,
						sqlDir: start.sqlDir,
						flink: () => (running?.child.crashed() ? undefined : running),
						rest: flink,
						say: progress.say,
						beginAnew: (reason) => beginAnew(stack, reason, progress.say),
						signal: notClosing,
					});
					keptUp = upkeep({ stack, java, say: progress.say, signal: notClosing, notNow: disk.shortage });
				}
				return flinkProcess;
			});
		const flinkFailed = launching.then(
			({ gaveUp }) => gaveUp,
			(error) => (notClosing.aborted ? new Promise<Error>(() => {}) : error),
		);
		return {
			stack,
			application,
			flink,
			jobRuns: launching,
			parts: () => [
				{ part: "emulator", state: stateOf(emulator) },
				{ part: "questdb", state: stateOf(questdb) },
				{ part: "flink", state: flinkProcess?.state() ?? "starting", ...held(disk.shortage()) },
				...(reload ? [{ part: "sql" as const, ...reload.status() }] : []),
				...(rulesReload ? [{ part: "rules" as const, ...rulesReload.status() }] : []),
			],
			failed: Promise.race([flinkFailed, crash(emulator), crash(questdb)]),
			stop: (readers) => stop(!emulator.crashed(), readers),
		};
	} catch (error) {
		await stop(false);
		throw signal.aborted ? signal.reason : error;
	}
}

async function lastCheckpoint(flink: FlinkRest): Promise<void> {
	const job = await flink.job();
	if (job?.state === "RUNNING") await flink.checkpoint(job.id, 20_000);
}

/** Why a part is held, for the page. */
function held(shortage: string | undefined): { detail?: string } {
	return shortage === undefined ? {} : { detail: shortage };
}

function stateOf(child: Child): Part["state"] {
	return child.crashed() ? "down" : "up";
}

// Resolves when a child ends without being asked to.
async function crash(child: Child): Promise<Error> {
	const exit = await child.exited;
	return child.crashed() ? new UserError(crashMessage(child, exit)) : new Promise(() => {});
}

/** Waits for work that needs these children; when one of them ends the work is told to stop, and that is thrown. */
async function whileUp<T>(
	children: Child[],
	signal: AbortSignal,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	const ended = new AbortController();
	for (const child of children) void crash(child).then((error) => ended.abort(error));
	const working = work(AbortSignal.any([signal, ended.signal]));
	try {
		return await working;
	} catch (error) {
		throw ended.signal.aborted ? ended.signal.reason : error;
	}
}

/** Both results, and if one fails its error only when the other has ended too, so that nothing starts unseen. */
async function both<A, B>(a: Promise<A>, b: Promise<B>): Promise<[A, B]> {
	const settled = await Promise.allSettled([a, b]);
	for (const result of settled) if (result.status === "rejected") throw result.reason;
	return Promise.all([a, b]);
}
