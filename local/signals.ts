/** Two signals closer together than this are one Ctrl-C: the terminal and npm both deliver it. */
const SAME_MS = 400;

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Calls `first` for the first signal to stop, `again` for every later one that is not just an echo of it.
 * Returns a function that stops listening.
 */
export function onStop(
	first: (signal: NodeJS.Signals) => void,
	again: (signal: NodeJS.Signals) => void,
	source: NodeJS.EventEmitter = process,
	now: () => number = () => performance.now(),
): () => void {
	let at: number | undefined;
	const listener = (signal: NodeJS.Signals) => {
		if (at === undefined) {
			at = now();
			first(signal);
		} else if (now() - at > SAME_MS) {
			again(signal);
		}
	};
	for (const signal of SIGNALS) source.on(signal, listener);
	return () => {
		for (const signal of SIGNALS) source.off(signal, listener);
	};
}
