/** Work that comes in a burst is done in its order but in pieces, so that the browser can draw and answer in between. */

/** A piece is not longer than this where its parts allow it: a phone takes four times as long as a laptop. */
const PIECE_MS = 6;

export class Turns {
	readonly #waiting: (() => void)[] = [];
	readonly #channel = new MessageChannel();
	#posted = false;

	constructor() {
		this.#channel.port1.addEventListener("message", () => this.#run());
		this.#channel.port1.start();
	}

	/** Does this after everything that was given before. */
	take(task: () => void): void {
		this.#waiting.push(task);
		this.#post();
	}

	/** A message comes after what the browser has to do first; a timer would come after 4 ms more. */
	#post(): void {
		if (this.#posted) return;
		this.#posted = true;
		this.#channel.port2.postMessage(undefined);
	}

	#run(): void {
		this.#posted = false;
		const end = performance.now() + PIECE_MS;
		try {
			do this.#waiting.shift()?.();
			while (this.#waiting.length > 0 && performance.now() < end);
		} finally {
			// Also after one that failed: the others are not to wait for ever.
			if (this.#waiting.length > 0) this.#post();
		}
	}
}
