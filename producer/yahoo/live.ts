import { reasonOf, UserError } from "../errors.ts";
import { type Feed, type FeedState, type Item, isRejected, type Outgoing, type YahooSpec } from "../feed.ts";
import { writeInstant } from "../instant.ts";
import { outgoingOf } from "../outgoing.ts";
import { Changes } from "./changes.ts";
import { Yahoo } from "./client.ts";
import type { YahooFailure } from "./failure.ts";
import { Freshness } from "./freshness.ts";
import { type Pace, Polls, type Round } from "./polls.ts";
import { isOdd } from "./quote.ts";
import { Remarks } from "./remarks.ts";
import { checkInterval, checkSymbols, DEFAULT_INTERVAL_MS } from "./spec.ts";
import { Standby } from "./standby.ts";
import { type Fetch, wayToYahoo } from "./transport.ts";
import { formatWait, nameSome } from "./words.ts";

/** What tests put in the place of the network and of minutes. */
export interface LiveParts {
	readonly fetch?: Fetch;
	readonly pace?: Partial<Pace>;
}

const PACE: Omit<Pace, "intervalMs"> = {
	spreadMs: 400,
	retryMs: 1000,
	breakMs: 120_000,
	longestBreakMs: 900_000,
};

/**
 * Opens the live feed: all symbols are asked for once, so that a name that Yahoo does not know is seen before anything
 * runs. That Yahoo does not answer at all is no error: the feed goes on trying, or begins with its fallback.
 * @throws UserError where no symbol is known to Yahoo, an option's value is impossible, or the fallback cannot be opened
 */
export async function openYahoo(spec: YahooSpec, { fetch, pace }: LiveParts = {}): Promise<Feed> {
	const symbols = checkSymbols(spec.symbols);
	const intervalMs = spec.intervalMs ?? DEFAULT_INTERVAL_MS;
	if (pace?.intervalMs === undefined) checkInterval(intervalMs);
	const polls = new Polls(new Yahoo(fetch ?? wayToYahoo(spec.proxy)), symbols, { ...PACE, intervalMs, ...pace });
	const changes = new Changes();
	const standby = spec.fallback && (await Standby.open(spec.fallback, symbols, (symbol) => changes.last(symbol)));
	const live = new Live(symbols, polls, changes, standby);
	await live.ask();
	return {
		name: `Yahoo's quotes of ${nameSome(symbols, 12)}`,
		total: undefined,
		live: true,
		batches: (signal, tell = () => {}) => live.batches(signal, tell),
		horizon: (now) => live.horizon(now),
		state: (now) => live.state(now),
	};
}

class Live {
	readonly #symbols: readonly string[];
	readonly #polls: Polls;
	readonly #changes: Changes;
	readonly #standby: Standby | undefined;
	/** In this outage it could not go on. */
	#standbyFailed = false;
	readonly #freshness: Freshness;
	/** Why and since when Yahoo does not answer. */
	#outage: { readonly why: string; readonly since: number } | undefined;
	/** Event times never go back: not before the newest given, nor before what a clock may have said. */
	#floor = 0;
	/** The oldest event time of the batch that is being taken; until it is, no clock may say more. */
	#held: number | undefined;
	readonly #remarks: Remarks;

	constructor(symbols: readonly string[], polls: Polls, changes: Changes, standby: Standby | undefined) {
		this.#symbols = symbols;
		this.#polls = polls;
		this.#changes = changes;
		this.#standby = standby;
		this.#freshness = new Freshness(symbols);
		this.#remarks = new Remarks(symbols, this.#freshness);
	}

	/** Asks for all symbols once. @throws UserError if Yahoo answers and knows none of them */
	async ask(): Promise<void> {
		try {
			this.#remarks.checkKnown(await this.#polls.once(new AbortController().signal));
		} catch (error) {
			// That it does not answer is said when the feed runs.
			if (error instanceof UserError) throw error;
		}
	}

	/**
	 * A poll's trades, or meanwhile the other feed's. All trades of a poll bear the moment at which its answers were there,
	 * which is never before anything that was given, or that a clock said.
	 */
	async *batches(signal: AbortSignal, tell: (line: string) => void): AsyncGenerator<readonly Item[], void> {
		const rounds = this.#polls.rounds(signal);
		try {
			for (;;) {
				const next = rounds.next();
				// Its failure is taken below, when the other feed has been told to wait.
				next.catch(() => {});
				yield* this.#meanwhile(next, signal, tell);
				const { done, value: round } = await next;
				if (done || signal.aborted) return;
				const trades = this.#take(round, tell);
				if (trades.length > 0) yield* this.#give(trades);
			}
		} finally {
			this.#standby?.stop();
			await rounds.return();
		}
	}

	/** What the other feed gives in an outage, until the next poll has its answer. */
	async *#meanwhile(
		next: Promise<unknown>,
		signal: AbortSignal,
		tell: (line: string) => void,
	): AsyncGenerator<readonly Item[], void> {
		const standby = this.#instead;
		if (!standby) return;
		try {
			for await (const batch of standby.batches(next, signal)) yield* this.#give(this.#notBack(batch));
		} catch (error) {
			// Its file may be gone by now. Yahoo is asked on, as without it.
			this.#standbyFailed = true;
			standby.stop();
			tell(`Cannot go on with ${standby.name}: ${reasonOf(error)}. Nothing new until Yahoo answers.`);
		}
	}

	/** The feed that gives in the place of Yahoo at present. */
	get #instead(): Standby | undefined {
		return this.#outage && !this.#standbyFailed ? this.#standby : undefined;
	}

	/**
	 * Now: whatever comes later is stamped later. But while a batch is being taken no more than its time, and while the
	 * other feed gives, what that one says.
	 */
	horizon(now: number): number {
		const bound = this.#instead ? (this.#instead.horizon(now) ?? this.#floor) : now;
		const said = Math.min(now, bound, this.#held ?? bound);
		this.#floor = Math.max(this.#floor, said);
		return this.#held === undefined ? this.#floor : Math.min(this.#floor, this.#held);
	}

	state(now: number): FeedState {
		const stale = this.#freshness.stale(now);
		if (this.#outage === undefined) return { giving: "yahoo", stale };
		return { giving: `${this.#instead?.name ?? "no trades"} (Yahoo: ${this.#outage.why})`, stale };
	}

	async *#give(batch: readonly Item[]): AsyncGenerator<readonly Item[], void> {
		const times = batch.flatMap((item) => (isRejected(item) ? [] : (item.time ?? [])));
		this.#held = times.length > 0 ? Math.min(...times) : undefined;
		this.#floor = Math.max(this.#floor, ...times);
		yield batch;
		this.#held = undefined;
	}

	#take(round: Round, tell: (line: string) => void): Item[] {
		const now = Math.max(Date.now(), this.#floor);
		if (round.failure) {
			this.#down(round.failure, now, tell);
		} else {
			this.#up(now, tell);
			this.#remarks.checkKnown(round);
			for (const line of this.#remarks.on(round)) tell(line);
		}
		const trades: Item[] = [];
		for (const quote of round.quotes.values()) {
			if (isOdd(quote)) continue;
			this.#freshness.current(quote.symbol, now, this.#polls.everyMs(quote.symbol));
			const trade = this.#changes.trade(quote, now);
			if (trade) trades.push(outgoingOf(trade, now));
		}
		return trades;
	}

	#down(
		failure: { readonly why: YahooFailure; readonly againAt: number },
		now: number,
		tell: (line: string) => void,
	): void {
		const why = failure.why.message;
		const first = this.#outage === undefined;
		this.#outage = { why, since: this.#outage?.since ?? now };
		this.#freshness.outage = `Yahoo: ${why}`;
		if (!first) return;
		const again = `trying Yahoo again in ${formatWait(failure.againAt - now)}`;
		tell(
			this.#standby
				? `Yahoo does not answer as it should (${why}): going on with ${this.#standby.name}, ${again}.`
				: `Yahoo does not answer as it should (${why}): ${again}; until then nothing new of ${nameSome(this.#symbols, 5)}.`,
		);
	}

	#up(now: number, tell: (line: string) => void): void {
		if (this.#outage === undefined) return;
		const back = this.#instead ? `; no more of ${this.#instead.name}` : "";
		tell(`Yahoo answers again, after ${formatWait(now - this.#outage.since)}${back}.`);
		this.#outage = undefined;
		this.#standbyFailed = false;
		this.#freshness.outage = undefined;
		this.#standby?.stop();
	}

	/** What the other feed gives, none of it before anything that was given. */
	#notBack(batch: readonly Item[]): readonly Item[] {
		return batch.map((item) =>
			isRejected(item) || (item.time ?? this.#floor) >= this.#floor ? item : this.#moved(item),
		);
	}

	#moved(item: Outgoing): Outgoing {
		const trade = { ...JSON.parse(item.data.toString("utf8")), event_time: writeInstant(this.#floor) };
		return { ...item, time: this.#floor, data: Buffer.from(JSON.stringify(trade)) };
	}
}
