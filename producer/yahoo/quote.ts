import { z } from "zod";

/** A field as Yahoo may leave it out: null and absent are the same. */
const optional = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);
/** yahoo-finance2 makes a Date of it; where the rest of the answer is odd, it stays seconds. */
const Moment = z.union([
	z.date().transform((date) => date.getTime()),
	z.number().transform((seconds) => seconds * 1000),
]);

const RawQuote = z.object({
	symbol: z.string().min(1),
	regularMarketPrice: z.number(),
	regularMarketTime: Moment,
	regularMarketVolume: optional(z.number().nonnegative()),
	regularMarketPreviousClose: optional(z.number()),
	regularMarketOpen: optional(z.number()),
	regularMarketDayHigh: optional(z.number()),
	regularMarketDayLow: optional(z.number()),
	currency: optional(z.string()),
	exchange: optional(z.string()),
	marketState: optional(z.string()),
	quoteType: optional(z.string()),
	gmtOffSetMilliseconds: optional(z.number()),
});

/** A quote of Yahoo's regular market. Prices in the currency that Yahoo names (`GBp` is pence), times epoch milliseconds. */
export interface Quote {
	readonly symbol: string;
	readonly price: number;
	/** Yahoo's own time of the price. */
	readonly time: number;
	/** Shares since the market opened; undefined where there is no such number. */
	readonly volume: number | undefined;
	readonly previousClose: number | undefined;
	readonly dayOpen: number | undefined;
	readonly dayHigh: number | undefined;
	readonly dayLow: number | undefined;
	readonly currency: string | undefined;
	readonly exchange: string | undefined;
	readonly marketState: string | undefined;
	/** The exchange's day at `time`: 2026-03-02. */
	readonly day: string;
	/** What a share has and this answer has not. */
	readonly lacking: readonly string[];
}

/** A quote that cannot be used, and why: `regularMarketPrice is missing`. */
export interface OddQuote {
	readonly symbol: string;
	readonly problem: string;
}

/** Reads one quote of an answer; undefined where not even its symbol can be read. */
export function readQuote(raw: unknown): Quote | OddQuote | undefined {
	const read = RawQuote.safeParse(raw);
	if (!read.success) {
		const symbol = (raw as { symbol?: unknown } | null)?.symbol;
		if (typeof symbol !== "string" || symbol === "") return undefined;
		const fields = [...new Set(read.error.issues.map(({ path }) => String(path[0])))];
		return { symbol, problem: fields.map((field) => problemOf(field, raw as Record<string, unknown>)).join(", ") };
	}
	const quote = read.data;
	const shares = quote.quoteType === "EQUITY" || quote.quoteType === "ETF";
	return {
		symbol: quote.symbol,
		price: quote.regularMarketPrice,
		time: quote.regularMarketTime,
		// That of a crypto currency is of the last 24 hours: what is added to it is not what was traded.
		volume: quote.quoteType === "CRYPTOCURRENCY" ? undefined : quote.regularMarketVolume,
		previousClose: positive(quote.regularMarketPreviousClose),
		dayOpen: positive(quote.regularMarketOpen),
		dayHigh: positive(quote.regularMarketDayHigh),
		dayLow: positive(quote.regularMarketDayLow),
		currency: quote.currency,
		exchange: quote.exchange,
		marketState: quote.marketState,
		day: new Date(quote.regularMarketTime + (quote.gmtOffSetMilliseconds ?? 0)).toISOString().slice(0, 10),
		lacking: shares ? EXPECTED.filter((field) => quote[field] === undefined) : [],
	};
}

export function isOdd(quote: Quote | OddQuote): quote is OddQuote {
	return "problem" in quote;
}

const EXPECTED = [
	"regularMarketVolume",
	"regularMarketPreviousClose",
	"currency",
	"exchange",
	"marketState",
] as const satisfies (keyof z.output<typeof RawQuote>)[];

/** Before the market opens, Yahoo says 0 where there is no such price yet. */
function positive(price: number | undefined): number | undefined {
	return price !== undefined && price > 0 ? price : undefined;
}

function problemOf(field: string, raw: Record<string, unknown>): string {
	if (raw[field] === undefined) return `${field} is missing`;
	if (raw[field] === null) return `${field} is null`;
	return `${field} is ${JSON.stringify(raw[field]).slice(0, 40)}`;
}
