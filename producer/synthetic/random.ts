/** A source of numbers from 0 up to, not including, 1, that are the same for the same seed: mulberry32. */
export function seededRandom(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let bits = Math.imul(state ^ (state >>> 15), state | 1);
		bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
		return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
	};
}

/** A number of the standard normal distribution (Box and Muller's method). */
export function normal(random: () => number): number {
	return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** The time to the next event where `rate` of them come in a unit of time on average. */
export function exponential(random: () => number, rate: number): number {
	return -Math.log(1 - random()) / rate;
}
