/** Seconds on their way into the table of latest prices: which of them it has, or has a newer one of their symbol for. */
import type { Tick } from "../../contracts.ts";

/** A row of the table. */
export type LatestRow = Pick<Tick, "symbol" | "event_time">;

interface Waiting {
	time: string;
	/** When it was seen on the stream, epoch ms. */
	seenAt: number;
}

/** Kept of each symbol while the table takes nothing: twenty minutes. What is older is not counted any more. */
const MOST_WAITING = 1_200;

export class LatestMeter {
	readonly #waiting = new Map<string, Waiting[]>();
	#total: number | null = null;
	#lagMs: number | null = null;

	/** Notes a second that the stream has brought. */
	saw({ symbol, event_time: time }: LatestRow, now: number): void {
		const waiting = this.#waiting.get(symbol) ?? [];
		waiting.push({ time, seenAt: now });
		if (waiting.length > MOST_WAITING) waiting.shift();
		this.#waiting.set(symbol, waiting);
	}

	/** At most so many symbols whose rows are worth a look, those that have waited longest first. */
	next(most: number): string[] {
		const since = ([, [first]]: [string, Waiting[]]) => first?.seenAt ?? 0;
		const sorted = [...this.#waiting].sort((a, b) => since(a) - since(b));
		return sorted.slice(0, most).map(([symbol]) => symbol);
	}

	/** Notes rows as the table had them when it was asked, and how long what it has not was waiting at `now`. */
	has(rows: LatestRow[], now: number): void {
		let through = this.#total ?? 0;
		for (const { symbol, event_time } of rows) {
			const waiting = this.#waiting.get(symbol) ?? [];
			const left = waiting.filter(({ time }) => time > event_time);
			through += waiting.length - left.length;
			if (left.length > 0) this.#waiting.set(symbol, left);
			else this.#waiting.delete(symbol);
		}
		if (rows.length > 0) this.#total = through;
		const oldest = Math.min(...[...this.#waiting.values()].map(([first]) => first?.seenAt ?? now));
		this.#lagMs = Number.isFinite(oldest) ? now - oldest : this.#total === null ? null : 0;
	}

	/** How many went through; null before the table had anything of them. */
	get total(): number | null {
		return this.#total;
	}

	/** How long the oldest has waited that the table has not, ms; null before there was one. */
	get lagMs(): number | null {
		return this.#lagMs;
	}
}
