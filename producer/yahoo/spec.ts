import { UserError } from "../errors.ts";

export const DEFAULT_INTERVAL_MS = 30_000;
/**
 * Yahoo answers from a cache, exchanges that it does not have in real time are 10 to 20 minutes behind anyway, and who asks
 * more often is refused (429) sooner: nothing is won below this.
 */
export const LEAST_INTERVAL_MS = 15_000;

/**
 * Symbols as Yahoo writes them, in capitals, each once.
 * @throws UserError where there is none, or one that cannot be a symbol
 */
export function checkSymbols(symbols: readonly string[]): string[] {
	if (symbols.length === 0) throw new UserError("No symbols to ask Yahoo for. Example: --symbols AAPL,MSFT");
	const odd = symbols.filter((symbol) => !/^[\w.^=&$-]{1,32}$/.test(symbol));
	if (odd.length > 0) {
		const names = odd.map((symbol) => `"${symbol}"`).join(", ");
		throw new UserError(
			`${names} cannot be a symbol of Yahoo's. Examples: AAPL, BRK-B, 0700.HK, ^GSPC, BTC-USD, EURUSD=X`,
		);
	}
	return [...new Set(symbols.map((symbol) => symbol.toUpperCase()))];
}

/** @throws UserError where Yahoo would be asked more often than its data move */
export function checkInterval(ms: number): number {
	if (ms >= LEAST_INTERVAL_MS && Number.isFinite(ms)) return ms;
	throw new UserError(
		`Yahoo's data move no faster than every ${LEAST_INTERVAL_MS / 1000} s, and who asks more often is shut out: --every takes 15s or more, but was given ${ms / 1000} s.`,
	);
}

/** @throws UserError where it is not the address of an HTTP proxy */
export function checkProxy(proxy: string): string {
	if (/^https?:\/\/[^/]/i.test(proxy) && URL.canParse(proxy)) return proxy;
	throw new UserError(`--proxy takes the URL of an HTTP proxy, such as http://proxy:3128, but was given ${proxy}.`);
}
