import { toTick } from "./exchanges.ts";
import type { Listing } from "./listings.ts";
import { exponential, normal } from "./random.ts";

// Per square root of a minute: about 0.8 % in a day of 390 minutes.
const VOLATILITY = 0.0004;
// How strongly a price goes back towards where it started, per minute: days of it stay within a few percent.
const PULL = 0.004;
// A night is no longer for the price than this: it opens near where it closed, with a gap.
const LONGEST_WALK_MINUTES = 30;
const NIGHT_MS = 6 * 3_600_000;
// One symbol at a time has news: its price runs 1 to 2.5 % within one to three minutes, with six times the trades.
export const MINUTES_BETWEEN_NEWS = 2.5;
const NEWS_TRADES = 6;
// Once in a while a price jumps by 0.4 to 1.2 % from one trade to the next.
export const MINUTES_BETWEEN_JUMPS = 9;

/** What a trade is made of, apart from its symbol and time. */
export interface Deal {
	readonly price: number;
	readonly size: number;
	/** Who took the initiative. */
	readonly side: "buy" | "sell";
}

/** A symbol on its way: its price moves by itself with time, whether it trades or not. */
export class Path {
	readonly listing: Listing;
	/** Trades so far: the feed's own order within the symbol. */
	sequence = 0;
	/** The last price of the trading day before this one. */
	previousClose: number;
	/** When its news is over; 0 without. */
	newsUntil = 0;
	#last: number;
	#log: number;
	#time: number;
	#newsFrom = 0;
	#perMinute = 0;
	readonly #random: () => number;

	constructor(of: Listing, time: number, random: () => number) {
		this.listing = of;
		this.previousClose = of.previousClose;
		this.#last = of.previousClose;
		this.#time = time;
		this.#random = random;
		this.#log = normal(random) * 0.004;
	}

	/** How often it trades at this moment, against the others. */
	weight(time: number): number {
		return this.listing.weight * (time < this.newsUntil ? NEWS_TRADES : 1);
	}

	/** Begins a run of the price, up or down. */
	news(time: number): void {
		const minutes = 1 + 2 * this.#random();
		const move = (0.01 + 0.015 * this.#random()) * (this.#random() < 0.5 ? -1 : 1);
		// Far from where it started it runs back.
		const direction = Math.abs(this.#log) > 0.04 ? -Math.sign(this.#log) * Math.sign(move) : 1;
		this.#newsFrom = time;
		this.newsUntil = time + minutes * 60_000;
		this.#perMinute = (move * direction) / minutes;
	}

	jump(): void {
		this.#log += (0.004 + 0.008 * this.#random()) * (this.#random() < 0.5 ? -1 : 1);
	}

	/** Its exchange opens. After a night, not after lunch, its last price is the previous close from now on. */
	opens(time: number): void {
		if (time - this.#time >= NIGHT_MS) this.previousClose = this.#last;
	}

	/** The next trade at this moment: a price in ticks, a size mostly in lots. */
	trade(time: number): Deal {
		const minutes = Math.min((time - this.#time) / 60_000, LONGEST_WALK_MINUTES);
		// News is as long as it is, however long the last trade was before it.
		const inNews = Math.max(0, Math.min(time, this.newsUntil) - Math.max(this.#time, this.#newsFrom)) / 60_000;
		this.#time = time;
		const drift = inNews > 0 ? this.#perMinute * inNews : -PULL * this.#log * minutes;
		this.#log += drift + VOLATILITY * Math.sqrt(minutes) * normal(this.#random);
		const { exchange, previousClose } = this.listing;
		const side = this.#random() < 0.5 ? "buy" : "sell";
		// A buyer pays half a tick of spread, a seller gets half a tick less.
		const spread = side === "buy" ? exchange.tick / 2 : -exchange.tick / 2;
		this.#last = toTick(previousClose * Math.exp(this.#log) + spread, exchange);
		return { price: this.#last, size: this.#size(), side };
	}

	#size(): number {
		const { lot, oddLots } = this.listing.exchange;
		const most = oddLots && lot > 1 ? 0.75 : 1;
		if (this.#random() < most) return lot * Math.ceil(exponential(this.#random, lot > 1 ? 0.5 : 0.01));
		return 1 + Math.floor(this.#random() * (lot - 1));
	}
}

/** Moments at which something happens to one of the symbols: minutes apart on average, from `time` on. */
export function* moments(minutes: number, time: number, random: () => number): Generator<number, never> {
	for (let at = time; ; ) {
		at += exponential(random, 1 / minutes) * 60_000;
		yield at;
	}
}
