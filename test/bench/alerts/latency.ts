/** One run of the whole stack on this machine: from each crossing's PutRecords to its message, with all the moments between. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Hit, Trade } from "../../../contracts.ts";
import { root } from "../../../local/paths.ts";
import { choosePorts } from "../../../local/ports.ts";
import type { Progress } from "../../../local/progress.ts";
import { type RunningStack, startStack } from "../../../local/running.ts";
import { setUp } from "../../../local/setup.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { feed } from "./feed.ts";
import { joined } from "./joined.ts";
import { everyMove } from "./rules.ts";
import { arrivals, calls, listen } from "./seen.ts";
import type { Moments } from "./stages.ts";
import { watchSns } from "./watch_sns.ts";

export interface LatencyRun {
	/** Seconds that a window stays open after its end. */
	readonly lateness: number;
	/** Trades a second. */
	readonly rate: number;
	/** How long crossings count, in seconds, and how long the feed runs before that. */
	readonly seconds: number;
	readonly warmUp: number;
	/** How long it goes on after that, beyond the lateness, for the last ones to be told. */
	readonly settle: number;
	/** The SQL directory. */
	readonly sqlDir?: string;
}

const SHARDS = 2;
/** As the live stack has it. */
const CHECKPOINT_MS = 5_000;

/**
 * The moments of each alert of a run.
 *
 * @throws where a crossing was not told, or told twice
 */
export async function measure(run: LatencyRun, progress: Progress, signal: AbortSignal): Promise<Moments[]> {
	const dir = await mkdtemp(join(tmpdir(), "tidemark-bench-alerts-"));
	const { java } = await setUp(progress, { signal });
	const ports = await choosePorts({}, { pickFree: true });
	const sns = await watchSns(`http://127.0.0.1:${ports.aws}`);
	let running: RunningStack | undefined;
	try {
		const rulesFile = join(dir, "rules.yaml");
		await writeFile(rulesFile, everyMove());
		running = await startStack({
			id: "bench",
			dir,
			ports,
			java,
			shards: SHARDS,
			parallelism: 1,
			checkpointMs: CHECKPOINT_MS,
			page: false,
			sqlDir: run.sqlDir ?? join(root, "sql"),
			watchSql: false,
			overrides: { lateness: run.lateness, rulesFile, endpoints: { sns: sns.url } },
			progress,
			signal,
		});
		await Promise.race([running.jobRuns, running.failed.then((error) => Promise.reject(error))]);
		return await whileUp(running, run, sns.published, progress, signal);
	} finally {
		await running?.stop();
		await sns.close();
		await rm(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
	}
}

async function whileUp(
	{ stack, failed }: RunningStack,
	run: LatencyRun,
	published: ReadonlyMap<string, number>,
	progress: Progress,
	signal: AbortSignal,
): Promise<Moments[]> {
	const { aws } = stack.endpoints;
	const kinesis = kinesisClient({ endpoint: aws });
	const [feeding, listening] = [new AbortController(), new AbortController()];
	const broken = failed.then((error) => Promise.reject(error));
	try {
		const hearing = listen(aws, stack.outputs.AlertsQueueUrl, listening.signal);
		const sending = feed(kinesis, { stream: stack.outputs.TradesStream, rate: run.rate, signal: feeding.signal });
		const wait = (seconds: number) =>
			Promise.race([sleep(seconds * 1_000, undefined, { signal }), broken, hearing, sending]);
		progress.say(`${run.rate} trades/s, at first for ${run.warmUp} s that do not count`);
		await wait(run.warmUp);
		const from = Date.now();
		await wait(run.seconds);
		const until = Date.now();
		// What comes later closes what came before.
		await wait(run.lateness + run.settle);
		feeding.abort();
		const crossings = (await sending).filter(({ put }) => put >= from && put < until);
		listening.abort();
		progress.say(`${crossings.length} crossings; reading back when what came where`);
		return joined(crossings, {
			trades: await arrivals<Trade>(kinesis, stack.outputs.TradesStream),
			hits: await arrivals<Hit>(kinesis, stack.outputs.HitsStream),
			calls: await calls(aws, "AlertHits"),
			published,
			told: await hearing,
		});
	} finally {
		feeding.abort();
		listening.abort();
		kinesis.destroy();
	}
}
