/** Reads the candles of the chart as a person would: with the crosshair, from the line of values above it. */
import type { Page } from "playwright-core";

/** One candle as the line of values says it; a value that is not said is NaN. */
export interface ReadCandle {
	/** As it is written, to the minute, in the zone of the page. */
	time: string;
	open: number;
	high: number;
	low: number;
	close: number;
	volume: number;
	vwap: number;
	forming: boolean;
}

/** The candle that a line of values is of; undefined where it is of none. */
export function parseLegend(text: string): ReadCandle | undefined {
	const found =
		/^(\d{4}-\d\d-\d\d \d\d:\d\d)\s*O([\d.,]+)\s*H([\d.,]+)\s*L([\d.,]+)\s*C([\d.,]+)\s*V([\d,]+)\s*VWAP(–|[\d.,]+)\s/.exec(
			text.trim(),
		);
	if (!found) return undefined;
	const [open, high, low, close, volume, vwap] = found.slice(2).map((each) => Number(each.replaceAll(",", "")));
	return { time: found[1], open, high, low, close, volume, vwap, forming: text.includes("forming") } as ReadCandle;
}

export interface Reading {
	/** How far the crosshair goes at once; at first a candle is some seven pixels wide, or more where there are few. */
	stepPx?: number;
	/** Whether the view is moved back until nothing new comes, for all candles that there are. */
	back?: boolean;
}

/** The candles of the symbol and interval that are shown, by their time. */
export async function readCandles(
	tab: Page,
	{ stepPx = 3, back = true }: Reading = {},
): Promise<Map<string, ReadCandle>> {
	const box = await tab.locator("#chart").boundingBox();
	if (!box) throw new Error("The chart is not to be seen");
	const read = new Map<string, ReadCandle>();
	const y = box.y + box.height / 2;
	for (let known = -1; known < read.size; ) {
		known = read.size;
		for (let x = box.x + 2; x < box.x + box.width - 60; x += stepPx) {
			await tab.mouse.move(x, y);
			// The line is written with the next frame.
			const text = (await tab.evaluate(
				`new Promise((done) => requestAnimationFrame(() => setTimeout(() => done(document.getElementById("legend").textContent))))`,
			)) as string;
			const candle = parseLegend(text);
			if (candle) read.set(candle.time, candle);
		}
		if (!back) break;
		await tab.mouse.wheel(-0.8 * box.width, 0);
		// Older ones are fetched when the view comes near the oldest.
		await tab.waitForTimeout(500);
	}
	return read;
}
