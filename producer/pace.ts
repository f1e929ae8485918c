import { type Feed, type Item, isRejected } from "./feed.ts";
import { pause } from "./wait.ts";

/** The course of a replay: event time and wall time move together, `speed` times as fast. */
export interface Course {
	/** The moment at which the record of this event time is to be sent, epoch milliseconds. */
	dueAt(eventTime: number): number;
	/** The event time that is due at this moment. */
	timeAt(now: number): number;
}

/** A course on which event time `from` is due at the moment `start`. */
export function course(from: number, start: number, speed: number): Course {
	return {
		dueAt: (eventTime) => start + (eventTime - from) / speed,
		timeAt: (now) => from + (now - start) * speed,
	};
}

/**
 * By how much event times move so that the data ends in the present: sent from `now` on at `speed`, no record is ever
 * ahead of the clock on the wall. Faster than real time the last one lands at the moment the replay is expected to end
 * (at `max`: now); at real time or slower the first one is now.
 */
export function rebaseBy(first: number, last: number, speed: number | "max", now: number): number {
	if (speed === "max") return now - last;
	return speed > 1 ? now + Math.floor((last - first) / speed) - last : now - first;
}

// A timer is not finer than this; what falls due meanwhile goes together.
const QUANTUM_MS = 10;

/** Gives out records when they are due, and knows up to which event time it has given everything. */
export class Pacer {
	#held: number | undefined;
	readonly #course: Course;

	constructor(of: Course) {
		this.#course = of;
	}

	/** The records of `source` when they are due; what is overdue comes at once, in the batches in which it came. */
	async *batches<T extends Item>(
		source: AsyncIterable<readonly T[]>,
		signal: AbortSignal,
	): AsyncGenerator<readonly T[]> {
		for await (const batch of source) {
			let from = 0;
			for (const [at, item] of batch.entries()) {
				if (signal.aborted) return;
				const time = isRejected(item) ? undefined : item.time;
				if (time === undefined) continue;
				const due = this.#course.dueAt(time);
				if (due <= Date.now()) continue;
				if (at > from) yield batch.slice(from, at);
				// Only now, when what is older has been taken: until then the horizon stays where it was.
				this.#held = time;
				from = at;
				// A timer holds a day and a bit over 24 of them at most, so that a long gap is slept through in parts.
				for (let wait = due - Date.now(); wait > 0; wait = due - Date.now()) {
					await pause(Math.min(Math.max(wait, QUANTUM_MS), 86_400_000), signal);
					if (signal.aborted) return;
				}
			}
			this.#held = undefined;
			yield from === 0 ? batch : batch.slice(from);
		}
	}

	/** What is due at `now`, but not past the record that is being held back; undefined while none is. */
	horizon(now: number): number | undefined {
		return this.#held === undefined ? undefined : Math.min(this.#held, this.#course.timeAt(now));
	}
}

/** A file as records that are ready to go. */
export interface Recording {
	readonly name: string;
	/** Undefined: it begins anew at its end, its times going on. It never runs ahead of the clock on the wall then. */
	readonly total: number | undefined;
	/** The earliest event time as it is sent at this moment; undefined if no record has one. */
	firstAt(now: number): number | undefined;
	/** The records as they are sent when the sending begins at this moment. */
	records(now: number): AsyncIterable<readonly Item[]>;
}

/** A course that waits where it has come to the present: from there on it is real time. */
export function notAhead({ dueAt, timeAt }: Course): Course {
	return { dueAt: (eventTime) => Math.max(dueAt(eventTime), eventTime), timeAt: (now) => Math.min(timeAt(now), now) };
}

// What max is where it has to end at the present.
const VERY_FAST = 1e9;

/** A recording as a feed at a speed: its first record, by event time, is due when the sending begins. */
export function paced({ name, total, firstAt, records }: Recording, speed: number | "max" = "max"): Feed {
	if (speed === "max" && total !== undefined) return { name, total, live: false, batches: () => records(Date.now()) };
	let pacer: Pacer | undefined;
	return {
		name,
		total,
		live: true,
		batches(signal) {
			const now = Date.now();
			// Without one readable time there is nothing to go by, and nothing that could be due later.
			const through = course(firstAt(now) ?? now, now, speed === "max" ? VERY_FAST : speed);
			pacer = new Pacer(total === undefined ? notAhead(through) : through);
			return pacer.batches(records(now), signal);
		},
		horizon: (now) => pacer?.horizon(now),
	};
}
