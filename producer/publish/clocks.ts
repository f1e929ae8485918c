import type { Clock } from "../../contracts.ts";
import { writeInstant } from "../instant.ts";
import type { Part } from "./flight.ts";
import type { Shard, Shards } from "./shards.ts";

/** A clock record for one shard, whatever its partition key would say. */
export function clockPart(shard: Shard, time: number): Part {
	const clock: Clock = { event_time: writeInstant(time), source: "clock" };
	const data = Buffer.from(JSON.stringify(clock));
	return {
		entry: { PartitionKey: "clock", ExplicitHashKey: shard.hashKey, Data: data },
		bytes: data.length + "clock".length,
		records: [],
		shard: shard.id,
	};
}

/** Knows when each shard last took a record, and what was acknowledged. */
export class Quiet {
	/** The newest event time that was acknowledged, and when that was; undefined before the first. */
	newest: { readonly time: number; readonly at: number } | undefined;
	readonly #taken = new Map<string, number>();

	/** A shard took a record; `time` is the newest event time in it, if it holds trades. */
	taken(shardId: string, now: number): void {
		this.#taken.set(shardId, now);
	}

	acknowledged(time: number, now: number): void {
		if (this.newest === undefined || time > this.newest.time) this.newest = { time, at: now };
	}

	/** The shards that have taken nothing for so long. */
	shards(shards: Shards, forMs: number, now: number): Shard[] {
		return shards.all.filter(({ id }) => now - (this.#taken.get(id) ?? Number.NEGATIVE_INFINITY) >= forMs);
	}

	/** How long until some shard has been quiet for so long: 0 if one has. */
	dueIn(shards: Shards, forMs: number, now: number): number {
		const last = Math.min(...shards.all.map(({ id }) => this.#taken.get(id) ?? Number.NEGATIVE_INFINITY));
		return Math.max(0, last + forMs - now);
	}
}

/**
 * The event time of the clocks that end a finite replay: past the end of the trading day that holds the last event, by the
 * lateness and a second, so that every window closes, `1d` too. Of data from the present no more than 30 s past `now`:
 * what lies more than a minute ahead is refused downstream.
 */
export function closingTime(last: number, latenessMs: number, dayStartHour: number, now: number): number {
	const start = dayStartHour * 3_600_000;
	const dayEnd = (Math.floor((last - start) / DAY_MS) + 1) * DAY_MS + start;
	return Math.min(dayEnd + latenessMs + 1000, Math.max(now + CLOSING_AHEAD_MS, last));
}

/** The moment from which on a closing clock may be past the end of the minute that holds the last event, by the lateness. */
export function minuteCanClose(last: number, latenessMs: number): number {
	return (Math.floor(last / 60_000) + 1) * 60_000 + latenessMs + 1000 - CLOSING_AHEAD_MS;
}

const DAY_MS = 86_400_000;
const CLOSING_AHEAD_MS = 30_000;
