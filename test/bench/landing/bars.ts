import type { Bar } from "../../../contracts.ts";

const day = 86_400_000;

/** So many bars: those of a day, then the same ones of the days after it, in the order in which they come. */
export function barsOfDays(bars: readonly Bar[], count: number): Bar[] {
	if (bars.length === 0) throw new Error("There are no bars to make more of.");
	return Array.from({ length: count }, (_, index) => {
		const bar = bars[index % bars.length] as Bar;
		const later = (time: string) => new Date(Date.parse(time) + Math.floor(index / bars.length) * day).toISOString();
		const { window_start, window_end, emitted_at } = bar;
		return { ...bar, window_start: later(window_start), window_end: later(window_end), emitted_at: later(emitted_at) };
	});
}

/** The same bars of more symbols: what comes at a minute's end in a market of so many. */
export function barsOfSymbols(bars: readonly Bar[], symbols: number): Bar[] {
	return Array.from({ length: symbols }, (_, index) => ({
		...(bars[index % bars.length] as Bar),
		symbol: `S${String(index).padStart(3, "0")}`,
		// Measured with every value in them, as in a feed that tells the day before.
		vwap: 101.25,
		move_pct: 0.5,
		day_move_pct: 1.25,
	}));
}
