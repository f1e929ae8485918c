import { exponential, normal, seededRandom } from "./random.ts";

/** What is known of a symbol before its first trade. */
export interface Listing {
	readonly symbol: string;
	readonly exchange: string;
	readonly currency: string;
	/** The close of the day before: where its price starts, and where it tends to go back to. */
	readonly previousClose: number;
	/** How often it trades, against the others. */
	readonly weight: number;
}

/** The symbols of a synthetic feed that names none. Prices are invented, of the size that they once had. */
export const LISTINGS: readonly Listing[] = [
	{ symbol: "AAPL", exchange: "NASDAQ", currency: "USD", previousClose: 189.3, weight: 10 },
	{ symbol: "MSFT", exchange: "NASDAQ", currency: "USD", previousClose: 415.5, weight: 7 },
	{ symbol: "NVDA", exchange: "NASDAQ", currency: "USD", previousClose: 121.8, weight: 12 },
	{ symbol: "AMZN", exchange: "NASDAQ", currency: "USD", previousClose: 182.4, weight: 7 },
	{ symbol: "GOOGL", exchange: "NASDAQ", currency: "USD", previousClose: 171.2, weight: 6 },
	{ symbol: "META", exchange: "NASDAQ", currency: "USD", previousClose: 503.6, weight: 5 },
	{ symbol: "TSLA", exchange: "NASDAQ", currency: "USD", previousClose: 243.9, weight: 10 },
	{ symbol: "AMD", exchange: "NASDAQ", currency: "USD", previousClose: 158.1, weight: 6 },
	{ symbol: "JPM", exchange: "NYSE", currency: "USD", previousClose: 203.7, weight: 4 },
	{ symbol: "BAC", exchange: "NYSE", currency: "USD", previousClose: 39.85, weight: 5 },
	{ symbol: "IBM", exchange: "NYSE", currency: "USD", previousClose: 187.5, weight: 3 },
	{ symbol: "SPY", exchange: "ARCA", currency: "USD", previousClose: 547.2, weight: 9 },
];

/** The listing of a symbol; one that is not among the known ones gets a price that follows from its name. */
export function listing(symbol: string): Listing {
	const known = LISTINGS.find((each) => each.symbol === symbol);
	if (known) return known;
	const seed = [...symbol].reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
	const previousClose = Math.round(2000 + 38_000 * seededRandom(seed)()) / 100;
	return { symbol, exchange: "NASDAQ", currency: "USD", previousClose, weight: 5 };
}

// Per square root of a minute: about 0.8 % in a day of 390 minutes.
const VOLATILITY = 0.0004;
// How strongly a price goes back towards the previous close, per minute: days of it stay within a few percent.
const PULL = 0.004;
// One symbol at a time has news: its price runs 1 to 2.5 % within one to three minutes, with six times the trades.
export const MINUTES_BETWEEN_BURSTS = 2.5;
const BURST_TRADES = 6;
// Once in a while a price jumps by 0.4 to 1.2 % from one trade to the next.
export const MINUTES_BETWEEN_JUMPS = 9;

/** A symbol on its way: its price moves by itself with time, whether it trades or not. */
export class Path {
	readonly listing: Listing;
	/** Trades so far: the feed's own order within the symbol. */
	sequence = 0;
	#log = 0;
	#time: number;
	#burst: { from: number; until: number; perMinute: number } | undefined;
	readonly #random: () => number;

	constructor(of: Listing, time: number, random: () => number) {
		this.listing = of;
		this.#time = time;
		this.#random = random;
		this.#log = normal(random) * 0.004;
	}

	/** How often it trades at this moment, against the others. */
	weight(time: number): number {
		return this.listing.weight * (this.#burst && time < this.#burst.until ? BURST_TRADES : 1);
	}

	/** Begins a run of the price, up or down. */
	burst(time: number): void {
		const minutes = 1 + 2 * this.#random();
		const move = (0.01 + 0.015 * this.#random()) * (this.#random() < 0.5 ? -1 : 1);
		// Far from the previous close it runs back.
		const direction = Math.abs(this.#log) > 0.04 ? -Math.sign(this.#log) * Math.sign(move) : 1;
		this.#burst = { from: time, until: time + minutes * 60_000, perMinute: (move * direction) / minutes };
	}

	jump(): void {
		this.#log += (0.004 + 0.008 * this.#random()) * (this.#random() < 0.5 ? -1 : 1);
	}

	/** The next trade at this moment: price in cents, size mostly in round lots, and the side that took the initiative. */
	trade(time: number): { price: number; size: number; side: "buy" | "sell" } {
		const minutes = (time - this.#time) / 60_000;
		this.#time = time;
		const drift = this.#burst && time < this.#burst.until ? this.#burst.perMinute : -PULL * this.#log;
		this.#log += drift * minutes + VOLATILITY * Math.sqrt(minutes) * normal(this.#random);
		const fair = this.listing.previousClose * Math.exp(this.#log);
		const side = this.#random() < 0.5 ? "buy" : "sell";
		// A buyer pays half a cent of spread, a seller gets half a cent less.
		const price = Math.max(0.01, Math.round(fair * 100 + (side === "buy" ? 0.5 : -0.5)) / 100);
		const size =
			this.#random() < 0.75 ? 100 * Math.ceil(exponential(this.#random, 0.5)) : 1 + Math.floor(this.#random() * 99);
		return { price, size, side };
	}
}

/** Moments at which something happens to one of the symbols: minutes apart on average, from `time` on. */
export function* moments(minutes: number, time: number, random: () => number): Generator<number, never> {
	for (let at = time; ; ) {
		at += exponential(random, 1 / minutes) * 60_000;
		yield at;
	}
}
