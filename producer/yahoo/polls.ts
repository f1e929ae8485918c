import {
	BrokenCircuitError,
	type CircuitBreakerPolicy,
	ConsecutiveBreaker,
	circuitBreaker,
	DelegateBackoff,
	ExponentialBackoff,
	halfJitterGenerator,
	handleWhen,
	handleWhenResult,
	type IBackoff,
	type IHalfOpenAfterBackoffContext,
	retry,
} from "cockatiel";
import { pause } from "../wait.ts";
import type { Yahoo } from "./client.ts";
import { YahooFailure } from "./failure.ts";
import { isOdd, type OddQuote, type Quote, readQuote } from "./quote.ts";

/** How polls are paced, in milliseconds. */
export interface Pace {
	/** Time between two rounds. */
	readonly intervalMs: number;
	/** At most this much at random between the calls of a round. */
	readonly spreadMs: number;
	/** How long it waits about before it asks again after a failed call; twice that before it does so once more. */
	readonly retryMs: number;
	/** At most so long Yahoo is left alone after a failed round (half of it at least), twice as long after the next … */
	readonly breakMs: number;
	/** … up to this. */
	readonly longestBreakMs: number;
}

/** What one round brought. */
export interface Round {
	/** Symbols that were asked for and answered. */
	readonly quotes: ReadonlyMap<string, Quote | OddQuote>;
	/** Symbols that were asked for and are not in the answers. */
	readonly missing: readonly string[];
	/** Why the round broke off, and when the next one begins, epoch milliseconds; undefined if it did not. */
	readonly failure?: { readonly why: YahooFailure; readonly againAt: number };
}

/** Symbols in one call: what keeps its address well below 2,000 characters. */
const BATCH = 50;
/** A symbol whose market is closed is asked for in each fourth round only, but at least every five minutes. */
const CLOSED_ROUNDS = 4;
const CLOSED_MS = 300_000;
const CLOSED_STATES = new Set(["CLOSED", "POST", "POSTPOST", "PREPRE"]);

/** Asks Yahoo for the quotes of symbols round after round, and leaves it alone for a while after one that failed. */
export class Polls {
	readonly #yahoo: Yahoo;
	readonly #symbols: readonly string[];
	readonly #pace: Pace;
	readonly #closed = new Set<string>();
	/** Symbols that were in an answer as they should be. */
	readonly #good = new Set<string>();
	readonly #breaker: CircuitBreakerPolicy;
	#breakMs = 0;

	constructor(yahoo: Yahoo, symbols: readonly string[], pace: Pace) {
		this.#yahoo = yahoo;
		this.#symbols = symbols;
		this.#pace = pace;
		const { breakMs: initialDelay, longestBreakMs: maxDelay } = pace;
		const growing = new ExponentialBackoff({ initialDelay, maxDelay, generator: halfJitterGenerator });
		type Context = IHalfOpenAfterBackoffContext;
		const halfOpenAfter = new DelegateBackoff<Context, IBackoff<unknown>>((context, before) => {
			const state = before?.next(context) ?? growing.next();
			const { value } = context.result as { value: Asked };
			this.#breakMs = Math.max(state.duration, value.failure?.retryAfterMs ?? 0);
			return { delay: this.#breakMs, state };
		});
		this.#breaker = circuitBreaker(
			// What comes of a round that failed half-way is still wanted, so that failure is a result and no error.
			handleWhenResult((asked) => (asked as Asked).failure !== undefined),
			{ breaker: new ConsecutiveBreaker(1), halfOpenAfter },
		);
	}

	/** The time between two polls of a symbol, in milliseconds: longer while its market is closed. */
	everyMs(symbol: string): number {
		const { intervalMs } = this.#pace;
		return this.#closed.has(symbol) ? intervalMs * this.#closedRounds() : intervalMs;
	}

	/** All symbols once, without any breaker or second try. @throws YahooFailure */
	async once(signal: AbortSignal): Promise<Round> {
		const { failure, ...round } = await this.#ask(this.#symbols, signal);
		if (failure) throw failure;
		return round;
	}

	/** Round after round, each as soon as it is due and the one before was taken, until `signal` is aborted. */
	async *rounds(signal: AbortSignal): AsyncGenerator<Round, void> {
		for (let number = 0; !signal.aborted; number++) {
			const began = Date.now();
			const due = this.#symbols.filter((symbol) => number % this.#closedRounds() === 0 || !this.#closed.has(symbol));
			const asked: Asked | undefined = due.length > 0 ? await this.#guarded(due, signal) : undefined;
			if (signal.aborted) return;
			const { intervalMs } = this.#pace;
			const { failure, ...round }: Asked = asked ?? { quotes: new Map(), missing: [] };
			if (failure === undefined) {
				if (asked) yield round;
				// A little later each time, by chance: many who began on the minute do not ask on the minute.
				await pause(began + intervalMs * (1 + 0.05 * Math.random()) - Date.now(), signal);
			} else {
				const againAt = Date.now() + this.#breakMs;
				yield { ...round, failure: { why: failure, againAt } };
				await pause(againAt - Date.now(), signal);
				// The first round after an outage asks for all.
				number = -1;
			}
		}
	}

	async #guarded(symbols: readonly string[], signal: AbortSignal): Promise<Asked> {
		for (;;) {
			try {
				return await this.#breaker.execute(() => this.#ask(symbols, signal, this.#pace.retryMs));
			} catch (error) {
				if (signal.aborted) return { quotes: new Map(), missing: [] };
				// The breaker's clock and the timer may differ by a millisecond.
				if (!(error instanceof BrokenCircuitError)) throw error;
				await pause(10, signal);
			}
		}
	}

	async #ask(symbols: readonly string[], signal: AbortSignal, retryMs?: number): Promise<Asked> {
		const policy = retry(
			handleWhen((error) => error instanceof YahooFailure && error.kind === "network"),
			{
				maxAttempts: retryMs === undefined ? 0 : 2,
				backoff: new ExponentialBackoff({ initialDelay: retryMs ?? 0, generator: halfJitterGenerator }),
			},
		).dangerouslyUnref();
		const quotes = new Map<string, Quote | OddQuote>();
		let failure: YahooFailure | undefined;
		for (let from = 0; from < symbols.length && failure === undefined; from += BATCH) {
			if (from > 0) await pause(this.#pace.spreadMs * Math.random(), signal);
			const batch = symbols.slice(from, from + BATCH);
			try {
				const answer = await policy.execute(() => this.#yahoo.quotes(batch, signal), signal);
				for (const quote of answer.map(readQuote)) {
					if (quote && batch.includes(quote.symbol)) quotes.set(quote.symbol, quote);
				}
			} catch (error) {
				if (!(error instanceof YahooFailure)) throw error;
				failure = error;
			}
		}
		failure ??= this.#unusable(symbols, quotes);
		for (const quote of quotes.values()) this.#note(quote);
		const missing = symbols.filter((symbol) => !quotes.has(symbol));
		return failure ? { quotes, missing: [], failure } : { quotes, missing };
	}

	/** An answer without one quote that can be used is no answer, where there was one before or Yahoo does answer. */
	#unusable(symbols: readonly string[], quotes: ReadonlyMap<string, Quote | OddQuote>): YahooFailure | undefined {
		const all = [...quotes.values()];
		if (all.some((quote) => !isOdd(quote))) return undefined;
		const known = symbols.some((symbol) => this.#good.has(symbol));
		const [odd] = all as OddQuote[];
		if (odd && (known || this.#good.size === 0)) {
			return new YahooFailure("changed", `a changed answer: of ${odd.symbol} ${odd.problem}`);
		}
		return known ? new YahooFailure("changed", `an answer without ${symbols.join(", ")}`) : undefined;
	}

	#note(quote: Quote | OddQuote): void {
		if (!isOdd(quote)) this.#good.add(quote.symbol);
		if (!isOdd(quote) && CLOSED_STATES.has(quote.marketState ?? "")) this.#closed.add(quote.symbol);
		else this.#closed.delete(quote.symbol);
	}

	#closedRounds(): number {
		return Math.max(1, Math.min(CLOSED_ROUNDS, Math.floor(CLOSED_MS / this.#pace.intervalMs)));
	}
}

interface Asked {
	readonly quotes: ReadonlyMap<string, Quote | OddQuote>;
	readonly missing: readonly string[];
	readonly failure?: YahooFailure;
}
