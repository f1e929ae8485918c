import type { Part } from "./flight.ts";

const [SHORTEST_MS, LONGEST_MS] = [10, 1000];
/** A round trip counts for so much against those before it. */
const NEWEST = 0.2;
/** So many round trips are waited for others to go with: requests then take a fifth of the time at most. */
const ROUND_TRIPS = 4;
/** Trades in an aggregated record that are aimed at, at least. */
const WORTHWHILE = 16;

/**
 * How long a live trade waits for others to go with, 10 ms to 1 s: longer where Kinesis answers slowly, where it refuses
 * because there is too much, and where aggregated records would have too little in them.
 */
export class Linger {
	#roundTripMs = 0;
	#factor = 1;
	/** What thin aggregates have taken it to, at least. */
	#floor = 0;

	get ms(): number {
		return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ROUND_TRIPS * this.#roundTripMs * this.#factor, this.#floor));
	}

	/** A flight is over: how long the first answer took, whether it was throttled, and what was in its records. */
	flown(flight: { ms: number; throttled: boolean; aggregated: boolean; records: number; parts: number }): void {
		this.#roundTripMs += NEWEST * (flight.ms - this.#roundTripMs);
		this.#factor = flight.throttled ? Math.min(16, this.#factor * 2) : Math.max(1, this.#factor * 0.9);
		const thin = flight.aggregated && flight.parts > 0 && flight.records < WORTHWHILE * flight.parts;
		this.#floor = thin ? Math.min(LONGEST_MS, Math.max(SHORTEST_MS, this.#floor) * 1.5) : this.#floor * 0.95;
	}
}

/** What a shard takes each second is 1,000 records; from here on they are aggregated, and below the second not any more. */
const [TOO_MANY, FEW_ENOUGH] = [900, 600];
const THROTTLED_MS = 10_000;

/**
 * Whether what a feed gives is more than plain records allow: more than 900 records a second to some shard, over the last
 * second or two, or a refusal in the last 10 s. Times are epoch milliseconds.
 */
export class RecordRate {
	readonly #counts = new Map<string, number>();
	#since: number | undefined;
	#tooMany = false;
	#throttledUntil = 0;

	get tooMany(): boolean {
		return this.#tooMany;
	}

	/** These are sent now; what counts is the feed's records in them, as if each were sent by itself. */
	sent(parts: readonly Part[], now: number): void {
		this.#since ??= now;
		for (const { shard, records } of parts) {
			this.#counts.set(shard, (this.#counts.get(shard) ?? 0) + records.length);
		}
		const seconds = (now - this.#since) / 1000;
		if (seconds < 1) return;
		const busiest = Math.max(0, ...this.#counts.values()) / seconds;
		this.#tooMany = busiest > (this.#tooMany ? FEW_ENOUGH : TOO_MANY) || now < this.#throttledUntil;
		this.#counts.clear();
		this.#since = now;
	}

	/** Kinesis refused records because there were too many. */
	throttled(now: number): void {
		this.#tooMany = true;
		this.#throttledUntil = now + THROTTLED_MS;
	}
}
