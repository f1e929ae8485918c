import type { Read } from "./trade.ts";

/**
 * A function that gives trades without an id one that is the same each time the file is sent: symbol, time, price, size
 * and the ordinal among equal ones; of interval data symbol, time and interval, so that an interval sent again is known.
 * Trades must not come further out of order than `disorderMs`: so long are equal ones remembered.
 */
export function idMaker(interval: string | undefined, disorderMs: number): (read: Read) => string {
	const seen = new Map<number, Map<string, number>>();
	let newest = Number.NEGATIVE_INFINITY;

	const ordinal = (time: number, what: string): number => {
		if (time > newest) {
			newest = time;
			// In order of first sight, which is the order of time but for the disorder: the first may stay a little longer.
			for (const old of seen.keys()) {
				if (old >= newest - disorderMs) break;
				seen.delete(old);
			}
		}
		const atTime = seen.get(time) ?? new Map<string, number>();
		seen.set(time, atTime);
		const next = atTime.get(what) ?? 0;
		atTime.set(what, next + 1);
		return next;
	};

	return ({ time, trade }) => {
		const { symbol, event_time, price, size } = trade;
		if (interval !== undefined) return `${symbol}|${event_time}|${interval}`;
		return `${symbol}|${event_time}|${price}|${size}|${ordinal(time, `${symbol}|${price}|${size}`)}`;
	};
}

/** A step in milliseconds as the name of an interval, in its largest whole unit: 60,000 is `1m`. */
export function intervalName(stepMs: number): string {
	for (const [unit, ms] of UNITS) if (stepMs % ms === 0) return `${stepMs / ms}${unit}`;
	return `${stepMs}ms`;
}

/** The length of an interval of such a name, in milliseconds. */
export function intervalMs(name: string): number {
	const [, count, unit] = /^(\d+)([a-z]+)$/.exec(name) ?? [];
	return Number(count) * (UNITS.find(([each]) => each === unit)?.[1] ?? 1);
}

const UNITS = [
	["d", 86_400_000],
	["h", 3_600_000],
	["m", 60_000],
	["s", 1000],
] as const;
