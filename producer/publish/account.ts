import type { Feed } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import type { ProduceResult, Progress } from "./options.ts";
import type { Spool } from "./spool.ts";

/** What became of everything that was read. Each number is counted where it happens. */
export class Account {
	read = 0;
	recovered = 0;
	sent = 0;
	rejected = 0;
	failed = 0;
	retried = 0;
	kinesisRecords = 0;
	clocks = 0;
	/** Event times of what was acknowledged, epoch milliseconds. */
	first: number | undefined;
	last: number | undefined;
	/** What the closing clocks said, epoch milliseconds. */
	closedAt: number | undefined;
	readonly #spool: Spool | undefined;
	readonly #started = Date.now();

	constructor(spool: Spool | undefined) {
		this.#spool = spool;
		this.recovered = this.read = spool?.length ?? 0;
	}

	/** A trade of this event time was acknowledged. */
	acknowledged(time: number): void {
		if (this.first === undefined || time < this.first) this.first = time;
		if (this.last === undefined || time > this.last) this.last = time;
	}

	/** As it stands. */
	result(): ProduceResult {
		const instant = (time: number | undefined): string | null => (time === undefined ? null : writeInstant(time));
		const { read, recovered, sent, rejected, failed, retried, kinesisRecords, clocks } = this;
		return {
			...{ read, recovered, sent, rejected, failed, retried, kinesisRecords, clocks },
			spooled: this.#spool?.length ?? 0,
			firstEventTime: instant(this.first),
			lastEventTime: instant(this.last),
			closedAt: instant(this.closedAt),
		};
	}

	/** As it stands, with what a person wants to know while it runs; `since` when the oldest waits, epoch milliseconds. */
	progress(feed: Feed, since?: number, now: number = Date.now()): Progress {
		const result = this.result();
		const { read, sent, spooled, rejected, failed } = result;
		return {
			...result,
			total: feed.total,
			// What is read from the spool and not yet removed counts twice for a moment.
			waiting: Math.max(0, read - sent - spooled - rejected - failed),
			waitedMs: since === undefined ? 0 : Math.max(0, now - since),
			seconds: (now - this.#started) / 1000,
			state: feed.state?.(now),
		};
	}
}
