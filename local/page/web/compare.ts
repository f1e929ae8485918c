/** The closes of one symbol that is compared with the chart's: bars of the history, then the minutes and prices that come. */
import type { Interval } from "../../../contracts.ts";
import type { History, Quote, Spark } from "../messages.ts";
import { Series } from "./series.ts";

/** How many symbols can be compared at once: as many as there are colours for. */
export const MOST_COMPARED = 4;

export interface Point {
	/** Epoch seconds of the window's start. */
	time: number;
	value: number;
}

export class ComparedLine {
	readonly symbol: string;
	readonly #series: Series;
	/** When the close that is known of each window was traded, so that none is replaced by an older one. */
	readonly #points = new Map<number, { value: number; at: number }>();
	#sorted: Point[] | undefined;

	constructor(symbol: string, interval: Interval) {
		this.symbol = symbol;
		this.#series = new Series(interval);
	}

	/** Takes the history, again after a break: what it says of a window counts. */
	load(history: History): void {
		this.#series.load(history);
		for (const { time, close, forming } of this.#series.candles()) {
			if (!forming || !this.#points.has(time)) this.#put(time, close, time * 1_000);
		}
	}

	/** Takes a price: the close so far of the window that it is in. */
	addQuote({ time, last }: Quote): void {
		const at = Date.parse(time);
		if (!Number.isNaN(at) && !Number.isNaN(last)) this.#take(time, last, at);
	}

	/** Takes closed minutes: the last one of a window closes it too. */
	addSpark({ points }: Spark): void {
		// A minute's close is traded before its end, and after every price that was seen in it.
		for (const [time, close] of points) this.#take(new Date(time * 1_000).toISOString(), close, time * 1_000 + 59_999);
	}

	/** All points, oldest first; the same array while nothing has changed. */
	points(): Point[] {
		this.#sorted ??= [...this.#points].map(([time, { value }]) => ({ time, value })).sort((a, b) => a.time - b.time);
		return this.#sorted;
	}

	#take(iso: string, value: number, at: number): void {
		const time = this.#series.windowOf(iso);
		const known = this.#points.get(time);
		if (!known || at >= known.at) this.#put(time, value, at);
	}

	#put(time: number, value: number, at: number): void {
		const known = this.#points.get(time);
		this.#points.set(time, { value, at: Math.max(at, known?.at ?? 0) });
		if (known?.value !== value) this.#sorted = undefined;
	}
}

/** Percent of each line's value at an instant (the last value up to it) against its first value from another instant on. */
export function percentAt(points: Point[], from: number, at: number): number | null {
	const base = points.find(({ time }) => time >= from);
	const value = points.findLast(({ time }) => time <= at);
	return base && value && value.time >= base.time ? (100 * (value.value - base.value)) / base.value : null;
}
