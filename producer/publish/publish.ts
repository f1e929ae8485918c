import type { KinesisClient } from "@aws-sdk/client-kinesis";
import type { Trade } from "../../contracts.ts";
import { type KinesisPlace, kinesisClient } from "../client.ts";
import { reasonOf, UserError } from "../errors.ts";
import { DEFAULT_LATENESS_MS, type Feed, type Outgoing } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import { Backlog } from "./backlog.ts";
import { clockPart, closingTime, Quiet } from "./clocks.ts";
import { type Delivery, deliver } from "./deliver.ts";
import { type FlightRules, type Part, PLAIN_RECORDS, partsOf, planFlight } from "./flight.ts";
import { feedOf, readInto } from "./reading.ts";
import { OpenShards } from "./shards.ts";

export interface PublishOptions {
	readonly stream: string;
	/** Where Kinesis is; with `client` not needed. */
	readonly kinesis?: KinesisPlace;
	/** A client of your own; it should retry nothing by itself. */
	readonly client?: Pick<KinesisClient, "send">;
	/** The lateness that the reader of the stream allows; default 2,000. */
	readonly latenessMs?: number;
	/** Whether the end of the feed sends clocks beyond its last window; default false. Not after an abort. */
	readonly close?: boolean;
	/** The hour of the day, UTC, at which a trading day begins; default 5. */
	readonly dayStartHour?: number;
	/** Whether several trades may share a Kinesis record; see flight.ts. Default `auto`: where single ones would be slow. */
	readonly aggregate?: "auto" | "on" | "off";
	/** How long a live trade may wait for others to go with; default 200. */
	readonly lingerMs?: number;
	/** How long to go on while nothing is taken before giving up; default 120,000. */
	readonly giveUpMs?: number;
	/** Stops reading; what was read is still sent. */
	readonly signal?: AbortSignal;
	/** Called once a second, and at the end. */
	readonly onProgress?: (progress: Progress) => void;
	/** Something that a person should know, as one line. */
	readonly onWarning?: (line: string) => void;
}

/** Counts of trades (of lines, if raw); clocks are counted apart. read = sent + failed. */
export interface ProduceResult {
	read: number;
	/** Acknowledged by Kinesis. */
	sent: number;
	/** Sent again, each time counted. */
	retried: number;
	/** Given up, or read and not sent because others were given up. */
	failed: number;
	clocks: number;
	/** Of what was sent, earliest and latest; null if nothing with a time was. */
	firstEventTime: string | null;
	lastEventTime: string | null;
	/** What the closing clocks said; null if there were none. */
	closedAt: string | null;
}

export interface Progress extends ProduceResult {
	/** How many there will be; undefined if nobody knows. */
	readonly total: number | undefined;
	readonly seconds: number;
}

// After 5 s the reader leaves a shard out; see flight.ts.
const STALL_MS = 4500;
const [BUSY_CLOCK_MS, QUIET_CLOCK_MS] = [250, 1000];

/**
 * Sends all that a feed gives, in its order, and says how it went. Trades of your own come as an async iterable of Trade,
 * each sent as it arrives.
 * @throws if the feed fails, after what it gave was sent, or if the stream cannot be found
 */
export async function publish(source: Feed | AsyncIterable<Trade>, options: PublishOptions): Promise<ProduceResult> {
	const feed = "batches" in source ? source : feedOf(source);
	const own = options.client === undefined ? kinesisClient(options.kinesis) : undefined;
	try {
		return await new Publisher(feed, options, options.client ?? (own as KinesisClient)).run();
	} finally {
		own?.destroy();
	}
}

class Publisher {
	readonly #feed: Feed;
	readonly #options: PublishOptions;
	readonly #client: Pick<KinesisClient, "send">;
	readonly #latenessMs: number;
	readonly #backlog = new Backlog();
	readonly #quiet = new Quiet();
	readonly #stop = new AbortController();
	readonly #started = Date.now();
	readonly #shards: OpenShards;
	#first = Number.POSITIVE_INFINITY;
	#counts = { read: 0, sent: 0, retried: 0, failed: 0, clocks: 0 };
	#closedAt: string | null = null;
	#reported = Date.now();
	#abortedAt: number | undefined;
	/** When something of the present flight was first acknowledged. */
	#firstAck: number | undefined;

	constructor(feed: Feed, options: PublishOptions, client: Pick<KinesisClient, "send">) {
		this.#feed = feed;
		this.#options = options;
		this.#client = client;
		this.#latenessMs = options.latenessMs ?? DEFAULT_LATENESS_MS;
		this.#shards = new OpenShards(client, options.stream);
	}

	async run(): Promise<ProduceResult> {
		const { signal } = this.#options;
		await this.#findStream();
		const abort = (): void => {
			this.#abortedAt ??= Date.now();
			this.#stop.abort();
		};
		if (signal?.aborted) abort();
		signal?.addEventListener("abort", abort, { once: true });
		const reading = this.#read();
		// Waited for below; until then its failure is nobody's.
		reading.catch(() => {});
		try {
			let failure: Delivery | undefined;
			while (failure === undefined && (await this.#ready())) failure = await this.#fly();
			this.#stop.abort();
			// Makes room, so that the reader comes to its end too.
			if (failure) this.#backlog.take(this.#backlog.length);
			await reading;
			if (failure) this.#giveUp(failure);
			if (!failure && this.#options.close && this.#abortedAt === undefined) await this.#close();
			this.#report(true);
			return this.#result();
		} finally {
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
			throw new UserError(
				`Cannot send to the stream ${stream} at ${place}: ${reasonOf(cause)}. Is it there (tidemark up), and the address right?`,
				{ cause },
			);
		}
	}

	#read(): Promise<void> {
		return readInto(this.#backlog, this.#feed, {
			signal: this.#stop.signal,
			onRead: (count) => {
				this.#counts.read += count;
			},
			onRejected: ({ rejected }) => {
				this.#counts.failed++;
				this.#warn(`Left out: ${rejected}`);
			},
			tell: (line) => this.#warn(line),
		});
	}

	/** Waits until there is something to send; false when there will be nothing more. */
	async #ready(): Promise<boolean> {
		const linger = this.#feed.live ? (this.#options.lingerMs ?? 200) : 0;
		for (;;) {
			const { length, ended } = this.#backlog;
			if (length === 0 && ended) return false;
			const now = Date.now();
			const left = length === 0 ? Number.POSITIVE_INFINITY : linger - this.#backlog.waitedMs(now);
			if (length > 0 && (left <= 0 || ended || length >= PLAIN_RECORDS)) return true;
			const clock = this.#quiet.newest === undefined ? left : this.#quiet.dueIn(this.#shards.now, QUIET_CLOCK_MS, now);
			if (clock <= 0) return true;
			await this.#backlog.change(Math.min(left, clock, QUIET_CLOCK_MS));
			this.#report(false);
		}
	}

	/** One flight, and the clocks that are due, there and back; what failed for good, if anything did. */
	async #fly(): Promise<Delivery | undefined> {
		await this.#shards.refreshIfOld();
		const clocks = this.#clocks();
		const rules: FlightRules = {
			latenessMs: this.#latenessMs,
			aggregate: this.#options.aggregate ?? "auto",
			shards: this.#shards.now,
		};
		const flight = planFlight(this.#backlog, rules);
		const records = this.#backlog.take(flight.length);
		const parts = partsOf(records, flight, this.#shards.now);
		this.#firstAck = undefined;
		const delivery = await this.#deliver([...clocks, ...parts]);
		const now = Date.now();
		const waited = now - (this.#firstAck ?? now);
		if (flight.aggregated && waited >= STALL_MS) this.#warnOfStall(records, waited);
		for (const { time } of delivery.failed.length > 0 ? [] : records) {
			if (time === undefined) continue;
			this.#quiet.acknowledged(time, now);
			if (time < this.#first) this.#first = time;
		}
		this.#report(false);
		return delivery.failed.length > 0 ? delivery : undefined;
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
		this.#shards.outdated();
		await this.#shards.refreshIfOld();
		const { dayStartHour = 5 } = this.#options;
		const time = closingTime(newest.time, this.#latenessMs, dayStartHour, Date.now());
		const { failed, reason } = await this.#deliver(this.#shards.now.all.map((shard) => clockPart(shard, time)));
		if (failed.length === 0) this.#closedAt = writeInstant(time);
		else this.#warn(`The closing clocks did not go through, the last windows stay open: ${reasonOf(reason)}`);
	}

	#deliver(parts: readonly Part[]): Promise<Delivery> {
		const giveUpMs = this.#options.giveUpMs ?? 120_000;
		return deliver(parts, {
			client: this.#client,
			stream: this.#options.stream,
			// Who stops the producer does not want to wait for minutes.
			giveUpMs: () => (this.#abortedAt === undefined ? giveUpMs : Math.min(giveUpMs, 10_000)),
			onAck: (part, shardId) => {
				if (part.count === 0) this.#counts.clocks++;
				this.#counts.sent += part.count;
				this.#firstAck ??= Date.now();
				this.#quiet.taken(shardId, Date.now());
				// A shard that was not there: the stream was split or merged.
				if (!this.#shards.now.has(shardId)) this.#shards.outdated();
			},
			onRetry: (again) => {
				for (const { count } of again) this.#counts.retried += count;
				this.#report(false);
			},
		});
	}

	#giveUp({ reason }: Delivery): void {
		const { read, sent } = this.#counts;
		this.#counts.failed = read - sent;
		this.#warn(`Gave up after ${sent} of ${read} records that were read: ${reasonOf(reason)}`);
	}

	#result(): ProduceResult {
		const last = this.#quiet.newest?.time;
		return {
			...this.#counts,
			firstEventTime: last === undefined ? null : writeInstant(this.#first),
			lastEventTime: last === undefined ? null : writeInstant(last),
			closedAt: this.#closedAt,
		};
	}

	#report(end: boolean): void {
		const now = Date.now();
		if (!end && now - this.#reported < 1000) return;
		this.#reported = now;
		const seconds = (now - this.#started) / 1000;
		this.#options.onProgress?.({ ...this.#result(), total: this.#feed.total, seconds });
	}

	#warnOfStall(records: readonly Outgoing[], ms: number): void {
		const times = records.flatMap(({ time }) => time ?? []);
		if (times.length === 0) return;
		const [first, last] = [Math.min(...times), Math.max(...times)].map(writeInstant);
		this.#warn(
			`A shard took nothing for ${(ms / 1000).toFixed(1)} s while others did: trades from ${first} to ${last} may be late.`,
		);
	}

	#warn(line: string): void {
		this.#options.onWarning?.(line);
	}
}
