/** Writes progress for people to stderr, each line with the seconds since the start; stdout carries only results. */
export interface Progress {
	/** One line. */
	say(text: string): void;
	/** Runs a step and says when it is done and how long it took; says that it failed when it throws. */
	step<T>(text: string, work: () => Promise<T>): Promise<T>;
	/** Seconds since the start. */
	seconds(): number;
}

/** Progress that counts from now. `write` gets whole lines; the default is stderr. */
export function startProgress(write: (line: string) => void = (line) => void process.stderr.write(line)): Progress {
	const started = performance.now();
	const seconds = () => (performance.now() - started) / 1000;
	const say = (text: string) => write(`${seconds().toFixed(1).padStart(6)} s  ${text}\n`);
	return {
		say,
		seconds,
		async step(text, work) {
			const before = seconds();
			say(`${text} …`);
			try {
				const result = await work();
				say(`${text}: done in ${(seconds() - before).toFixed(1)} s`);
				return result;
			} catch (error) {
				say(`${text}: failed after ${(seconds() - before).toFixed(1)} s`);
				throw error;
			}
		},
	};
}
