import { setTimeout as sleep } from "node:timers/promises";
import type { Bar } from "../../contracts.ts";
import { messageOf, UserError } from "../errors.ts";
import type { Lake } from "../lake.ts";
import type { Progress } from "../progress.ts";
import { barsOf, daysOfBars, type WhichBars } from "./lake-bars.ts";
import { keyOf, type ReplayStore } from "./replay-store.ts";

/** What a replay did; each count is by interval. */
export interface Replayed {
	store: string;
	days: number;
	/** Bars that the lake has of what was asked for. */
	read: Record<string, number>;
	/** Bars that the store was given and took. */
	written: Record<string, number>;
	/** Bars of which the store had this version or a later one. */
	there: Record<string, number>;
	/** Bars that the store refuses for good, with its reason; the first few. */
	refused: { bar: string; reason: string }[];
	refusals: number;
	/** Bars that the store says that it has of the time, afterwards; left out where it cannot be asked. */
	stored?: Record<string, number>;
}

export interface ReplayOptions extends WhichBars {
	/** Only say what would be written. */
	dryRun?: boolean;
	signal?: AbortSignal;
	/** Milliseconds before a store that failed is tried again, each time twice as many. */
	patienceMs?: number;
}

const ATTEMPTS = 5;
const REFUSALS_SHOWN = 5;

/**
 * Gives a store the bars of the lake's views, day by day, with landing's own writer, and counts what it has afterwards. A bar
 * of which the store has this version or a later one stays as it is, so that it can be done again, and beside a job that runs.
 *
 * @throws UserError where the store goes on failing or has fewer bars than it took, with what is to be given to go on
 */
export async function replay(
	lake: Lake,
	store: ReplayStore,
	options: ReplayOptions,
	progress: Progress,
): Promise<Replayed> {
	const days = await daysOfBars(lake, options);
	const done: Replayed = {
		store: store.name,
		days: days.length,
		read: {},
		written: {},
		there: {},
		refused: [],
		refusals: 0,
	};
	const total = days.reduce((sum, { bars }) => sum + sumOf(bars), 0);
	progress.say(`${total} bars of ${days.length} days in the lake, for ${store.place}`);
	for (const { day, bars } of days) {
		for (const [interval, count] of Object.entries(bars)) add(done.read, interval, count);
		if (options.dryRun) continue;
		try {
			await replayDay(await barsOf(lake, day, options), store, options, done);
		} catch (cause) {
			if (options.signal?.aborted) throw new UserError(`Stopped on ${day}; it goes on with --from ${day}`, { cause });
			throw new UserError(
				`${store.place} did not take the bars of ${day}: ${messageOf(cause)}. The days before are done; go on with --from ${day}`,
				{ cause },
			);
		}
		progress.say(`${day}: ${sumOf(bars)} bars, ${sumOf(done.read)} of ${total}`);
	}
	if (!options.dryRun)
		await verify(
			store,
			options,
			days.map(({ day }) => day),
			done,
			progress,
		);
	return done;
}

async function replayDay(bars: Bar[], store: ReplayStore, options: ReplayOptions, done: Replayed): Promise<void> {
	const there = await store.versions?.(bars);
	const wanted = bars.filter((bar) => {
		const newer = (there?.get(keyOf(bar)) ?? Number.NEGATIVE_INFINITY) < Date.parse(bar.emitted_at);
		if (!newer) add(done.there, bar.interval, 1);
		return newer;
	});
	for (let start = 0; start < wanted.length; start += store.batch) {
		await write(wanted.slice(start, start + store.batch), store, options, done);
	}
}

/** Until each is written or refused. */
async function write(
	bars: Bar[],
	store: ReplayStore,
	{ signal, patienceMs = 500 }: ReplayOptions,
	done: Replayed,
): Promise<void> {
	let left = bars;
	for (let attempt = 1; ; attempt++) {
		signal?.throwIfAborted();
		const outcomes = await store.write(left);
		const failed: Bar[] = [];
		let error: unknown;
		for (const [index, bar] of left.entries()) {
			const outcome = outcomes[index];
			if (outcome?.status === "handled") add(done.written, bar.interval, 1);
			else if (outcome && outcome.status !== "failed") refuse(done, bar, outcome.detail);
			else {
				failed.push(bar);
				error ??= outcome?.error;
			}
		}
		if (failed.length === 0) return;
		if (attempt === ATTEMPTS) throw error ?? new Error("It says nothing of some bars");
		left = failed;
		await sleep(patienceMs * 2 ** (attempt - 1), undefined, signal ? { signal } : {});
	}
}

function refuse(done: Replayed, { symbol, interval, window_start }: Bar, reason: string): void {
	done.refusals++;
	if (done.refused.length < REFUSALS_SHOWN) done.refused.push({ bar: `${symbol} ${interval} ${window_start}`, reason });
}

/** The store has at least what the lake has, but for what it refused; it may have more, which the job wrote meanwhile. */
async function verify(
	store: ReplayStore,
	which: WhichBars,
	days: readonly string[],
	done: Replayed,
	progress: Progress,
): Promise<void> {
	const { count } = store;
	if (!count) return;
	const stored = await progress.step("Counting what the store has", () => count(which, days));
	done.stored = stored;
	const missing = sumOf(done.read) - done.refusals - sumOf(stored);
	if (missing > 0) {
		throw new UserError(
			`${store.place} took ${sumOf(done.written)} bars and had ${sumOf(done.there)}, but has ${missing} fewer than the lake: ${JSON.stringify(stored)} of ${JSON.stringify(done.read)}. Is its retention shorter than what was replayed?`,
		);
	}
}

/** The sum over all intervals. */
export function sumOf(counts: Record<string, number>): number {
	return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function add(counts: Record<string, number>, interval: string, count: number): void {
	counts[interval] = (counts[interval] ?? 0) + count;
}
