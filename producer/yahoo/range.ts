import { DateTime } from "luxon";
import { UserError } from "../errors.ts";
import { readInstant } from "../instant.ts";
import type { ChartInterval } from "./client.ts";

/** Intervals of Yahoo's bars: their length, and how long a range one call may ask for, in milliseconds. */
export const INTERVALS: Readonly<Record<ChartInterval, { readonly ms: number; readonly callMs: number }>> = (() => {
	const [minute, day] = [60_000, 86_400_000];
	const long = { callMs: 50 * day };
	return {
		"1m": { ms: minute, callMs: 7 * day },
		"2m": { ms: 2 * minute, ...long },
		"5m": { ms: 5 * minute, ...long },
		"15m": { ms: 15 * minute, ...long },
		"30m": { ms: 30 * minute, ...long },
		"1h": { ms: 60 * minute, ...long },
		"90m": { ms: 90 * minute, ...long },
		"1d": { ms: day, callMs: 3650 * day },
	};
})();

/** @throws UserError where Yahoo has no bars of such an interval */
export function checkChartInterval(interval: string): ChartInterval {
	if (Object.hasOwn(INTERVALS, interval)) return interval as ChartInterval;
	throw new UserError(`Yahoo has no bars of ${interval}. --interval takes ${Object.keys(INTERVALS).join(", ")}.`);
}

/** A range of history: days are those of the exchange, whose time zone only the answer tells. */
export interface Range {
	/** For people: `2026-03-02`, `2026-03-02 to 2026-03-04`. */
	readonly name: string;
	/** What to ask for, epoch milliseconds: the range in any time zone of the world. */
	readonly from: number;
	readonly to: number;
	/** The range itself at an exchange in this time zone: from, inclusive, to, exclusive. */
	at(zone: string): { readonly from: number; readonly to: number };
}

/**
 * The range from a day or an instant up to a day, inclusive, or an instant, exclusive.
 * @throws UserError where one is neither, the end is before the beginning, or all of it is still to come
 */
export function readRange(from: string, to: string | undefined, now: number): Range {
	const [first, last] = [readEnd(from), readEnd(to ?? from.slice(0, 10))];
	const at = (zone: string) => ({ from: first.at(zone, 0), to: last.at(zone, 1) });
	const [east, west] = [at("UTC+14"), at("UTC-12")];
	const name = to === undefined || to === from ? from : `${from} to ${to}`;
	if (west.to <= west.from) throw new UserError(`${name} ends before it begins.`);
	if (east.from > now) throw new UserError(`${name} is still to come: Yahoo's history ends now.`);
	return { name, from: east.from, to: Math.min(west.to, now), at };
}

interface End {
	/** Its epoch milliseconds in a zone; of a day its beginning, or so many days later. */
	at(zone: string, days: number): number;
}

function readEnd(text: string): End {
	if (/^\d{4}-\d\d-\d\d$/.test(text) && DateTime.fromISO(text, { zone: "utc" }).isValid) {
		return { at: (zone, days) => DateTime.fromISO(text, { zone }).plus({ days }).toMillis() };
	}
	const instant = readInstant(text);
	if (instant !== undefined) return { at: () => instant };
	throw new UserError(`"${text}" is no day, such as 2026-03-02, and no instant, such as 2026-03-02T14:30:00Z.`);
}
