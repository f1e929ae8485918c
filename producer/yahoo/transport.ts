import { ProxyAgent, fetch as undiciFetch } from "undici";
import { reasonOf } from "../errors.ts";
import { short, YahooFailure } from "./failure.ts";
import { checkProxy } from "./spec.ts";

/** The part of `fetch` that yahoo-finance2 uses. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;

const TIMEOUT_MS = 20_000;

/**
 * The way to Yahoo, directly or through an HTTP proxy.
 * @throws UserError where the proxy's address is none
 */
export function wayToYahoo(proxy?: string): Fetch {
	if (proxy === undefined) return (url, init) => fetch(url, init);
	const dispatcher = new ProxyAgent(checkProxy(proxy));
	// Node's own fetch takes no agent of another version of undici than its own.
	return (url, init) => undiciFetch(url, { ...init, dispatcher } as never) as unknown as Promise<Response>;
}

/**
 * A fetch that fails, with a YahooFailure, where Yahoo's answer is none: yahoo-finance2 would print the address, crumb
 * included, take "Too Many Requests" for a crumb, or quote a whole page of HTML.
 */
export function checked(fetch: Fetch): Fetch {
	return async (url, init = {}) => {
		const { response, text } = await answer(fetch, url, init);
		const { status, statusText } = response;
		const { pathname, hostname } = new URL(url);
		const said = `${status} ${statusText || STATUS_TEXTS[status] || ""}`.trim();
		// Of the page only the cookie is wanted, whatever it says.
		if (!hostname.startsWith("query") && response.headers.getSetCookie().length > 0) return response;
		if (status === 429 || status === 999) throw limited(response, said);
		if (status >= 500) throw new YahooFailure("network", said);
		if (pathname.endsWith("/getcrumb")) checkCrumb(said, status, text);
		else if (hostname.startsWith("query")) checkAnswer(said, response.ok, text, pathname);
		return response;
	};
}

async function answer(fetch: Fetch, url: string, init: RequestInit): Promise<{ response: Response; text: string }> {
	// Not AbortSignal.any: each one would stay with the feed's own signal, which lasts for months.
	const stop = new AbortController();
	const follow = (): void => stop.abort(init.signal?.reason);
	const slow = new YahooFailure("network", `no answer within ${TIMEOUT_MS / 1000} s`);
	const timer = setTimeout(() => stop.abort(slow), TIMEOUT_MS);
	init.signal?.addEventListener("abort", follow, { once: true });
	try {
		init.signal?.throwIfAborted();
		const response = await fetch(url, { ...init, signal: stop.signal });
		return { response, text: await response.clone().text() };
	} catch (error) {
		init.signal?.throwIfAborted();
		if (stop.signal.aborted) throw slow;
		throw new YahooFailure("network", short(reasonOf(innermost(error))), { cause: error });
	} finally {
		clearTimeout(timer);
		init.signal?.removeEventListener("abort", follow);
	}
}

/** fetch says "fetch failed", and a proxy's agent "Request was cancelled": why is in the cause, or in its cause. */
function innermost(error: unknown): unknown {
	return error instanceof Error && error.cause !== undefined ? innermost(error.cause) : error;
}

function limited(response: Response, said: string): YahooFailure {
	const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
	return new YahooFailure("limited", said, { retryAfterMs: seconds > 0 ? seconds * 1000 : undefined });
}

function checkCrumb(said: string, status: number, text: string): void {
	if (/too many requests/i.test(text)) throw new YahooFailure("limited", "429 Too Many Requests");
	if (status !== 200) throw new YahooFailure("crumb", `${said} for the crumb`);
	if (!/^[^\s<>{}]{1,64}$/.test(text)) {
		throw new YahooFailure("crumb", `no crumb, but ${text === "" ? "nothing" : `"${short(text)}"`}`);
	}
}

function checkAnswer(said: string, ok: boolean, text: string, pathname: string): void {
	const json = parse(text);
	const error = json === undefined ? undefined : errorIn(json);
	if (/crumb|cookie/i.test(error ?? (ok ? "" : text)) || said.startsWith("401")) {
		throw new YahooFailure("crumb", `${ok ? "" : `${said}: `}${short(error ?? text)}`);
	}
	if (error !== undefined) throw new YahooFailure("refused", short(error));
	if (!ok) throw new YahooFailure("refused", `${said}: ${short(text)}`);
	if (json === undefined) {
		throw new YahooFailure("changed", `${/^\s*</.test(text) ? "a page of HTML" : `"${short(text)}"`} instead of JSON`);
	}
	const lacking = pathname.startsWith("/v8/") ? lacksChart(json) : lacksQuotes(json);
	if (lacking !== undefined) throw new YahooFailure("changed", `the answer has no ${lacking}`);
}

type Json = Record<string, unknown>;

function parse(text: string): Json | undefined {
	try {
		const json: unknown = JSON.parse(text);
		return isObject(json) ? json : undefined;
	} catch {
		return undefined;
	}
}

function isObject(value: unknown): value is Json {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What Yahoo says in the `error` of its answer: `{"chart":{"result":null,"error":{"code":…,"description":…}}}`. */
function errorIn(json: Json): string | undefined {
	const error = Object.values(json).find(isObject)?.error;
	if (!isObject(error)) return undefined;
	return String(error.description ?? error.code ?? JSON.stringify(error));
}

// yahoo-finance2 prints to stdout what it cannot read at all.
function lacksQuotes(json: Json): string | undefined {
	const result = isObject(json.quoteResponse) ? json.quoteResponse.result : undefined;
	return Array.isArray(result) && result.every(isObject) ? undefined : "quoteResponse.result";
}

function lacksChart(json: Json): string | undefined {
	const result = isObject(json.chart) && Array.isArray(json.chart.result) ? json.chart.result[0] : undefined;
	if (!isObject(result)) return "chart.result";
	if (!isObject(result.meta)) return "meta";
	const quote = isObject(result.indicators) ? result.indicators.quote : undefined;
	return Array.isArray(quote) && quote.every(isObject) ? undefined : "indicators.quote";
}

const STATUS_TEXTS: Record<number, string> = {
	401: "Unauthorized",
	404: "Not Found",
	429: "Too Many Requests",
	999: "Request denied",
	500: "Internal Server Error",
	502: "Bad Gateway",
	503: "Service Unavailable",
};
