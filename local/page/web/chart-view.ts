/** What the page says to its chart. */
import type { ComparedLine } from "./compare.ts";
import type { Marked } from "./marks.ts";
import type { Candle } from "./series.ts";

export interface ChartView {
	/** Shows these candles; only what changed since the last call is drawn anew. */
	show(candles: Candle[]): void;
	/** Shows hits and alerts as marks at the candles they are in. */
	mark(marked: Marked): void;
	/** Shows these symbols' closes as lines, and all of it in percent; none is the symbol alone, in its prices. */
	compare(lines: ComparedLine[]): void;
	/** Shows or hides the line of volume-weighted average prices. */
	showVwap(on: boolean): void;
	/** Writes times as a clock in this zone shows them. */
	setZone(zone: string): void;
	/** Another symbol or interval: forgets what is drawn. */
	reset(symbol: string, intraday: boolean): void;
	/** Goes to the newest candles with the next ones that are shown. */
	goToNewest(): void;
}
