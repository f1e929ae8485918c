import type { Outgoing } from "../feed.ts";
import type { Numbered, Spool } from "./spool.ts";

/** So many records or bytes wait in memory at most; then they go to the spool, or the feed is held back. */
const FULL_RECORDS = 16_384;
const FULL_BYTES = 32 * 1024 * 1024;
const REFILL_RECORDS = FULL_RECORDS / 2;

export interface Spooling {
	readonly spool: Spool;
	/** Whether Kinesis takes nothing at present: only then is what does not fit into memory put on disk. */
	readonly unreachable: () => boolean;
	/** The spool cannot take more, for this reason, and the feed is held back. */
	readonly onFull: (reason: unknown) => void;
}

/**
 * What was read and not yet sent, in the order of the feed: the front of it in memory, and with a spool the rest on disk.
 * While there is anything on disk that is not in memory, new records go there too.
 */
export class Backlog {
	readonly #spooling: Spooling | undefined;
	#items: Outgoing[] = [];
	#head = 0;
	#bytes = 0;
	#since: number | undefined;
	/** When each lot in memory came, and how many records had come with it. */
	#lots: { at: number; came: number }[] = [];
	#came = 0;
	#gone = 0;
	#ended = false;
	#closed = false;
	#waiting: (() => void)[] = [];

	constructor(spooling?: Spooling) {
		this.#spooling = spooling;
	}

	/** Records in memory. */
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

	/** When the oldest in memory came, epoch milliseconds; undefined if there is none. */
	get oldestSince(): number | undefined {
		return this.#lots[0]?.at;
	}

	/** Those in memory, the first first. */
	*[Symbol.iterator](): Generator<Outgoing> {
		for (let at = this.#head; at < this.#items.length; at++) yield this.#items[at] as Outgoing;
	}

	/** Adds records at once, then waits while there are too many; with a spool only while that is full too. */
	async push(records: readonly Outgoing[]): Promise<void> {
		if (this.#spooling && (this.#spooling.spool.unread || (this.#full && this.#spooling.unreachable()))) {
			await this.#spill(records, this.#spooling);
		} else {
			this.#add(records);
		}
		while (this.#full && !this.#spooling?.unreachable() && !this.#closed) await this.change(250);
	}

	/** Takes records that the spool has and memory has room for into memory. */
	refill(): void {
		const spool = this.#spooling?.spool;
		if (spool?.unread && this.length < REFILL_RECORDS && this.#bytes < FULL_BYTES / 2)
			this.#hold(spool.read(REFILL_RECORDS));
	}

	end(): void {
		this.#ended = true;
		this.#wake();
	}

	/** Nothing will be taken any more: nobody waits for room from now on. */
	close(): void {
		this.#closed = true;
		this.#wake();
	}

	/** Removes the first `count` records. */
	take(count: number): Outgoing[] {
		const taken = this.#items.slice(this.#head, this.#head + count);
		this.#head += taken.length;
		for (const { data } of taken) this.#bytes -= data.length;
		this.#gone += taken.length;
		while ((this.#lots[0]?.came ?? Number.POSITIVE_INFINITY) <= this.#gone) this.#lots.shift();
		if (this.#head > 4096 || this.length === 0) {
			this.#items = this.#items.slice(this.#head);
			this.#head = 0;
		}
		this.#since = this.length > 0 ? Date.now() : undefined;
		this.#wake();
		return taken;
	}

	/** These, which were taken, are acknowledged. */
	delivered(records: readonly Outgoing[]): void {
		this.#spooling?.spool.remove(records.filter(isNumbered).filter(({ stored }) => stored));
	}

	/** Puts what is only in memory on disk, those that were taken and not acknowledged too. @throws if the disk is full */
	keep(taken: readonly Outgoing[]): void {
		const records = [...taken, ...this.take(this.length)].filter(isNumbered);
		this.#spooling?.spool.store(records.filter(({ stored }) => !stored));
	}

	/** The oldest event time that waits, in memory or on disk; undefined if there is none. */
	oldest(): number | undefined {
		let oldest = this.#spooling?.spool.oldest();
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

	get #full(): boolean {
		return this.length > FULL_RECORDS || this.#bytes > FULL_BYTES;
	}

	#add(records: readonly Outgoing[]): void {
		this.#hold(this.#spooling ? this.#spooling.spool.number(records) : records);
	}

	#hold(records: readonly Outgoing[]): void {
		for (const record of records) {
			this.#items.push(record);
			this.#bytes += record.data.length;
		}
		if (records.length > 0) {
			const now = Date.now();
			this.#since ??= now;
			this.#came += records.length;
			const last = this.#lots.at(-1);
			if (last?.at === now) last.came = this.#came;
			else this.#lots.push({ at: now, came: this.#came });
		}
		this.#wake();
	}

	async #spill(records: readonly Outgoing[], { spool, onFull }: Spooling): Promise<void> {
		for (let told = false; ; told = true) {
			if (!spool.unread && !this.#full) return this.#add(records);
			let reason: unknown;
			try {
				// At the end they have nowhere else to go.
				if (spool.hasRoomFor(records) || this.#closed) return spool.append(records);
			} catch (error) {
				reason = error;
			}
			if (this.#closed) throw reason;
			if (!told) onFull(reason);
			await this.change(1000);
		}
	}

	#wake(): void {
		const waiting = this.#waiting;
		this.#waiting = [];
		for (const wake of waiting) wake();
	}
}

function isNumbered(record: Outgoing): record is Numbered {
	return "seq" in record;
}
