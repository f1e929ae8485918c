/**
 * Yahoo as it answers, with invented values: the shapes were recorded, the numbers are nobody's. `fakeYahoo` is a fetch
 * that yahoo-finance2 itself talks to: the page with the cookie, the crumb, quotes (v7) and charts (v8).
 */
import type { Fetch } from "../../../producer/yahoo/transport.ts";

/** 2026-03-02, a Monday, 15:30:00 in New York. */
export const QUOTED = Date.parse("2026-03-02T20:30:00Z") / 1000;

/** A quote of v7/finance/quote: that of a share in New York, with what `over` changes (undefined leaves a field out). */
export function quoteOf(symbol: string, over: Record<string, unknown> = {}): Record<string, unknown> {
	const quote = {
		language: "en-US",
		region: "US",
		quoteType: "EQUITY",
		typeDisp: "Equity",
		quoteSourceName: "Nasdaq Real Time Price",
		triggerable: true,
		customPriceAlertConfidence: "HIGH",
		currency: "USD",
		marketState: "REGULAR",
		exchange: "NMS",
		fullExchangeName: "NasdaqGS",
		shortName: `${symbol} Inc.`,
		longName: `${symbol} Incorporated`,
		messageBoardId: "finmb_1",
		exchangeTimezoneName: "America/New_York",
		exchangeTimezoneShortName: "EST",
		gmtOffSetMilliseconds: -18_000_000,
		market: "us_market",
		esgPopulated: false,
		hasPrePostMarketData: true,
		firstTradeDateMilliseconds: 345_479_400_000,
		priceHint: 2,
		regularMarketChange: 1.5,
		regularMarketChangePercent: 1.0135,
		regularMarketTime: QUOTED,
		regularMarketPrice: 149.5,
		regularMarketDayHigh: 150.25,
		regularMarketDayRange: "147.1 - 150.25",
		regularMarketDayLow: 147.1,
		regularMarketVolume: 1_000_000,
		regularMarketPreviousClose: 148,
		regularMarketOpen: 147.75,
		bid: 149.48,
		ask: 149.52,
		bidSize: 2,
		askSize: 3,
		averageDailyVolume3Month: 5_000_000,
		averageDailyVolume10Day: 4_900_000,
		fiftyTwoWeekRange: "120.0 - 180.0",
		fiftyTwoWeekLow: 120,
		fiftyTwoWeekHigh: 180,
		marketCap: 1_000_000_000,
		trailingPE: 25.1,
		epsTrailingTwelveMonths: 5.9,
		sharesOutstanding: 6_700_000,
		tradeable: false,
		cryptoTradeable: false,
		sourceInterval: 15,
		exchangeDataDelayedBy: 0,
		symbol,
	};
	return Object.fromEntries(Object.entries({ ...quote, ...over }).filter(([, value]) => value !== undefined));
}

/** One bar of a chart: its start in seconds, open, high, low, close, volume. */
export type ChartRow = readonly [number, ...(number | null)[]];

/** The answer of v8/finance/chart. */
export function chartOf(symbol: string, rows: readonly ChartRow[], meta: Record<string, unknown> = {}): unknown {
	const column = (at: number) => rows.map((row) => row[at] ?? null);
	const period = { timezone: "EST", start: QUOTED - 21_600, end: QUOTED + 1800, gmtoffset: -18_000 };
	const quote =
		rows.length === 0 ? {} : { volume: column(5), open: column(1), close: column(4), high: column(2), low: column(3) };
	return {
		chart: {
			result: [
				{
					meta: {
						currency: "USD",
						symbol,
						exchangeName: "NMS",
						fullExchangeName: "NasdaqGS",
						instrumentType: "EQUITY",
						firstTradeDate: 345_479_400,
						regularMarketTime: QUOTED,
						hasPrePostMarketData: true,
						gmtoffset: -18_000,
						timezone: "EST",
						exchangeTimezoneName: "America/New_York",
						regularMarketPrice: 149.5,
						chartPreviousClose: 148,
						previousClose: 148,
						scale: 3,
						priceHint: 2,
						currentTradingPeriod: { pre: period, regular: period, post: period },
						dataGranularity: "1m",
						range: "",
						validRanges: ["1d", "5d", "1mo"],
						...meta,
					},
					...(rows.length === 0 ? {} : { timestamp: rows.map(([start]) => start) }),
					indicators: { quote: [quote] },
				},
			],
			error: null,
		},
	};
}

export const json = (body: unknown, status = 200) => Response.json(body, { status });
export const tooMany = (retryAfter?: number) =>
	new Response("Too Many Requests\r\n", {
		status: 429,
		...(retryAfter === undefined ? {} : { headers: { "retry-after": String(retryAfter) } }),
	});
export const invalidCrumb = () =>
	json({ finance: { result: null, error: { code: "Unauthorized", description: "Invalid Crumb" } } }, 401);
export const html = (status = 200) =>
	new Response("<!DOCTYPE html><html><body>Will be right back...</body></html>", {
		status,
		headers: { "content-type": "text/html" },
	});
export const refused = (code: string, description: string, status: number) =>
	json({ chart: { result: null, error: { code, description } } }, status);

export interface Answers {
	/** What a call for quotes gives, by its number from 0 on: quotes, a whole response, or the failure of the network. */
	readonly quotes?: (call: number, symbols: string[], crumb: string) => unknown[] | Response | Error;
	readonly chart?: (call: number, symbol: string, asked: URLSearchParams) => unknown | Response | Error;
	readonly page?: () => Response;
	readonly crumb?: (call: number) => Response;
}

export interface FakeYahoo {
	readonly fetch: Fetch;
	/** The symbols of each call for quotes. */
	readonly asked: string[][];
	readonly charts: { symbol: string; asked: URLSearchParams }[];
	readonly cookies: (string | null)[];
	/** How many sessions were begun. */
	crumbs: number;
}

/** A Yahoo that answers so. */
export function fakeYahoo(answers: Answers): FakeYahoo {
	const fake: FakeYahoo = { fetch: (url, init) => reply(url, init), asked: [], charts: [], cookies: [], crumbs: 0 };
	const reply = async (url: string, init?: RequestInit): Promise<Response> => {
		init?.signal?.throwIfAborted();
		const { hostname, pathname, searchParams } = new URL(url);
		if (hostname === "finance.yahoo.com") return answers.page?.() ?? pageWithCookie();
		if (pathname === "/v1/test/getcrumb") {
			const call = fake.crumbs++;
			return answers.crumb?.(call) ?? new Response(`crumb${call + 1}`);
		}
		fake.cookies.push(new Headers(init?.headers).get("cookie"));
		if (pathname === "/v7/finance/quote") {
			const symbols = (searchParams.get("symbols") ?? "").split(",");
			fake.asked.push(symbols);
			const crumb = searchParams.get("crumb") ?? "";
			return responseOf(answers.quotes?.(fake.asked.length - 1, symbols, crumb), (result) => ({
				quoteResponse: { result, error: null },
			}));
		}
		const symbol = decodeURIComponent(pathname.replace("/v8/finance/chart/", ""));
		fake.charts.push({ symbol, asked: searchParams });
		return responseOf(answers.chart?.(fake.charts.length - 1, symbol, searchParams), (body) => body);
	};
	return fake;
}

export function pageWithCookie(): Response {
	const cookie =
		"A3=d=AQABBInvented; Expires=Wed, 2 Mar 2033 12:00:00 GMT; Domain=.yahoo.com; Path=/; Secure; HttpOnly";
	return new Response("<html></html>", { headers: { "set-cookie": cookie } });
}

function responseOf(answer: unknown, wrap: (answer: unknown) => unknown): Response {
	if (answer instanceof Error) throw answer;
	return answer instanceof Response ? answer : json(wrap(answer));
}
