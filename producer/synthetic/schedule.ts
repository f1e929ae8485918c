import { setImmediate as nextTurn } from "node:timers/promises";
import { pause } from "../wait.ts";
import type { Due } from "./waiting.ts";

// A timer is not finer than this; what falls due meanwhile goes together.
const QUANTUM_MS = 10;
// What is overdue goes in pieces of this size: large enough for 50,000 a second, small enough to be counted when it goes.
const BATCH = 512;
// A timer holds a day and a bit over 24 of them at most.
const LONGEST_SLEEP_MS = 86_400_000;

/**
 * Gives out records, which come in the order in which they are due, when they are due, and knows up to which event time
 * everything has been given. A record is taken from its source no more than one ahead; undefined from there is nothing yet.
 */
export class Schedule<T extends Due> {
	readonly #source: Iterator<T | undefined, void>;
	readonly #disorderMs: number;
	#held: number | undefined;

	/** @param disorderMs the most by which a record is due after its event time */
	constructor(source: Iterator<T | undefined, void>, disorderMs: number) {
		this.#source = source;
		this.#disorderMs = disorderMs;
	}

	/** All records. `beforeWait` is called when nothing is due for now, with the moment at which something will be. */
	async *batches(signal: AbortSignal, beforeWait: (until: number) => void = () => {}): AsyncGenerator<readonly T[]> {
		let next = this.#source.next();
		let turned = Date.now();
		while (!next.done && !signal.aborted) {
			const now = Date.now();
			const batch: T[] = [];
			while (!next.done && next.value !== undefined && next.value.due <= now && batch.length < BATCH) {
				batch.push(next.value);
				next = this.#source.next();
			}
			if (batch.length > 0) yield batch;
			if (batch.length === BATCH || next.done) {
				// Who takes everything at once and is never through would hear no signal otherwise.
				if (Date.now() - turned >= QUANTUM_MS) {
					await nextTurn();
					turned = Date.now();
				}
				continue;
			}
			if (next.value === undefined) {
				await pause(QUANTUM_MS, signal);
				next = this.#source.next();
				continue;
			}
			const { due } = next.value;
			// Only now, when what is older has been taken: until then the horizon stays where it was.
			this.#held = due;
			beforeWait(due);
			for (let wait = due - Date.now(); wait > 0 && !signal.aborted; wait = due - Date.now()) {
				const ms = Math.min(Math.max(wait, QUANTUM_MS), LONGEST_SLEEP_MS);
				await pause(ms, signal);
			}
		}
	}

	/** The event time up to which everything has been given at `now`; undefined while nothing was held back yet. */
	horizon(now: number): number | undefined {
		return this.#held === undefined ? undefined : Math.min(this.#held, now) - this.#disorderMs;
	}
}
