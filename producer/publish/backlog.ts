import type { Outgoing } from "../feed.ts";

/** So many records or bytes wait at most; then the feed is held back. */
const FULL_RECORDS = 16_384;
const FULL_BYTES = 32 * 1024 * 1024;

/** What was read and not yet sent, in the order of the feed. */
export class Backlog {
	#items: Outgoing[] = [];
	#head = 0;
	#bytes = 0;
	#since: number | undefined;
	#ended = false;
	#waiting: (() => void)[] = [];

	get length(): number {
		return this.#items.length - this.#head;
	}

	/** Whether nothing more will come. */
	get ended(): boolean {
		return this.#ended;
	}

	/** How long the first one has been waiting, in milliseconds; 0 if there is none. */
	waitedMs(now: number): number {
		return this.#since === undefined ? 0 : now - this.#since;
	}

	/** Those that wait, the first first. */
	*[Symbol.iterator](): Generator<Outgoing> {
		for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at] as Outgoing;
	}

	/** Adds records at once, then waits while there are too many. */
	async push(records: readonly Outgoing[]): Promise<void> {
		for (const record of records) {
			this.#items.push(record);
			this.#bytes += record.data.length;
		}
		if (records.length > 0) this.#since ??= Date.now();
		this.#wake();
		while (this.length > FULL_RECORDS || this.#bytes > FULL_BYTES) await this.change(60_000);
	}

	end(): void {
		this.#ended = true;
		this.#wake();
	}

	/** Removes the first `count` records. */
	take(count: number): Outgoing[] {
		const taken = this.#items.slice(this.#head, this.#head + count);
		this.#head += taken.length;
		for (const { data } of taken) this.#bytes -= data.length;
		if (this.#head > 4096 || this.length === 0) {
			this.#items = this.#items.slice(this.#head);
			this.#head = 0;
		}
		this.#since = this.length > 0 ? Date.now() : undefined;
		this.#wake();
		return taken;
	}

	/** The oldest event time that waits; undefined if there is none. */
	oldest(): number | undefined {
		let oldest: number | undefined;
		for (const { time } of this) if (time !== undefined && (oldest === undefined || time < oldest)) oldest = time;
		return oldest;
	}

	/** Until something was added, taken or ended, or so much time has passed. */
	change(ms: number): Promise<void> {
		return new Promise((resolve) => {
			const done = (): void => {
				clearTimeout(timer);
				resolve();
			};
			const timer = setTimeout(done, ms);
			this.#waiting.push(done);
		});
	}

	#wake(): void {
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const wake of waiting) wake();
	}
}
