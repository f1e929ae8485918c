import type { Progress } from "./publish/publish.ts";

/** How far a feed is, as one line: counts, rate, and the time left where the end is known. */
export function progressLine(progress: Progress): string {
	const { sent, spooled, rejected, retried, failed, total, seconds } = progress;
	const rate = seconds > 0 ? sent / seconds : 0;
	const parts = [
		total === undefined ? `${count(sent)} sent` : `${count(sent)} of ${count(total)} sent (${share(sent, total)} %)`,
		`${count(Math.round(rate))}/s`,
	];
	if (spooled > 0) parts.push(`${count(spooled)} in the spool`);
	if (rejected > 0) parts.push(`${count(rejected)} rejected`);
	if (retried > 0) parts.push(`${count(retried)} retried`);
	if (failed > 0) parts.push(`${count(failed)} failed`);
	if (total !== undefined && rate > 0 && sent < total) parts.push(`${duration((total - sent) / rate)} left`);
	return parts.join(", ");
}

/** Writes progress to a stream: on a terminal over and over on one line, elsewhere now and then. */
export class ProgressWriter {
	readonly #out: NodeJS.WriteStream;
	#written = 0;
	#open = false;

	constructor(out: NodeJS.WriteStream = process.stderr) {
		this.#out = out;
	}

	show(progress: Progress): void {
		if (this.#out.isTTY) {
			this.#out.write(`\r\x1b[K${progressLine(progress)}`);
			this.#open = true;
		} else if (progress.seconds - this.#written >= 10) {
			this.#written = progress.seconds;
			this.#out.write(`${progressLine(progress)}\n`);
		}
	}

	/** How far it came, at the end. */
	end(progress: Progress): void {
		this.line(`${progressLine(progress)} in ${duration(progress.seconds)}`);
	}

	/** A line of its own. */
	line(text: string): void {
		this.#out.write(`${this.#open ? "\r\x1b[K" : ""}${text}\n`);
		this.#open = false;
	}
}

function count(value: number): string {
	return value.toLocaleString("en-US");
}

function share(part: number, of: number): string {
	return of === 0 ? "100" : Math.floor((100 * part) / of).toString();
}

function duration(seconds: number): string {
	const whole = Math.ceil(seconds);
	if (whole < 60) return `${whole} s`;
	if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
	return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
