import { z } from "zod";
import type { Trade } from "../../contracts.ts";
import { writeInstant } from "../instant.ts";
import type { ChartInterval } from "./client.ts";
import { YahooFailure } from "./failure.ts";
import { INTERVALS, type Range } from "./range.ts";

const Values = z.array(z.number().nullable());
const Chart = z.object({
	meta: z.object({
		symbol: z.string().min(1),
		exchangeTimezoneName: z.string().min(1),
		currency: z.string().nullish(),
		exchangeName: z.string().nullish(),
	}),
	timestamp: z.array(z.number()).optional(),
	indicators: z.object({
		quote: z.array(z.object({ open: Values, high: Values, low: Values, close: Values, volume: Values })),
	}),
});

/**
 * The bars of an answer that lie in the range and are over, as interval data: `event_time` is a bar's start, `price` its
 * close, `size` its volume, and the id the same each time. Left out are bars without a trade, which have no price, the one
 * that is still forming, and the price of the moment that Yahoo appends as if it were a bar.
 * @throws YahooFailure if the answer is not of the known shape
 */
export function readBars(raw: unknown, interval: ChartInterval, range: Range, now: number): Trade[] {
	const read = Chart.safeParse(raw);
	if (!read.success) {
		const fields = [
			...new Set(read.error.issues.map(({ path }) => path.filter((at) => typeof at === "string").join("."))),
		];
		throw new YahooFailure("changed", `a changed answer: ${fields.join(", ")} cannot be read`);
	}
	const { meta, timestamp = [], indicators } = read.data;
	const [quote] = indicators.quote;
	if (!quote) return [];
	const { from, to } = range.at(zoneOf(meta.exchangeTimezoneName));
	return timestamp.flatMap((seconds, at): Trade[] => {
		const start = seconds * 1000;
		const [open, high, low, close] = [quote.open[at], quote.high[at], quote.low[at], quote.close[at]];
		if (open == null || high == null || low == null || close == null) return [];
		if (start < from || start >= to || start + INTERVALS[interval].ms > now || seconds % 60 !== 0) return [];
		const { symbol, currency, exchangeName } = meta;
		const time = writeInstant(start);
		return [
			{
				trade_id: `${symbol}|${time}|${interval}`,
				symbol,
				event_time: time,
				price: close,
				size: Math.round(quote.volume[at] ?? 0),
				source: "yahoo",
				open,
				high,
				low,
				...(currency == null ? {} : { currency }),
				...(exchangeName == null ? {} : { exchange: exchangeName }),
			},
		];
	});
}

function zoneOf(name: string): string {
	try {
		new Intl.DateTimeFormat("en", { timeZone: name });
		return name;
	} catch (cause) {
		throw new YahooFailure("changed", `a changed answer: "${name}" is no time zone`, { cause });
	}
}
