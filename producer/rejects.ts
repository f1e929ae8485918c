import { closeSync, openSync, writeSync } from "node:fs";
import { reasonOf, UserError } from "./errors.ts";
import type { Rejected } from "./feed.ts";

/** So many are told one by one; then a line every ten seconds says how many there are. */
const TOLD_SINGLY = 5;
const TELL_EVERY_MS = 10_000;

/** What a feed gave and nobody could send: told, and kept in a file where one is named. */
export class Rejects {
	readonly #file: string | undefined;
	readonly #handle: number | undefined;
	readonly #tell: (line: string) => void;
	#count = 0;
	#toldAt = 0;

	/**
	 * Rejects go to the end of `file`, one JSON object a line: `reason`, `payload` as it came, and `at`, when that was.
	 * @throws if the file cannot be written
	 */
	constructor(file: string | undefined, tell: (line: string) => void) {
		this.#file = file;
		this.#tell = tell;
		if (file === undefined) return;
		try {
			this.#handle = openSync(file, "a");
		} catch (cause) {
			throw new UserError(`Cannot write rejects to ${file}: ${reasonOf(cause)}. Name another file: --rejects FILE.`, {
				cause,
			});
		}
	}

	/** Keeps one, and tells of it. @throws if it cannot be kept: what is rejected must not be lost either */
	add({ rejected, payload }: Rejected, now: number = Date.now()): void {
		this.#count++;
		if (this.#handle !== undefined) {
			const line = `${JSON.stringify({ reason: rejected, payload, at: new Date(now).toISOString() })}\n`;
			try {
				writeSync(this.#handle, line);
			} catch (cause) {
				throw new UserError(`Cannot write rejects to ${this.#file}: ${reasonOf(cause)}.`, { cause });
			}
		}
		if (this.#count <= TOLD_SINGLY) {
			this.#tell(`Rejected: ${rejected}`);
		} else if (now - this.#toldAt >= TELL_EVERY_MS) {
			this.#tell(`${this.#count} rejected so far, now: ${rejected}`);
		} else {
			return;
		}
		this.#toldAt = now;
	}

	/** Closes the file and says how many there were. */
	close(): void {
		if (this.#handle !== undefined) closeSync(this.#handle);
		if (this.#count === 0) return;
		const where = this.#file === undefined ? "--rejects FILE keeps them" : `they are in ${this.#file}`;
		this.#tell(`${this.#count} rejected in all: ${where}.`);
	}
}
