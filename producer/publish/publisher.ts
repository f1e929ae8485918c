import { setTimeout as sleep } from "node:timers/promises";
import type { KinesisClient } from "@aws-sdk/client-kinesis";
import { reasonOf, UserError } from "../errors.ts";
import { DEFAULT_LATENESS_MS, type Feed, type Outgoing } from "../feed.ts";
import { pause } from "../wait.ts";
import { Account } from "./account.ts";
import { Backlog } from "./backlog.ts";
import { Linger, RecordRate } from "./batching.ts";
import { clockPart, closingTime, minuteCanClose, Quiet } from "./clocks.ts";
import { type Delivery, deliver, isPermanent, isThrottling, type Taken } from "./deliver.ts";
import { type FlightRules, LARGE_BYTES, type Part, PLAIN_RECORDS, partsOf, planFlight, SMALL_BYTES } from "./flight.ts";
import { Notices } from "./notices.ts";
import type { ProduceResult, PublishOptions } from "./options.ts";
import { readInto } from "./reading.ts";
import { OpenShards } from "./shards.ts";
import type { Spool } from "./spool.ts";
import { Throttle } from "./throttle.ts";

// After 5 s the reader leaves a shard out; see flight.ts.
const STALL_MS = 4500;
const [BUSY_CLOCK_MS, QUIET_CLOCK_MS] = [250, 1000];
/** Nothing was taken for so long, and requests fail: Kinesis cannot be reached. */
const UNREACHABLE_MS = 1000;
/** Who stops the producer does not want to wait for minutes. */
const STOPPING_MS = 10_000;
const LOOK_AGAIN_MS = 1000;

/** What else is to happen with the answers to a flight. */
interface Also {
	readonly onAck?: (taken: Taken) => void;
	readonly onThrottled?: () => void;
}

/** One feed on its way into one stream; see publish(). */
export class Publisher {
	readonly #feed: Feed;
	readonly #options: PublishOptions;
	readonly #client: Pick<KinesisClient, "send">;
	readonly #spool: Spool | undefined;
	readonly #latenessMs: number;
	readonly #backlog: Backlog;
	readonly #quiet = new Quiet();
	readonly #throttle = new Throttle();
	readonly #linger = new Linger();
	readonly #rate = new RecordRate();
	readonly #stop = new AbortController();
	readonly #shards: OpenShards;
	readonly #account: Account;
	readonly #notices: Notices;
	#abortedAt: number | undefined;
	/** When something was last acknowledged. */
	#lastAck = Date.now();
	/** Whether the newest answer was a failure. */
	#failing = false;
	/** When the oldest record came that is on its way. */
	#flyingSince: number | undefined;

	constructor(feed: Feed, options: PublishOptions, client: Pick<KinesisClient, "send">, spool: Spool | undefined) {
		this.#feed = feed;
		this.#options = options;
		this.#client = client;
		this.#spool = spool;
		this.#latenessMs = options.latenessMs ?? DEFAULT_LATENESS_MS;
		this.#shards = new OpenShards(client, options.stream);
		this.#account = new Account(spool);
		this.#notices = new Notices(options.onWarning, spool);
		this.#backlog = new Backlog(
			spool && { spool, unreachable: () => this.#unreachable, onFull: (reason) => this.#notices.full(spool, reason) },
		);
	}

	async run(): Promise<ProduceResult> {
		const { signal } = this.#options;
		await this.#findStream();
		this.#notices.recovered();
		const abort = (): void => {
			this.#abortedAt ??= Date.now();
			this.#stop.abort();
		};
		if (signal?.aborted) abort();
		signal?.addEventListener("abort", abort, { once: true });
		const reports = setInterval(() => this.#report(), 1000);
		const reading = this.#read();
		// Waited for below; until then its failure is nobody's.
		reading.catch(() => {});
		try {
			let failure: Delivery | undefined;
			while (failure === undefined && (await this.#ready())) failure = await this.#fly();
			this.#stop.abort();
			this.#backlog.close();
			await reading.catch((error) => {
				if (failure) this.#giveUp(failure);
				throw error;
			});
			if (failure) this.#giveUp(failure);
			else if (this.#options.close && this.#abortedAt === undefined) await this.#close();
			this.#report();
			return this.#account.result();
		} finally {
			clearInterval(reports);
			this.#stop.abort();
			signal?.removeEventListener("abort", abort);
		}
	}

	async #findStream(): Promise<void> {
		const { stream, kinesis } = this.#options;
		try {
			await this.#shards.refresh();
		} catch (cause) {
			const place = kinesis?.endpoint ?? kinesis?.region ?? "the configured region";
			const what = `Cannot send to the stream ${stream} at ${place}: ${reasonOf(cause)}.`;
			if (this.#spool === undefined || isPermanent(cause)) {
				throw new UserError(`${what} Is it there (tidemark up), and the address right?`, { cause });
			}
			this.#failing = true;
			this.#notices.unreachable(cause);
		}
	}

	#read(): Promise<void> {
		return readInto(this.#backlog, this.#feed, {
			signal: this.#stop.signal,
			onRead: (count) => {
				this.#account.read += count;
			},
			onRejected: (rejected) => {
				this.#account.rejected++;
				if (this.#options.onRejected) this.#options.onRejected(rejected);
				else this.#notices.say(`Rejected: ${rejected.rejected}`);
			},
			tell: (line) => this.#notices.say(line),
		});
	}

	/** Waits until there is something to send; false when there will be nothing more. */
	async #ready(): Promise<boolean> {
		for (;;) {
			// Who stops leaves on disk what is there.
			const stopping = this.#abortedAt !== undefined;
			if (!stopping) this.#backlog.refill();
			const { length, ended } = this.#backlog;
			if (length === 0 && ended) return false;
			const now = Date.now();
			const linger = this.#feed.live ? (this.#options.lingerMs ?? this.#linger.ms) : 0;
			const left = length === 0 ? Number.POSITIVE_INFINITY : linger - this.#backlog.waitedMs(now);
			if (length > 0 && (left <= 0 || ended || length >= PLAIN_RECORDS)) return true;
			const clock = this.#quiet.newest === undefined ? left : this.#quiet.dueIn(this.#shards.now, QUIET_CLOCK_MS, now);
			if (clock <= 0) return true;
			await this.#backlog.change(Math.min(left, clock, QUIET_CLOCK_MS));
		}
	}

	/** One flight, and the clocks that are due, there and back; what failed for good, if anything did. */
	async #fly(): Promise<Delivery | undefined> {
		await this.#shards.refreshIfOld();
		if (this.#shards.now.all.length === 0) return this.#lookForShards();
		const shards = this.#shards.now;
		const wait = this.#throttle.waitMs(shards.ids, Date.now());
		// What comes meanwhile goes with it.
		if (wait > 0) await sleep(Math.min(wait, LOOK_AGAIN_MS));
		const clocks = this.#clocks();
		const rules: FlightRules = {
			latenessMs: this.#latenessMs,
			aggregate: this.#options.aggregate ?? "auto",
			tooMany: this.#rate.tooMany,
			aggregateBytes: this.#throttle.limiting ? SMALL_BYTES : LARGE_BYTES,
			shards,
		};
		const flight = planFlight(this.#backlog, rules);
		this.#flyingSince = this.#backlog.oldestSince;
		const records = this.#backlog.take(flight.length);
		const parts = partsOf(records, flight, shards);
		this.#rate.sent(parts, Date.now());
		for (const [shard, bytes] of bytesByShard(parts)) this.#throttle.sent(shard, bytes, Date.now());

		const began = Date.now();
		let [firstAck, throttled]: [number | undefined, boolean] = [undefined, false];
		const delivery = await this.#deliver([...clocks, ...parts], {
			onAck: () => {
				firstAck ??= Date.now();
			},
			onThrottled: () => {
				throttled = true;
			},
		});
		this.#flyingSince = undefined;
		const now = Date.now();
		if (delivery.failed.length > 0) {
			const failed = new Set(delivery.failed.flatMap((part) => part.records));
			this.#backlog.delivered(records.filter((record) => !failed.has(record)));
			return delivery;
		}
		this.#linger.flown({
			ms: (firstAck ?? now) - began,
			throttled,
			aggregated: flight.aggregated,
			records: records.length,
			parts: parts.length,
		});
		if (flight.aggregated && now - (firstAck ?? now) >= STALL_MS)
			this.#notices.stalled(records, now - (firstAck ?? now));
		this.#acknowledged(records, now);
		return undefined;
	}

	#acknowledged(records: readonly Outgoing[], now: number): void {
		this.#backlog.delivered(records);
		for (const { time } of records) {
			if (time === undefined) continue;
			this.#quiet.acknowledged(time, now);
			this.#account.acknowledged(time);
		}
		if (records.length > 0 && this.#quiet.newest) this.#feed.acknowledged?.(this.#quiet.newest.time);
	}

	/** Nothing can be sent before it is known where to. */
	async #lookForShards(): Promise<Delivery | undefined> {
		try {
			await this.#shards.refresh();
		} catch (reason) {
			this.#failing = true;
			const givesUp = this.#abortedAt !== undefined || isPermanent(reason);
			if (givesUp) return { failed: [], reason };
			this.#notices.unreachable(reason);
			await pause(LOOK_AGAIN_MS, this.#stop.signal);
		}
		return undefined;
	}

	/** Clocks for the shards that have been quiet: never past now, nor past anything that is not yet acknowledged. */
	#clocks(): Part[] {
		const { newest } = this.#quiet;
		if (newest === undefined) return [];
		const now = Date.now();
		const shards = this.#quiet.shards(this.#shards.now, this.#backlog.length > 0 ? BUSY_CLOCK_MS : QUIET_CLOCK_MS, now);
		if (shards.length === 0) return [];
		const given = this.#feed.horizon
			? (this.#feed.horizon(now) ?? newest.time)
			: newest.time + (this.#feed.live ? now - newest.at : 0);
		const time = Math.min(given, now, this.#backlog.oldest() ?? given);
		return shards.map((shard) => clockPart(shard, time));
	}

	async #close(): Promise<void> {
		const { newest } = this.#quiet;
		if (newest === undefined) return;
		// Of data from the present the last minute is closed when it may be: not long from now.
		const wait = minuteCanClose(newest.time, this.#latenessMs) - Date.now();
		if (wait > 0) {
			this.#notices.say(`The last minute is not over: the clock that closes it comes in ${Math.ceil(wait / 1000)} s.`);
			await pause(wait, this.#options.signal);
			if (this.#abortedAt !== undefined) return;
		}
		const { dayStartHour = 5 } = this.#options;
		const time = closingTime(newest.time, this.#latenessMs, dayStartHour, Date.now());
		try {
			await this.#closeAll(time);
			this.#account.closedAt = time;
		} catch (error) {
			this.#notices.say(`The closing clocks did not go through, the last windows stay open: ${reasonOf(error)}`);
		}
	}

	/** A clock to every shard, those too that a split made meanwhile. @throws what the service answers */
	async #closeAll(time: number): Promise<void> {
		const reached = new Set<string>();
		for (;;) {
			await this.#shards.refreshPatiently();
			const open = this.#shards.now.all.filter(({ id }) => !reached.has(id));
			if (open.length === 0) return;
			const clocks = open.map((shard) => clockPart(shard, time));
			const { failed, reason } = await this.#deliver(clocks, { onAck: ({ shardId }) => reached.add(shardId) });
			if (failed.length > 0) throw reason;
		}
	}

	#deliver(parts: readonly Part[], also: Also = {}): Promise<Delivery> {
		const giveUpMs = this.#options.giveUpMs ?? (this.#spool ? Number.POSITIVE_INFINITY : 120_000);
		return deliver(parts, {
			client: this.#client,
			stream: this.#options.stream,
			giveUpMs: () => (this.#abortedAt === undefined ? giveUpMs : Math.min(giveUpMs, STOPPING_MS)),
			onAck: (part, taken) => {
				also.onAck?.(taken);
				this.#taken(part, taken);
			},
			onRefused: (refused, reason) => {
				this.#failing = true;
				if (this.#unreachable) this.#notices.unreachable(reason);
				const { onRecord } = this.#options;
				if (onRecord)
					for (const { records } of refused) for (const each of records) onRecord(each, { refused: reason });
				if (!isThrottling(reason)) return;
				also.onThrottled?.();
				this.#rate.throttled(Date.now());
				for (const { shard } of refused) this.#throttle.refused(shard, Date.now());
			},
			onRetry: (again) => {
				for (const { records } of again) this.#account.retried += records.length;
			},
		});
	}

	#taken({ records }: Part, taken: Taken): void {
		const now = Date.now();
		this.#failing = false;
		this.#lastAck = now;
		this.#notices.reachable();
		this.#account.sent += records.length;
		this.#account[records.length === 0 ? "clocks" : "kinesisRecords"]++;
		this.#quiet.taken(taken.shardId, now);
		// A shard that was not there: the stream was split or merged.
		if (!this.#shards.now.has(taken.shardId)) this.#shards.outdated();
		const { onRecord } = this.#options;
		if (onRecord) for (const each of records) onRecord(each, taken);
	}

	get #unreachable(): boolean {
		return this.#failing && Date.now() - this.#lastAck >= UNREACHABLE_MS;
	}

	/** Keeps what was read and cannot be sent, or counts it as failed where there is no spool. */
	#giveUp({ failed, reason }: Delivery): void {
		const given = failed.flatMap(({ records }) => records);
		const waiting = given.length + this.#backlog.length;
		const why = reasonOf(reason);
		if (this.#spool) {
			try {
				this.#backlog.keep(given);
				// They were sent, and will be again.
				this.#account.retried += given.length;
				this.#notices.say(`${this.#spool.length} records are in ${this.#spool.dir} and go first the next time: ${why}`);
				return;
			} catch (error) {
				this.#notices.say(`Cannot put ${waiting} records into the spool ${this.#spool.dir}: ${reasonOf(error)}`);
			}
		}
		this.#account.failed += waiting;
		const { read, sent } = this.#account;
		this.#notices.say(`Gave up after ${sent} of ${read} records that were read: ${why}`);
	}

	#report(): void {
		this.#options.onProgress?.(this.#account.progress(this.#feed, this.#flyingSince ?? this.#backlog.oldestSince));
	}
}

function bytesByShard(parts: readonly Part[]): Map<string, number> {
	const sums = new Map<string, number>();
	for (const { shard, bytes } of parts) sums.set(shard, (sums.get(shard) ?? 0) + bytes);
	return sums;
}
