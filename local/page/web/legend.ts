/** The line of exact values above the chart, and what the chart says to those who cannot see it. */
import { directionOf, formatCount, formatExact, formatPercent, formatPrice } from "./format.ts";
import type { Candle } from "./series.ts";
import { writeTime } from "./zone.ts";

/** One line that is compared, as the legend names it. */
export interface LegendLine {
	symbol: string;
	/** A colour's number in the style sheet; undefined is the symbol that the chart shows. */
	colour: number | undefined;
	/** Since the left edge of the chart, at the crosshair or at the end. */
	percent: number | null;
}

/** What the picture says; the forming candle is left out, or it would never be quiet. */
export function labelOf(drawn: Candle[], marks: number, compared: string[]): string {
	const closed = drawn.filter((candle) => !candle.forming);
	const last = closed.at(-1);
	if (!last) return "No closed candle yet";
	const [open, high, low, close] = [last.open, last.high, last.low, last.close].map(formatPrice);
	const start = `${new Date(last.time * 1_000).toISOString().slice(0, 16)}Z`;
	const against = compared.length > 0 ? `; compared in percent with ${compared.join(", ")}` : "";
	return `${closed.length} closed candles, the last of ${start}: open ${open}, high ${high}, low ${low}, close ${close}; ${marks} marks of moves${against}`;
}

/** Writes the values of one candle, and the percents of the lines that are compared. */
export function writeLegend(legend: HTMLElement, candle: Candle | undefined, zone: string, lines: LegendLine[]): void {
	if (!candle) {
		legend.textContent = "\u00a0";
		return;
	}
	const { open, high, low, close, volume, vwap, time, forming } = candle;
	const change = (100 * (close - open)) / open;
	const values: [string, string][] = [
		["", writeTime(time * 1_000, zone).slice(0, 16)],
		["O", formatExact(open)],
		["H", formatExact(high)],
		["L", formatExact(low)],
		["C", formatExact(close)],
		["V", formatCount(volume)],
		["VWAP", formatPrice(vwap)],
	];
	const parts = values.map(([name, value]) => part("", name, value));
	const move = part(directionOf(change), "", formatPercent(change));
	const state = part("state", "", forming ? "forming" : "");
	const compared = lines.map(({ symbol, colour, percent }) => {
		const made = part("compared", symbol, formatPercent(percent));
		if (colour !== undefined) made.dataset.colour = String(colour);
		return made;
	});
	// Spaces keep apart what is read out or copied; in the line itself they are not to be seen.
	legend.replaceChildren(...[...parts, move, state, ...compared].flatMap((each) => [each, " "]));
}

function part(className: string, name: string, value: string): HTMLElement {
	const made = document.createElement("span");
	if (className) made.className = className;
	const label = document.createElement("b");
	label.textContent = name;
	made.append(label, value);
	return made;
}
