/** What is shown, as the address says it after the `#`: `SPY/5m`, and with others compared `SPY/5m/IBM,AIG`. */
import type { Interval } from "../../../contracts.ts";

export interface Address {
	/** Empty for the first symbol that there is. */
	symbol: string;
	interval: Interval;
	compared: string[];
}

export const INTERVALS: Interval[] = ["1m", "5m", "1h", "1d"];

/** Reads `location.hash`. What was mangled on its way is left out. */
export function readAddress(hash: string): Address {
	const [symbol = "", interval, compared = ""] = hash.slice(1).split("/");
	const names = compared.split(",").flatMap((name) => decode(name) || []);
	const own = decode(symbol);
	return { symbol: own, interval: intervalOf(interval), compared: [...new Set(names)].filter((name) => name !== own) };
}

export function writeAddress({ symbol, interval, compared }: Address): string {
	const others = compared.map(encodeURIComponent).join(",");
	return `#${encodeURIComponent(symbol)}/${interval}${others ? `/${others}` : ""}`;
}

/** The interval of this name, or the first one. */
export function intervalOf(text: string | null | undefined): Interval {
	return INTERVALS.find((known) => known === text) ?? "1m";
}

function decode(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return "";
	}
}
