import type { Trade } from "../../contracts.ts";
import { writeInstant } from "../instant.ts";
import type { Quote } from "./quote.ts";

/** Makes trades of what has changed between the quotes of a symbol. */
export class Changes {
	readonly #last = new Map<string, Quote>();

	/**
	 * The trade that this quote stands for, at the time of the poll; undefined if price, volume and Yahoo's time are those
	 * of the quote before. Its size is what the day's volume grew by since then: 0 for the first quote of a run or of a
	 * day, where the volume was corrected downwards, and where there is none (indices, currencies, crypto currencies).
	 */
	trade(quote: Quote, eventTime: number): Trade | undefined {
		const last = this.#last.get(quote.symbol);
		if (last && last.price === quote.price && last.volume === quote.volume && last.time === quote.time)
			return undefined;
		this.#last.set(quote.symbol, quote);
		const { symbol, price, volume, previousClose, dayOpen, dayHigh, dayLow, exchange, currency, marketState } = quote;
		const quoteTime = writeInstant(quote.time);
		return {
			trade_id: `yahoo|${symbol}|${quoteTime}|${price}|${volume ?? "-"}`,
			symbol,
			event_time: writeInstant(eventTime),
			price,
			size: grown(last, quote),
			source: "yahoo",
			quote_time: quoteTime,
			...(previousClose === undefined ? {} : { previous_close: previousClose }),
			...(dayOpen === undefined ? {} : { day_open: dayOpen }),
			...(dayHigh === undefined ? {} : { day_high: dayHigh }),
			...(dayLow === undefined ? {} : { day_low: dayLow }),
			...(exchange === undefined ? {} : { exchange }),
			...(currency === undefined ? {} : { currency }),
			...(marketState === undefined ? {} : { market_state: marketState }),
		};
	}

	/** The newest quote of a symbol that became a trade. */
	last(symbol: string): Quote | undefined {
		return this.#last.get(symbol);
	}
}

function grown(last: Quote | undefined, { volume, day }: Quote): number {
	if (last?.volume === undefined || volume === undefined || last.day !== day) return 0;
	return Math.max(0, Math.round(volume - last.volume));
}
