/** Share of the present rate that is left after a shard refused records for their number or size. */
const DECREASE = 0.7;
/** What is tried in addition each second: a tenth of what a shard takes. */
const INCREASE_BYTES = 1024 ** 2 / 10;
const LEAST_BYTES = 16 * 1024;
/** A rate that was not refused for so long is none any more. */
const FORGET_MS = 60_000;
const WINDOW_MS = 1000;

interface Limit {
	bytesPerSecond: number;
	/** When the last refusal lowered it. */
	loweredAt: number;
	/** Up to when what was sent uses it up, epoch milliseconds. */
	usedUntil: number;
	/** Up to when it was raised for the time that passed. */
	raisedAt: number;
}

/**
 * How fast each shard can be sent to, found out from what it refuses, as TCP does: a refusal takes the rate down to 70 % of
 * what was sent in the last second, once a second at most, and each second without one raises it a little. A shard that
 * refuses nothing has no limit. Times are epoch milliseconds.
 */
export class Throttle {
	readonly #limits = new Map<string, Limit>();
	readonly #sent = new Map<string, { at: number; bytes: number }[]>();

	/** Bytes go to a shard now. */
	sent(shard: string, bytes: number, now: number): void {
		this.#lastSecond(shard, now).push({ at: now, bytes });
		const limit = this.#limits.get(shard);
		if (!limit) return;
		limit.usedUntil = Math.max(limit.usedUntil, now) + (1000 * bytes) / this.#rate(limit, now);
	}

	/** A shard refused records because they were too many or too large. */
	refused(shard: string, now: number): void {
		const limit = this.#limits.get(shard);
		if (limit && now - limit.loweredAt < WINDOW_MS) return;
		const measured = this.#lastSecond(shard, now).reduce((sum, { bytes }) => sum + bytes, 0);
		const rate = limit ? Math.min(this.#rate(limit, now), measured) : measured;
		const bytesPerSecond = Math.max(LEAST_BYTES, rate * DECREASE);
		this.#limits.set(shard, { bytesPerSecond, loweredAt: now, usedUntil: limit?.usedUntil ?? now, raisedAt: now });
	}

	/** How long to wait before more is sent to any of these shards, in milliseconds. */
	waitMs(shards: Iterable<string>, now: number): number {
		let until = now;
		for (const shard of shards) {
			const limit = this.#limits.get(shard);
			if (!limit) continue;
			if (now - limit.loweredAt > FORGET_MS) this.#limits.delete(shard);
			else until = Math.max(until, limit.usedUntil);
		}
		return until - now;
	}

	/** Whether any shard is limited. */
	get limiting(): boolean {
		return this.#limits.size > 0;
	}

	#lastSecond(shard: string, now: number): { at: number; bytes: number }[] {
		const log = this.#sent.get(shard) ?? [];
		this.#sent.set(shard, log);
		while (log[0] !== undefined && log[0].at <= now - WINDOW_MS) log.shift();
		return log;
	}

	#rate(limit: Limit, now: number): number {
		limit.bytesPerSecond += (INCREASE_BYTES * (now - limit.raisedAt)) / 1000;
		limit.raisedAt = now;
		return limit.bytesPerSecond;
	}
}
