import type { Hours } from "./hours.ts";
import type { Path } from "./market.ts";

/**
 * The symbols of one exchange, and which of them trades next. Weights change with news only, so that sums are kept:
 * a choice among hundreds of symbols is a search by halves.
 */
export class Floor {
	readonly hours: Hours;
	/** How much is traded now, against the average; 0 while it is closed. */
	activity = 0;
	/** The weights of all its symbols. */
	total = 0;
	readonly paths: readonly Path[];
	readonly #upTo: Float64Array;
	/** Until when the sums hold. */
	#until = Number.NEGATIVE_INFINITY;

	constructor(paths: readonly Path[], hours: Hours) {
		this.paths = paths;
		this.hours = hours;
		this.#upTo = new Float64Array(paths.length);
	}

	/** Brings the sums up to date where some symbol's news is over. */
	weigh(time: number): void {
		if (time < this.#until) return;
		this.total = 0;
		this.#until = Number.POSITIVE_INFINITY;
		for (const [at, path] of this.paths.entries()) {
			this.total += path.weight(time);
			this.#upTo[at] = this.total;
			if (path.newsUntil > time) this.#until = Math.min(this.#until, path.newsUntil);
		}
	}

	/** Begins a symbol's news. */
	news(path: Path, time: number): void {
		path.news(time);
		this.#until = Number.NEGATIVE_INFINITY;
		this.weigh(time);
	}

	/** The symbol at this place of all weights in a row, 0 up to `total`. */
	at(place: number): Path {
		let [low, high] = [0, this.paths.length - 1];
		while (low < high) {
			const middle = (low + high) >>> 1;
			if (place < (this.#upTo[middle] as number)) high = middle;
			else low = middle + 1;
		}
		return this.paths[low] as Path;
	}
}
