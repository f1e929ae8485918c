import { closeSync, openSync, writeSync } from "node:fs";
import { reasonOf, UserError } from "../errors.ts";
import { writeInstant } from "../instant.ts";
import type { Given } from "./faults.ts";

/** What a feed has given: the last line of its truth. */
export interface Totals {
	readonly kind: "totals";
	/** All that was given: trades, duplicates, late and malformed. */
	records: number;
	/** Trades that count in bars, each once. */
	trades: number;
	duplicates: number;
	late: number;
	malformed: number;
	/** Trades and duplicates that came after one with a newer event time; for the reader none of them is late. */
	disordered: number;
	/** Of trades; null if there were none. */
	first_event_time: string | null;
	last_event_time: string | null;
	/** Trades of each symbol. */
	symbols: Record<string, number>;
}

/** Counts what a feed gives, and writes it down with each fault as it goes. */
export class Truth {
	#counts = { records: 0, trades: 0, duplicates: 0, late: 0, malformed: 0, disordered: 0 };
	readonly #symbols = new Map<string, number>();
	#first = Number.POSITIVE_INFINITY;
	#last = Number.NEGATIVE_INFINITY;
	readonly #file: string | undefined;
	#fd: number | undefined;

	/**
	 * Opens the file, which is written anew; without one it only counts.
	 * @throws UserError if it cannot be written
	 */
	constructor(file?: string) {
		this.#file = file;
		if (file === undefined) return;
		try {
			this.#fd = openSync(file, "w");
		} catch (cause) {
			throw new UserError(`--truth: cannot write ${file}: ${reasonOf(cause)}`, { cause });
		}
	}

	/** The first line: what was asked for, and what is done. */
	begin(run: Readonly<Record<string, unknown>>): void {
		this.#write([{ kind: "run", ...run }]);
	}

	/** These go out now. Their faults are in the file when it returns. */
	gave(batch: readonly Given[]): void {
		const lines: object[] = [];
		for (const given of batch) {
			this.#count(given);
			if (given.kind !== "trade") lines.push(lineOf(given));
		}
		this.#write(lines);
	}

	totals(): Totals {
		const some = this.#counts.trades > 0;
		return {
			kind: "totals",
			...this.#counts,
			first_event_time: some ? writeInstant(this.#first) : null,
			last_event_time: some ? writeInstant(this.#last) : null,
			symbols: Object.fromEntries([...this.#symbols].sort(([one], [other]) => (one < other ? -1 : 1))),
		};
	}

	/** The last line, and the end of the file. */
	end(): void {
		const fd = this.#fd;
		try {
			this.#write([this.totals()]);
		} finally {
			this.#fd = undefined;
			if (fd !== undefined) closeSync(fd);
		}
	}

	#count({ kind, eventTime, record }: Given): void {
		this.#counts.records++;
		if (kind === "late" || kind === "malformed") {
			this.#counts[kind]++;
			return;
		}
		if (eventTime !== undefined && eventTime < this.#last) this.#counts.disordered++;
		if (kind === "duplicate") {
			this.#counts.duplicates++;
			return;
		}
		this.#counts.trades++;
		this.#symbols.set(record.key, (this.#symbols.get(record.key) ?? 0) + 1);
		if (eventTime === undefined) return;
		if (eventTime < this.#first) this.#first = eventTime;
		if (eventTime > this.#last) this.#last = eventTime;
	}

	#write(lines: readonly object[]): void {
		if (this.#fd === undefined || lines.length === 0) return;
		try {
			writeAll(this.#fd, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
		} catch (cause) {
			throw new UserError(`--truth: cannot write ${this.#file}: ${reasonOf(cause)}`, { cause });
		}
	}
}

function writeAll(fd: number, text: string): void {
	const bytes = Buffer.from(text);
	for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
}

function lineOf({ kind, tradeId, eventTime, detail, record }: Given): object {
	return {
		kind,
		symbol: record.key,
		...(tradeId === undefined ? {} : { trade_id: tradeId }),
		...(eventTime === undefined ? {} : { event_time: writeInstant(eventTime) }),
		...(kind === "malformed" ? { detail, payload: record.data.toString("utf8") } : {}),
	};
}
