/** Where symbols are listed: regular sessions only, no auctions before or after them, no holidays. */

/** An exchange. */
export interface Exchange {
	/** As a trade's `exchange` has it. */
	readonly name: string;
	/** The country or place whose listings it holds, as `--markets` names it. */
	readonly market: string;
	/** IANA time zone of the sessions. */
	readonly zone: string;
	/** Opening and closing by the clock there, Monday to Friday. */
	readonly sessions: readonly (readonly [open: string, close: string])[];
	/** ISO 4217. Prices are in whole units of it: pounds, not pence. */
	readonly currency: string;
	/** The step of prices, everywhere the same; real exchanges have more than one, by price. */
	readonly tick: number;
	/** The usual size of a trade is some of these. */
	readonly lot: number;
	/** Whether smaller sizes than a lot are traded too. */
	readonly oddLots: boolean;
	/** What a symbol listed here may end with, as Yahoo Finance writes it. */
	readonly suffixes: readonly string[];
	/** Invented prices are 20 to 400 times this. */
	readonly level: number;
}

const US = {
	market: "US",
	zone: "America/New_York",
	sessions: [["09:30", "16:00"]],
	currency: "USD",
	tick: 0.01,
	lot: 100,
	oddLots: true,
	suffixes: [],
	level: 1,
} as const;

const CHINA = {
	market: "CN",
	zone: "Asia/Shanghai",
	sessions: [
		["09:30", "11:30"],
		["13:00", "15:00"],
	],
	currency: "CNY",
	tick: 0.01,
	lot: 100,
	oddLots: false,
	level: 1,
} as const;

export const EXCHANGES: readonly Exchange[] = [
	{ name: "NASDAQ", ...US },
	{ name: "NYSE", ...US },
	{ name: "ARCA", ...US },
	{ ...US, name: "TSX", market: "CA", zone: "America/Toronto", currency: "CAD", suffixes: [".TO"] },
	{
		name: "LSE",
		market: "GB",
		zone: "Europe/London",
		sessions: [["08:00", "16:30"]],
		currency: "GBP",
		tick: 0.001,
		lot: 1,
		oddLots: true,
		suffixes: [".L"],
		level: 0.1,
	},
	{
		name: "EURONEXT",
		market: "EU",
		// Lisbon's clocks are an hour behind, and so are its written hours.
		zone: "Europe/Paris",
		sessions: [["09:00", "17:30"]],
		currency: "EUR",
		tick: 0.01,
		lot: 1,
		oddLots: true,
		suffixes: [".PA", ".AS", ".BR", ".LS"],
		level: 1,
	},
	{
		name: "XETRA",
		market: "DE",
		zone: "Europe/Berlin",
		sessions: [["09:00", "17:30"]],
		currency: "EUR",
		tick: 0.01,
		lot: 1,
		oddLots: true,
		suffixes: [".DE"],
		level: 1,
	},
	{
		name: "HKEX",
		market: "HK",
		zone: "Asia/Hong_Kong",
		sessions: [
			["09:30", "12:00"],
			["13:00", "16:00"],
		],
		currency: "HKD",
		tick: 0.05,
		lot: 100,
		oddLots: false,
		suffixes: [".HK"],
		level: 1,
	},
	{
		name: "JPX",
		market: "JP",
		zone: "Asia/Tokyo",
		// Until 5 November 2024 it closed at 15:00.
		sessions: [
			["09:00", "11:30"],
			["12:30", "15:30"],
		],
		currency: "JPY",
		tick: 0.5,
		lot: 100,
		oddLots: false,
		suffixes: [".T"],
		level: 20,
	},
	{ ...CHINA, name: "SSE", suffixes: [".SS"] },
	{ ...CHINA, name: "SZSE", suffixes: [".SZ"] },
	{
		name: "TWSE",
		market: "TW",
		zone: "Asia/Taipei",
		sessions: [["09:00", "13:30"]],
		currency: "TWD",
		tick: 0.5,
		lot: 1000,
		oddLots: false,
		suffixes: [".TW"],
		level: 5,
	},
	{
		name: "KRX",
		market: "KR",
		zone: "Asia/Seoul",
		sessions: [["09:00", "15:30"]],
		currency: "KRW",
		tick: 50,
		lot: 1,
		oddLots: true,
		suffixes: [".KS"],
		level: 1000,
	},
	{
		name: "NSE",
		market: "IN",
		zone: "Asia/Kolkata",
		sessions: [["09:15", "15:30"]],
		currency: "INR",
		tick: 0.05,
		lot: 1,
		oddLots: true,
		suffixes: [".NS"],
		level: 10,
	},
	{
		name: "ASX",
		market: "AU",
		zone: "Australia/Sydney",
		sessions: [["10:00", "16:00"]],
		currency: "AUD",
		tick: 0.01,
		lot: 1,
		oddLots: true,
		suffixes: [".AX"],
		level: 0.5,
	},
];

const BY_NAME = new Map(EXCHANGES.map((each) => [each.name, each]));

/** The exchange of this name, in capitals; undefined if there is none. */
export function exchangeNamed(name: string): Exchange | undefined {
	return BY_NAME.get(name);
}

/** The exchange that the ending of a symbol names, such as HKEX of `0700.HK`; undefined if it names none. */
export function exchangeOfSuffix(symbol: string): Exchange | undefined {
	return EXCHANGES.find(({ suffixes }) => suffixes.some((suffix) => symbol.endsWith(suffix)));
}

/** A price as the exchange can have it: the nearest step, at least one. */
export function toTick(price: number, exchange: Exchange): number {
	const steps = Math.max(1, Math.round(price / exchange.tick));
	// 6001 × 0.05 is 300.05000000000001; 6001 ÷ 20 is 300.05.
	return exchange.tick > 1 ? steps * exchange.tick : steps / Math.round(1 / exchange.tick);
}
