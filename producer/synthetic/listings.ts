import { UserError } from "../errors.ts";
import { EXCHANGES, type Exchange, exchangeNamed, exchangeOfSuffix, toTick } from "./exchanges.ts";
import { seededRandom } from "./random.ts";

/** What is known of a symbol before its first trade. */
export interface Listing {
	readonly symbol: string;
	readonly exchange: Exchange;
	/** The close of the day before: where its price starts, and where it tends to go back to. */
	readonly previousClose: number;
	/** How often it trades, against the others. */
	readonly weight: number;
}

// Prices are invented, of the size that they once had.
type Row = readonly [symbol: string, previousClose: number, weight: number];
const KNOWN: readonly (readonly [exchange: string, rows: readonly Row[]])[] = [
	[
		"NASDAQ",
		[
			["AAPL", 189.3, 10],
			["MSFT", 415.5, 7],
			["NVDA", 121.8, 12],
			["AMZN", 182.4, 7],
			["GOOGL", 171.2, 6],
			["META", 503.6, 5],
			["TSLA", 243.9, 10],
			["AMD", 158.1, 6],
		],
	],
	[
		"NYSE",
		[
			["JPM", 203.7, 4],
			["BAC", 39.85, 5],
			["IBM", 187.5, 3],
		],
	],
	["ARCA", [["SPY", 547.2, 9]]],
	[
		"TSX",
		[
			["RY.TO", 142.3, 4],
			["SHOP.TO", 91.8, 6],
			["ENB.TO", 48.6, 5],
		],
	],
	[
		"LSE",
		[
			["HSBA.L", 6.842, 6],
			["BP.L", 4.713, 7],
			["AZN.L", 122.5, 4],
			["VOD.L", 0.724, 6],
		],
	],
	[
		"EURONEXT",
		[
			["MC.PA", 712.4, 4],
			["TTE.PA", 63.2, 6],
			["AIR.PA", 148.9, 4],
			["ASML.AS", 884.6, 6],
		],
	],
	[
		"XETRA",
		[
			["SAP.DE", 182.6, 6],
			["SIE.DE", 171.9, 5],
			["ALV.DE", 262.1, 4],
		],
	],
	[
		"HKEX",
		[
			["0700.HK", 372.4, 9],
			["9988.HK", 78.3, 9],
			["0005.HK", 67.85, 6],
			["1299.HK", 54.6, 5],
		],
	],
	[
		"JPX",
		[
			["7203.T", 3214, 8],
			["6758.T", 13_285, 6],
			["9984.T", 8842, 6],
			["8306.T", 1573.5, 7],
		],
	],
	[
		"SSE",
		[
			["600519.SS", 1643.2, 5],
			["601318.SS", 42.15, 6],
			["600036.SS", 33.48, 6],
		],
	],
	[
		"SZSE",
		[
			["300750.SZ", 188.7, 6],
			["000858.SZ", 141.3, 5],
		],
	],
	[
		"TWSE",
		[
			["2330.TW", 842, 8],
			["2317.TW", 172.5, 6],
		],
	],
	[
		"KRX",
		[
			["005930.KS", 78_300, 9],
			["000660.KS", 189_400, 6],
		],
	],
	[
		"NSE",
		[
			["RELIANCE.NS", 2931.4, 7],
			["INFY.NS", 1488.2, 6],
		],
	],
	[
		"ASX",
		[
			["BHP.AX", 43.72, 6],
			["CBA.AX", 118.4, 5],
		],
	],
];

/** All that are known, in the order of the exchanges. */
export const LISTINGS: readonly Listing[] = KNOWN.flatMap(([name, rows]) =>
	rows.map(([symbol, previousClose, weight]) => ({
		symbol,
		exchange: exchangeNamed(name) as Exchange,
		previousClose,
		weight,
	})),
);

/** The symbols of a feed that names none: a dozen American ones. */
export const DEFAULT_LISTINGS: readonly Listing[] = LISTINGS.filter(({ exchange }) => exchange.market === "US");

const BY_SYMBOL = new Map(LISTINGS.map((each) => [each.symbol, each]));

/**
 * The listing of a symbol. One that is not among the known ones gets a price that follows from its name, on the exchange
 * that stands before it (`LSE:ABC`, whose symbol is `ABC`) or that its ending names (`1234.HK`), otherwise on NASDAQ.
 * @throws UserError if what stands before it is no exchange
 */
export function listing(named: string): Listing {
	const known = BY_SYMBOL.get(named);
	if (known) return known;
	const colon = named.indexOf(":");
	const symbol = named.slice(colon + 1);
	const exchange =
		colon > 0 ? exchangeOr(named.slice(0, colon), `the symbol ${named}`) : (exchangeOfSuffix(symbol) ?? NASDAQ);
	if (symbol === "" || colon === 0) throw new UserError(`"${named}" names no symbol. Example: LSE:ABC or 1234.HK`);
	const seed = [...symbol].reduce((sum, letter) => (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) >>> 0, 7);
	const price = (Math.round(2000 + 38_000 * seededRandom(seed)()) / 100) * exchange.level;
	return { symbol, exchange, previousClose: toTick(price, exchange), weight: 5 };
}

/** What `--symbols`, `--markets` and `--exchanges` choose; by default {@link DEFAULT_LISTINGS}. */
export interface Choice {
	readonly symbols?: readonly string[] | undefined;
	readonly markets?: readonly string[] | undefined;
	readonly exchanges?: readonly string[] | undefined;
}

/** @throws UserError if there is no such market or exchange, if a symbol is named twice, or if options do not go together */
export function chosenListings({ symbols, markets, exchanges }: Choice): readonly Listing[] {
	if (symbols && (markets || exchanges)) {
		throw new UserError(
			"--symbols names the symbols, --markets and --exchanges take all of a place: give one of them.",
		);
	}
	if (symbols) return namedListings(symbols);
	if (!markets && !exchanges) return DEFAULT_LISTINGS;
	const chosen = new Set([
		...(markets ?? []).flatMap(exchangesIn),
		...(exchanges ?? []).map((name) => exchangeOr(name, "--exchanges")),
	]);
	if (chosen.size === 0) throw new UserError("--markets or --exchanges names nothing. Example: --markets US,HK");
	return LISTINGS.filter(({ exchange }) => chosen.has(exchange));
}

function namedListings(symbols: readonly string[]): readonly Listing[] {
	if (symbols.length === 0) throw new UserError("--symbols names no symbol. Example: --symbols AAPL,MSFT");
	const listings = symbols.map(listing);
	const seen = new Set<string>();
	for (const { symbol } of listings) {
		// Two would have the same sequence, and trades of the same id.
		if (seen.has(symbol)) throw new UserError(`--symbols names ${symbol} twice.`);
		seen.add(symbol);
	}
	return listings;
}

function exchangesIn(market: string): readonly Exchange[] {
	const found = EXCHANGES.filter((each) => each.market === market.toUpperCase());
	if (found.length > 0) return found;
	const all = [...new Set(EXCHANGES.map((each) => each.market))];
	throw new UserError(`--markets: there is no market "${market}". There are ${all.join(", ")}.`);
}

function exchangeOr(name: string, place: string): Exchange {
	const found = exchangeNamed(name.toUpperCase());
	if (found) return found;
	throw new UserError(
		`${place}: there is no exchange "${name}". There are ${EXCHANGES.map((each) => each.name).join(", ")}.`,
	);
}

const NASDAQ = exchangeNamed("NASDAQ") as Exchange;
