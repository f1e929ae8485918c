import { UserError } from "../errors.ts";
import type { Freshness } from "./freshness.ts";
import type { Round } from "./polls.ts";
import { isOdd, type Quote } from "./quote.ts";
import { nameSome } from "./words.ts";

/** What is worth a line for people in what Yahoo answers: each thing once. */
export class Remarks {
	readonly #symbols: readonly string[];
	readonly #freshness: Freshness;
	/** Which fields were said to be missing. */
	readonly #lacking = new Set<string>();

	constructor(symbols: readonly string[], freshness: Freshness) {
		this.#symbols = symbols;
		this.#freshness = freshness;
	}

	/** @throws UserError if Yahoo was asked for all symbols and knows none */
	checkKnown({ missing, quotes }: Round): void {
		if (quotes.size > 0 || missing.length < this.#symbols.length) return;
		throw new UserError(
			`Yahoo knows no ${nameSome(missing, 20)}. Use the symbols of finance.yahoo.com, such as AAPL, 0700.HK, ^GSPC or BTC-USD.`,
		);
	}

	/** The lines on a round that did not fail; notes what makes a symbol stale. */
	on(round: Round): string[] {
		return [...this.#unknown(round), ...this.#odd(round), ...this.#fields(round)];
	}

	*#unknown({ missing }: Round): Generator<string> {
		const unknown = missing.filter((symbol) => {
			// One that was there before is unknown to a part of Yahoo's servers at times: stale, but not worth a line.
			const seen = this.#freshness.seen(symbol);
			return this.#freshness.odd(symbol, seen ? "Yahoo left it out of its answer" : "unknown to Yahoo") && !seen;
		});
		if (unknown.length > 0) yield `Yahoo knows no ${nameSome(unknown, 20)}; going on with the others.`;
	}

	*#odd({ quotes }: Round): Generator<string> {
		const news = [...quotes.values()].filter(isOdd).filter(({ symbol, problem }) => {
			return this.#freshness.odd(symbol, `Yahoo's answer cannot be used: ${problem}`);
		});
		for (const [problem, of] of Map.groupBy(news, (odd) => odd.problem)) {
			const symbols = nameSome(
				of.map(({ symbol }) => symbol),
				5,
			);
			yield `Yahoo's answer for ${symbols} cannot be used: ${problem}.`;
		}
	}

	*#fields({ quotes }: Round): Generator<string> {
		const usable = [...quotes.values()].filter((quote): quote is Quote => !isOdd(quote));
		for (const field of new Set(usable.flatMap(({ lacking }) => lacking))) {
			if (this.#lacking.has(field)) continue;
			this.#lacking.add(field);
			const without = usable.filter(({ lacking }) => lacking.includes(field)).map(({ symbol }) => symbol);
			const effect = field === "regularMarketVolume" ? ": its size is 0" : "";
			yield `Yahoo's answer for ${nameSome(without, 5)} has no ${field}${effect}.`;
		}
	}
}
