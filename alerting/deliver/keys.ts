/** Where things are in the table of alerts: its keys `pk` and `sk`. */
import type { Alert } from "../engine/types.ts";

export interface Key {
	pk: string;
	sk: string;
}

const SEPARATOR = "\u0000";

export const seriesKey = (symbol: string, series: string): Key => ({ pk: `series#${symbol}`, sk: series });

/** One item a notification: of an episode the firing one and the resolved one. */
export function alertKey({ rule, since, symbol, series, state }: Alert): Key {
	return { pk: `alert#${rule}`, sk: [since, symbol, series, state].join("|") };
}

export const groupKey = (rule: string): Key => ({ pk: `group#${rule}`, sk: "-" });
export const stormKey: Key = { pk: "storm", sk: "-" };
export const silenceKey = (id: string): Key => ({ pk: "silence", sk: id });

/** A key as one text, and back. */
export function textOf({ pk, sk }: Key): string {
	return `${pk}${SEPARATOR}${sk}`;
}

export function keyOf(text: string): Key {
	const at = text.indexOf(SEPARATOR);
	return { pk: text.slice(0, at), sk: text.slice(at + 1) };
}
