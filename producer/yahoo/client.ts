import YahooFinance from "yahoo-finance2";
import { ExtendedCookieJar } from "yahoo-finance2/lib/cookieJar";
import { failureOf } from "./failure.ts";
import { checked, type Fetch } from "./transport.ts";

type Session = InstanceType<typeof YahooFinance>;
export type ChartInterval = "1m" | "2m" | "5m" | "15m" | "30m" | "1h" | "90m" | "1d";

/** Asks Yahoo by yahoo-finance2, silently; every failure is a YahooFailure. */
export class Yahoo {
	readonly #fetch: Fetch;
	#session: Session | undefined;

	constructor(fetch: Fetch) {
		this.#fetch = checked(fetch);
	}

	/**
	 * The quotes of these symbols, as Yahoo gives them: unknown symbols are left out. Not validated, because one symbol of
	 * an odd shape would lose all others.
	 */
	async quotes(symbols: readonly string[], signal: AbortSignal): Promise<unknown[]> {
		const known = this.#session !== undefined;
		const ask = () =>
			this.#ask(signal, (session, options) => session.quote([...symbols], { return: "array" }, options));
		try {
			return (await ask()) as unknown[];
		} catch (error) {
			// The usual case of a crumb that is not taken: it has aged. A new session gets a new one.
			if (!known || signal.aborted || failureOf(error).kind !== "crumb") throw error;
			return (await ask()) as unknown[];
		}
	}

	/** The bars of a symbol from one instant up to, not including, another, as Yahoo gives them; regular hours only. */
	chart(symbol: string, from: number, to: number, interval: ChartInterval, signal: AbortSignal): Promise<unknown> {
		const range = { period1: Math.floor(from / 1000), period2: Math.ceil(to / 1000) };
		return this.#ask(signal, (session, options) =>
			session.chart(
				encodeURIComponent(symbol),
				{ ...range, interval, includePrePost: false, return: "object" },
				options,
			),
		);
	}

	async #ask(signal: AbortSignal, question: (session: Session, options: AskOptions) => Promise<unknown>) {
		this.#session ??= newSession(this.#fetch);
		try {
			return await question(this.#session, { validateResult: false, fetchOptions: { signal } });
		} catch (error) {
			signal.throwIfAborted();
			const failure = failureOf(error);
			if (failure.kind !== "network" && failure.kind !== "refused") this.#session = undefined;
			throw failure;
		}
	}
}

interface AskOptions {
	readonly validateResult: false;
	readonly fetchOptions: RequestInit;
}

function newSession(fetch: Fetch): Session {
	const silent = () => {};
	return new YahooFinance({
		fetch: fetch as typeof globalThis.fetch,
		// Otherwise all sessions of a process share one jar, and with it a crumb that is no longer taken.
		cookieJar: new ExtendedCookieJar(),
		logger: { info: silent, warn: silent, error: silent, debug: silent, dir: silent },
		suppressNotices: ["yahooSurvey"],
		versionCheck: false,
	});
}
