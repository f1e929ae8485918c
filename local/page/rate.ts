/** Ten seconds, so that it does not jump with every batch. */
const WINDOW_MS = 10_000;
/** Over less than this a rate would say nothing. */
const LEAST_MS = 500;

/** How fast a count grows, taken over a time. */
export class Rate {
	readonly #windowMs: number;
	#samples: { at: number; count: number }[] = [];

	constructor(windowMs = WINDOW_MS) {
		this.#windowMs = windowMs;
	}

	/** Takes the count as it is at `now` (ms); returns how much a second it grew, or null while that is not known. */
	next(now: number, count: number): number | null {
		// What counts starts again, as a job does from a checkpoint.
		if (count < (this.#samples.at(-1)?.count ?? 0)) this.#samples = [];
		this.#samples.push({ at: now, count });
		while (this.#samples.length > 2 && now - (this.#samples[1]?.at ?? now) >= this.#windowMs) this.#samples.shift();
		const first = this.#samples[0];
		if (!first || now - first.at < LEAST_MS) return null;
		return (1_000 * (count - first.count)) / (now - first.at);
	}
}
