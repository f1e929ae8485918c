/** When what happens, in seconds since the start. */
export interface Schedule {
	readonly end: number;
	readonly throttled: readonly [from: number, to: number];
	/** The emulator is stopped, and is started again. */
	readonly stopped: readonly [from: number, to: number];
	/** The producer is told to stop, and the earliest moment at which the next one starts. */
	readonly terminated: readonly [at: number, again: number];
}

/** What is going on when the producer is terminated. */
export type During = "outage" | "throttling" | "calm";

/**
 * A soak of so many minutes: Kinesis throttles for `trouble` seconds after a fifth of it and is gone for as long in the
 * middle; the producer is terminated half-way through one of them or in between, and started again a sixth of that later.
 * By default a trouble lasts 60 s, in soaks of less than ten minutes a tenth of the whole.
 */
export function scheduleOf(minutes: number, during: During, trouble: number = Math.min(60, minutes * 6)): Schedule {
	const end = minutes * 60;
	const throttled = [end * 0.2, end * 0.2 + trouble] as const;
	const stopped = [end * 0.5, end * 0.5 + trouble] as const;
	const at = { outage: stopped[0], throttling: throttled[0], calm: end * 0.75 }[during] + trouble / 2;
	return { end, throttled, stopped, terminated: [at, at + trouble / 6] };
}
