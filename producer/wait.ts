import { setTimeout as sleep } from "node:timers/promises";

/** Waits so many milliseconds, or until the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
	if (ms <= 0 || signal?.aborted) return;
	await sleep(ms, undefined, { signal }).catch(() => {});
}

/**
 * What the promise gives, or undefined once the signal is aborted: who waits for a feed's next trade must not keep a stopped
 * program waiting. Listens only as long as it waits: a race against one promise for months would pile up.
 */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T | undefined> {
	return new Promise((resolve, reject) => {
		const abort = (): void => resolve(undefined);
		if (signal.aborted) abort();
		signal.addEventListener("abort", abort, { once: true });
		promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
	});
}

/** Settles when one of two promises does. Neither is listened to longer than it takes: see `Bell`. */
export class Bell {
	#rung = false;
	#wake: () => void = () => {};

	/** Rings when the promise settles. A race against a promise that lasts for minutes would pile up one listener a race. */
	constructor(promise: Promise<unknown>) {
		const ring = (): void => {
			this.#rung = true;
			this.#wake();
		};
		promise.then(ring, ring);
	}

	/** True as soon as it has rung, false if `other` settles before. */
	async before(other: Promise<unknown>): Promise<boolean> {
		if (!this.#rung) {
			await new Promise<void>((resolve) => {
				this.#wake = resolve;
				other.then(
					() => resolve(),
					() => resolve(),
				);
			});
		}
		return this.#rung;
	}
}
