import type { BarsSeen } from "./bars-seen.ts";
import { type Commit, rowsIn } from "./lake-commits.ts";
import type { JobMetrics } from "./metrics.ts";
import type { Watched } from "./rollout.ts";

/** Where a watch gets its figures from. */
export interface Sights {
	/** The application's status: `RUNNING`. */
	status(): Promise<string>;
	metrics(since: Date, until: Date): Promise<JobMetrics>;
	bars(since: Date): Promise<BarsSeen>;
	/** What was appended to a table of the lake. */
	commits(table: "trades" | "rejects"): Promise<Commit[]>;
}

export interface WatchOptions {
	sights: Sights;
	/** When the new code began to run. */
	since: Date;
	seconds: number;
	checkpointMs: number;
	/** Records of trades in five minutes above which bars have to go out (infra/config.ts). */
	silenceMinimum: number;
	/** Whether it reads the stream again, so that it is behind for a while. */
	catchesUp: boolean;
	everyMs: number;
	sleep(ms: number): Promise<void>;
	now(): Date;
	/** Called at each look. */
	onLook(): Promise<void>;
}

/** One restart may be the first start's own: a task manager that comes late. */
const RESTARTS = 1;
const FAILED_CHECKPOINTS = 1;
const MINUTE = 60_000;
/** CloudWatch has a minute's figures after two. */
const SETTLED_MS = 2 * MINUTE;
/** The share of records that may be rejected where there were none before. */
const REJECTED = 0.01;
/** By how much that share may grow. */
const MORE = 3;

/**
 * Looks at a job for some time. It ends at the first thing that is wrong for sure (it stopped, it restarts again and again, a
 * bar that cannot be); what takes time to tell is judged at the end. A figure that is not known is said, and is no problem.
 */
export async function watchJob(options: WatchOptions): Promise<Watched> {
	const { seconds, everyMs, sleep, now, onLook } = options;
	const ends = now().getTime() + seconds * 1000;
	for (;;) {
		const left = ends - now().getTime();
		const at = await look(options, left <= 0);
		if (at.problems.length > 0 || left <= 0) return at;
		await onLook();
		await sleep(Math.min(everyMs, Math.max(left, 1)));
	}
}

async function look(options: WatchOptions, last: boolean): Promise<Watched> {
	const { sights, since, now } = options;
	const status = await sights.status();
	if (status !== "RUNNING") return { problems: [`the application is ${status}: the job ended`], seen: [] };
	const [metrics, bars] = await Promise.all([sights.metrics(since, now()), sights.bars(since)]);
	const problems = [...unhealthy(options, metrics), ...bars.wrong];
	const seen = [
		...sayMetrics(metrics),
		`${bars.bars} bars came out, ${bars.wrong.length === 0 ? "each" : "not each"} as it has to be`,
	];
	if (!last || problems.length > 0) return { problems, seen };
	const rejects = await rejected(options);
	return {
		problems: [...(options.catchesUp ? [] : behind(metrics)), ...silent(options, metrics, bars), ...rejects.problems],
		seen: [...seen, ...rejects.seen],
	};
}

function unhealthy({ checkpointMs }: WatchOptions, metrics: JobMetrics): string[] {
	const { restarts, failedCheckpoints, lastCheckpointMs } = metrics;
	return [
		...((restarts ?? 0) > RESTARTS ? [`the job restarted ${restarts} times`] : []),
		...((failedCheckpoints ?? 0) > FAILED_CHECKPOINTS ? [`${failedCheckpoints} checkpoints failed`] : []),
		...((lastCheckpointMs ?? 0) > checkpointMs
			? [`a checkpoint took ${lastCheckpointMs} ms, more than the ${checkpointMs} ms between two`]
			: []),
	];
}

function behind({ behindMs }: JobMetrics): string[] {
	return (behindMs ?? 0) > 10 * MINUTE
		? [`the job is ${((behindMs ?? 0) / MINUTE).toFixed(0)} minutes behind the stream`]
		: [];
}

/** Trades come in and no bar goes out: judged where it was watched for long enough that a 1-minute window has closed. */
function silent(options: WatchOptions, { tradesIn, barsOut }: JobMetrics, { bars }: BarsSeen): string[] {
	const watched = options.now().getTime() - options.since.getTime();
	const enough = (options.silenceMinimum * watched) / (5 * MINUTE);
	if (watched < SETTLED_MS || tradesIn === null || tradesIn <= enough || bars > 0 || (barsOut ?? 0) > 0) return [];
	return [`${tradesIn} records of trades came in and no bar went out`];
}

/** Whether far more is rejected than before, by what the lake's commits added. */
async function rejected({ sights, since, now }: WatchOptions): Promise<Watched> {
	const [trades, rejects] = await Promise.all([sights.commits("trades"), sights.commits("rejects")]);
	const share = (from: Date, to: Date) => {
		const refused = rowsIn(rejects, from, to);
		const read = refused + rowsIn(trades, from, to);
		return read === 0 ? undefined : { refused, read, share: refused / read };
	};
	const after = share(since, now());
	if (!after) return { problems: [], seen: ["nothing is in the lake yet of what it read, so rejects are not known"] };
	const before = share(new Date(since.getTime() - 24 * 60 * MINUTE), since);
	const allowed = Math.max(REJECTED, MORE * (before?.share ?? 0));
	const text = `${after.refused} of ${after.read} records rejected (${percent(after.share)}${before ? `, ${percent(before.share)} in the day before` : ""})`;
	return { problems: after.share > allowed ? [text] : [], seen: [text] };
}

function sayMetrics(metrics: JobMetrics): string[] {
	const { restarts, failedCheckpoints, lastCheckpointMs, behindMs, tradesIn } = metrics;
	const say = (what: string, value: number | null, unit = "") =>
		`${what}: ${value === null ? "not known" : `${value}${unit}`}`;
	return [
		say("restarts", restarts),
		say("failed checkpoints", failedCheckpoints),
		say("last checkpoint", lastCheckpointMs, " ms"),
		say("behind the stream", behindMs, " ms"),
		say("records in", tradesIn),
	];
}

function percent(share: number): string {
	return `${(share * 100).toFixed(2)} %`;
}
