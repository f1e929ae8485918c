/** So many moments are remembered: a quarter of an hour, at one a second. */
const MOST = 900;

/** When event time passed a moment, by the wall clock. In a replay at 60 times real time a minute of the one is a second of the other. */
export class Passed {
	#seen: { at: number; time: number }[] = [];

	/** Notes the event time as it is at `now` (both epoch ms). */
	saw(now: number, time: number): void {
		const last = this.#seen.at(-1)?.time ?? Number.NEGATIVE_INFINITY;
		// Another replay, or a job that began anew.
		if (time < last) this.#seen = [];
		if (time === last) return;
		this.#seen.push({ at: now, time });
		if (this.#seen.length > MOST) this.#seen.shift();
	}

	/**
	 * How many ms before `now` it passed `time`: 0 where it has not yet, and at least that many where it had before anything
	 * was noted; null where nothing was.
	 */
	ago(now: number, time: number): number | null {
		if (this.#seen.length === 0) return null;
		const passed = this.#seen.find((each) => each.time > time);
		return passed ? now - passed.at : 0;
	}
}
