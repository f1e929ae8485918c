/** The closes of the last hour, a point a minute, of every symbol: what a line in the table is drawn from. */
import type { Bar } from "../../contracts.ts";
import type { Spark } from "./messages.ts";

/** How much of the past a line shows: of the symbol's own newest minute back. */
export const SPARK_MS = 3_600_000;

export class Sparks {
	readonly #closes = new Map<string, Map<number, { close: number; emittedAt: string }>>();
	readonly #new = new Map<string, Spark>();

	/** Takes a closed minute. Of two versions of one the later counts; what is too old is left out. */
	add({ symbol, window_start, close, emitted_at: emittedAt }: Bar): void {
		const time = Date.parse(window_start) / 1_000;
		const closes = this.#closes.get(symbol) ?? new Map<number, { close: number; emittedAt: string }>();
		this.#closes.set(symbol, closes);
		const known = closes.get(time);
		if (known && known.emittedAt >= emittedAt) return;
		closes.set(time, { close, emittedAt });
		const oldest = Math.max(...closes.keys()) - SPARK_MS / 1_000;
		for (const each of closes.keys()) if (each <= oldest) closes.delete(each);
		if (!closes.has(time)) return;
		const spark = this.#new.get(symbol) ?? { symbol, points: [] };
		spark.points.push([time, close]);
		this.#new.set(symbol, spark);
	}

	/** Every symbol's line, whole. */
	all(): Spark[] {
		return [...this.#closes].map(([symbol, closes]) => ({
			symbol,
			points: [...closes].map(([time, { close }]): [number, number] => [time, close]).sort(([a], [b]) => a - b),
		}));
	}

	/** The minutes that came since this was last asked. */
	takeNew(): Spark[] {
		const all = [...this.#new.values()];
		this.#new.clear();
		return all;
	}
}
