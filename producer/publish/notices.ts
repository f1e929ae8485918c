import { reasonOf } from "../errors.ts";
import type { Outgoing } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import type { Spool } from "./spool.ts";

/** What a person is told of the way into Kinesis, each as one line, and what goes on without an end only once. */
export class Notices {
	readonly #say: (line: string) => void;
	readonly #spool: Spool | undefined;
	#unreachable = false;

	constructor(say: ((line: string) => void) | undefined, spool: Spool | undefined) {
		this.#say = say ?? (() => {});
		this.#spool = spool;
	}

	say(line: string): void {
		this.#say(line);
	}

	recovered(): void {
		if (this.#spool && this.#spool.length > 0) {
			this.#say(`${this.#spool.length} records that an earlier run left in ${this.#spool.dir} go first.`);
		}
	}

	/** Nothing is taken, for this reason. */
	unreachable(reason: unknown): void {
		if (this.#unreachable) return;
		this.#unreachable = true;
		const then = this.#spool ? `What memory does not hold goes to ${this.#spool.dir}` : "The feed is held back";
		this.#say(`Kinesis takes nothing: ${reasonOf(reason)}. ${then} until it does.`);
	}

	/** A record was taken. */
	reachable(): void {
		if (this.#unreachable) this.#say("Kinesis takes records again.");
		this.#unreachable = false;
	}

	/** The spool takes no more: it has reached its bound, or for this reason. */
	full({ dir, length, maxBytes }: Spool, reason: unknown): void {
		const why = reason === undefined ? `holds ${length} records, all of its ${maxBytes} bytes` : reasonOf(reason);
		this.#say(
			`The spool ${dir} is full (${why}): the feed is held back until Kinesis takes records again. Give it more room with --spool-max.`,
		);
	}

	/** A shard took nothing for so long while others took their records. */
	stalled(records: readonly Outgoing[], ms: number): void {
		let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
		for (const { time } of records) {
			if (time !== undefined) [first, last] = [Math.min(first, time), Math.max(last, time)];
		}
		if (first > last) return;
		this.#say(
			`A shard took nothing for ${(ms / 1000).toFixed(1)} s while others did: trades from ${writeInstant(first)} to ${writeInstant(last)} may be late.`,
		);
	}
}
