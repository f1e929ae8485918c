import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, UserError } from "./errors.ts";
import type { FlinkRest, JobNumbers } from "./flink-rest.ts";

/** What was sent, as the producer says. */
export interface Sent {
	records: number;
	clocks: number;
	/** Event time of the closing clock, epoch ms. */
	closedAt: number;
}

/** How long nothing may change before waiting is given up. */
const STUCK_MS = 120_000;

/**
 * Asks again and again until `look` has nothing more to wait for; it returns what is still missing, in words.
 * Throws {@link UserError} once the answer has stayed the same for `stuckMs`.
 */
export async function until(
	look: () => Promise<string[]>,
	{ everyMs = 500, stuckMs = STUCK_MS, signal }: { everyMs?: number; stuckMs?: number; signal?: AbortSignal } = {},
): Promise<void> {
	let last = "";
	let since = performance.now();
	while (true) {
		signal?.throwIfAborted();
		const missing = await look();
		if (missing.length === 0) return;
		const text = missing.join("\n  - ");
		if (text !== last) since = performance.now();
		last = text;
		if (performance.now() - since > stuckMs) {
			throw new UserError(`Nothing has changed for ${Math.round(stuckMs / 1000)} s, and still:\n  - ${text}`);
		}
		await sleep(everyMs, undefined, signal ? { signal } : {});
	}
}

/**
 * Waits until the job has read all that was sent, has closed all that the closing clock closes, and has given it out:
 * a checkpoint that was taken after all that is complete. Restarts of the job in between are waited for.
 */
export async function drain(
	flink: FlinkRest,
	sent: Sent,
	latenessMs: number,
	options: {
		signal?: AbortSignal;
		onProgress?: (numbers: JobNumbers) => void;
		everyMs?: number;
		stuckMs?: number;
	} = {},
): Promise<JobNumbers> {
	let numbers: JobNumbers | undefined;
	await until(async () => {
		try {
			const job = await flink.job();
			if (job?.state !== "RUNNING") return [`the job is ${job?.state ?? "not there"}`];
			numbers = await flink.numbers(job);
			options.onProgress?.(numbers);
			const open = stillOpen(numbers, sent, latenessMs);
			if (open.length === 0) await flink.checkpoint(job.id);
			return open;
		} catch (error) {
			return [`Flink does not answer (${messageOf(error)})`];
		}
	}, options);
	if (!numbers) throw new Error("no numbers of a job that was drained");
	return numbers;
}

/** What the job has still to read or to close, in words. */
export function stillOpen(numbers: JobNumbers, sent: Sent, latenessMs: number): string[] {
	const open: string[] = [];
	const read = numbers.recordsRead + numbers.clocksRead;
	const all = sent.records + sent.clocks;
	if (read < all) open.push(`Flink has read ${read} of ${all} records`);
	// A watermark says that nothing at or before it will come, so it is one behind the latest time less the lateness.
	const target = sent.closedAt - latenessMs - 1;
	if (numbers.watermark === undefined) open.push("not every part of the job has a watermark");
	else if (numbers.watermark < target) {
		open.push(`the watermark is at ${iso(numbers.watermark)}, the closing clock at ${iso(sent.closedAt)}`);
	}
	return open;
}

function iso(ms: number): string {
	return Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms);
}
