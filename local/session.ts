import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadRules } from "../alerting/rules/load.ts";
import {
	type Feed,
	openFeed,
	type ProduceResult,
	type Progress as ProducerProgress,
	publish,
} from "../producer/index.ts";
import { latenessOf } from "./application.ts";
import { chosenOverrides } from "./deployment.ts";
import { requireRoom } from "./disk.ts";
import type { Sent } from "./drain.ts";
import { isUserError, messageOf, UserError } from "./errors.ts";
import { type FeedOptions, feedSpecOf, isOfThePresent } from "./feed-options.ts";
import { lakeCounter } from "./lake-counter.ts";
import { copyLakeCounts } from "./lake-counts.ts";
import { stopLeftovers } from "./leftovers.ts";
import { isLock, tryLock } from "./lock.ts";
import { finish } from "./once.ts";
import type { Page } from "./page/server.ts";
import { liveDir, root, runsDir } from "./paths.ts";
import { choosePorts, type Ports } from "./ports.ts";
import { killChildren } from "./process.ts";
import { producerPart } from "./producer-part.ts";
import { type Progress, startProgress } from "./progress.ts";
import { type RunningStack, startStack } from "./running.ts";
import { setUp } from "./setup.ts";
import { onStop } from "./signals.ts";
import { newRunId, placesIn, readStack, region } from "./stack.ts";

/** The options of `tidemark up`. */
export interface UpOptions extends FeedOptions {
	once?: boolean;
	/** The SQL directory; the repository's own by default. */
	sql?: string;
	/** The file of alerting rules; the repository's own by default. */
	rules?: string;
	keepHistory?: boolean;
	/** Whether Grafana may read QuestDB. */
	grafana?: boolean;
	shards?: number;
	parallelism: number;
	page: boolean;
	portAws?: number;
	portFlink?: number;
	portQuestdb?: number;
	portPage?: number;
}

/**
 * Checkpoints here come often: rows of the lake become visible with them. But each commits to every table: at 5 s the hour
 * of real trades takes 114 s of CPU from start to end, at 15 s it takes 94 s.
 */
const CHECKPOINT_MS = 10_000;
const SHARDS = 2;

/** The user asked to stop. */
class Stopped extends Error {}

/**
 * Runs a stack until it is told to stop, or with `once` until all is processed. Returns the exit code.
 * Throws {@link UserError} when it cannot start or a part fails; all that was started is stopped by then.
 */
export async function up(options: UpOptions): Promise<number> {
	const { once = false } = options;
	if (once && options.replay === undefined && options.count === undefined) {
		throw new UserError("--once needs a feed that ends: give --replay FILE, or --count TRADES");
	}
	if (once && options.loop) throw new UserError("--once needs a feed that ends: leave out --loop");
	const progress = startProgress();
	const stop = new AbortController();
	const noLonger = onStop(
		() => {
			progress.say("Stopping everything; press Ctrl-C again to kill it at once");
			stop.abort(new Stopped("stopped"));
		},
		() => {
			killChildren();
			process.exit(130);
		},
	);
	try {
		return await session(options, once, progress, stop.signal);
	} catch (error) {
		if (!(error instanceof Stopped)) throw error;
		progress.say("Stopped");
		return once ? 130 : 0;
	} finally {
		noLonger();
	}
}

async function session(options: UpOptions, once: boolean, progress: Progress, signal: AbortSignal): Promise<number> {
	const id = once ? newRunId() : "live";
	const dir = once ? join(runsDir(), id) : liveDir();
	const kept = readStack(dir);
	const lock = tryLock(placesIn(dir).lock);
	if (!isLock(lock)) {
		const where = kept?.endpoints.page ? `: its page is at ${kept.endpoints.page}` : "";
		throw new UserError(`A stack is up already (process ${lock.pid})${where}`);
	}
	try {
		await stopLeftovers(dir, progress.say);
		await requireRoom(dir);
		const shards = options.shards ?? kept?.shards ?? SHARDS;
		if (kept && kept.shards !== shards) {
			throw new UserError(
				`The live stack has ${kept.shards} shards in each stream, and the emulator loses records when it reshards: leave out --shards, or remove the stack with npm run clean`,
			);
		}
		// What an earlier start sent is in the stream still: the same history once more would be late.
		const goesOn = kept?.outputs !== undefined;
		const spec = feedSpecOf(options, { goesOn });
		const feed = await openFeed(spec);
		const ports = await choosePorts(askedPorts(options), {
			pickFree: once,
			names: options.page ? ["aws", "flink", "questdb", "page"] : ["aws", "flink", "questdb"],
		});
		const { java } = await setUp(progress, { signal });
		const { parallelism, page } = options;
		const sqlDir = resolve(options.sql ?? join(root, "sql"));
		const start = {
			id,
			dir,
			ports,
			java,
			shards,
			parallelism,
			checkpointMs: CHECKPOINT_MS,
			page,
			grafana: options.grafana ?? false,
			sqlDir,
			watchSql: !once,
			watchRules: !once,
			overrides: {
				...chosenOverrides(options, kept),
				// A run that ends says the same on every day.
				liveData: !once && isOfThePresent(spec),
			},
			progress,
			signal,
		};
		return await whileRunning(await startStack(start), feed, {
			...{ once, ports, progress, signal, page, grafana: start.grafana },
		});
	} finally {
		lock.release();
	}
}

interface Session {
	once: boolean;
	page: boolean;
	grafana: boolean;
	ports: Ports;
	progress: Progress;
	signal: AbortSignal;
}

async function whileRunning(
	running: RunningStack,
	feed: Feed,
	{ once, page: wantsPage, grafana, ports, progress, signal }: Session,
): Promise<number> {
	const failure = new AbortController();
	void running.failed.then((error) => failure.abort(error));
	const ending = AbortSignal.any([signal, failure.signal]);
	let page: Page | undefined;
	let producer: "starting" | "up" | "down" | "ended" = "starting";
	let sending: Pick<ProducerProgress, "sent" | "waitedMs"> = { sent: 0, waitedMs: 0 };
	const counter = lakeCounter(running.stack);
	const leaving = new AbortController();
	const copying = grafana
		? copyLakeCounts(running.stack.endpoints.questdb, counter.open, { signal: leaving.signal, say: progress.say })
		: undefined;
	try {
		if (wantsPage) {
			const { startPage } = await import("./page/server.ts");
			page = await startPage({
				stack: running.stack,
				port: ports.page,
				status: () => [...running.parts(), producerPart(feed, producer, Date.now(), sending)],
				lakeCounts: counter.counts,
				exchanges: loadRules(readFileSync(placesIn(running.stack.dir).rules, "utf8")).exchanges,
				warn: progress.say,
			});
			progress.say(`The live page: ${page.url}`);
		}
		progress.say(`Feed: ${feed.name}`);
		producer = "up";
		const say = sayProgress(progress, feed);
		const result = await publish(feed, {
			stream: running.stack.outputs.TradesStream,
			// Tests put a proxy that fails between the feed and the stream.
			kinesis: { endpoint: process.env.TIDEMARK_FEED_ENDPOINT ?? running.stack.endpoints.aws, region },
			latenessMs: latenessOf(running.application),
			close: feed.total !== undefined,
			signal: ending,
			onProgress: (at) => {
				sending = at;
				say(at);
			},
			onWarning: progress.say,
		});
		producer = feed.total === undefined ? "down" : "ended";
		sending = { sent: result.sent, waitedMs: 0 };
		ending.throwIfAborted();
		progress.say(
			`Sent ${result.sent} records and ${result.clocks} clocks, ${result.retried} again, ${result.failed} not`,
		);
		await whenRunning(running, ending);
		if (once) {
			process.stdout.write(`${JSON.stringify(await finish(running, sentOf(result), progress, ending))}\n`);
			return 0;
		}
		progress.say("The feed has ended; the stack stays up until Ctrl-C");
		await new Promise((_, reject) => ending.addEventListener("abort", () => reject(ending.reason), { once: true }));
		return 0;
	} catch (error) {
		throw ending.aborted ? ending.reason : error;
	} finally {
		leaving.abort();
		await copying;
		await stopAll(running, page, counter, progress);
	}
}

/** Waits until the job runs, or throws why it will not. */
async function whenRunning({ jobRuns }: RunningStack, ending: AbortSignal): Promise<void> {
	const aborted = new Promise<never>((_, reject) => {
		if (ending.aborted) reject(ending.reason);
		ending.addEventListener("abort", () => reject(ending.reason), { once: true });
	});
	await Promise.race([jobRuns, aborted]);
}

/** How often it is said how much was sent. */
const SAY_EVERY_MS = 5_000;

function sayProgress(progress: Progress, feed: Feed): (at: ProducerProgress) => void {
	let said = performance.now();
	return ({ sent, retried }) => {
		// A feed without end would fill the terminal, and the page shows it.
		if (feed.total === undefined || performance.now() - said < SAY_EVERY_MS) return;
		said = performance.now();
		progress.say(`Sent ${sent} of ${feed.total} records${retried > 0 ? `, ${retried} of them again` : ""}`);
	};
}

function sentOf({ sent, failed, clocks, closedAt }: ProduceResult): Sent {
	if (failed > 0) throw new UserError(`${failed} records could not be sent, so the run cannot add up`);
	if (closedAt === null) throw new UserError("Nothing with an event time was sent, so no window can close");
	return { records: sent, clocks, closedAt: Date.parse(closedAt) };
}

async function stopAll(
	running: RunningStack,
	page: Page | undefined,
	counter: ReturnType<typeof lakeCounter>,
	progress: Progress,
): Promise<void> {
	await progress
		.step("Stopping the stack", () =>
			running.stop(async () => {
				await page?.close();
				counter.close();
			}),
		)
		.catch((error) => progress.say(`${isUserError(error) ? "" : "Unexpected: "}${messageOf(error)}`));
}

function askedPorts(options: UpOptions): Partial<Ports> {
	const { portAws: aws, portFlink: flink, portQuestdb: questdb, portPage: page } = options;
	return Object.fromEntries(Object.entries({ aws, flink, questdb, page }).filter(([, port]) => port !== undefined));
}
