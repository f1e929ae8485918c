/** The chart: candles with volume below and marks for hits, and the line of exact values above it. */
import {
	type CandlestickData,
	CandlestickSeries,
	CrosshairMode,
	createChart,
	createSeriesMarkers,
	type HistogramData,
	HistogramSeries,
	type SeriesMarker,
	type UTCTimestamp,
} from "lightweight-charts";
import type { Hit } from "../../../contracts.ts";
import { decimalsOf, directionOf, formatPercent, formatPrice, formatVolume } from "./format.ts";
import type { Candle } from "./series.ts";
import { type Colours, colours, onThemeChange } from "./theme.ts";

export interface ChartView {
	/** Shows these candles; only what changed since the last call is drawn anew. */
	show(candles: Candle[]): void;
	/** Shows hits as marks at the candles they are in. */
	mark(hits: Hit[], windowOf: (iso: string) => number): void;
	/** Another symbol or interval: forgets what is drawn. */
	reset(intraday: boolean): void;
	/** Goes to the newest candles with the next ones that are shown. */
	goToNewest(): void;
}

/** Width of a candle at first, so that a narrow screen shows fewer of them. */
const CANDLE_PX = 7;

/**
 * Draws into `container` and writes the values under the crosshair (else of the last candle) into `legend`.
 * `onLeftEdge` is called when the view comes near the oldest candle.
 */
export function createChartView(container: HTMLElement, legend: HTMLElement, onLeftEdge: () => void): ChartView {
	let palette = colours();
	let drawn: Candle[] = [];
	let goes = true;
	let hovered: Candle | undefined;
	const chart = createChart(container, {
		autoSize: true,
		layout: { attributionLogo: false, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 11 },
		localization: {
			locale: "en-GB",
			timeFormatter: (time: number) => new Date(time * 1_000).toISOString().slice(0, 16).replace("T", " "),
		},
		timeScale: { timeVisible: true, secondsVisible: false, rightOffset: 4, minBarSpacing: 1 },
		crosshair: { mode: CrosshairMode.Normal },
	});
	const candles = chart.addSeries(CandlestickSeries, { borderVisible: false, priceLineVisible: true });
	const volume = chart.addSeries(HistogramSeries, {
		priceScaleId: "",
		priceFormat: { type: "volume" },
		priceLineVisible: false,
		lastValueVisible: false,
	});
	candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } });
	volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
	const marks = createSeriesMarkers<UTCTimestamp>(candles as never, []);
	let marked: () => void = () => {};

	const describe = () => {
		writeLegend(legend, hovered ?? drawn.at(-1));
		const label = labelOf(drawn, marks.markers().length);
		if (container.getAttribute("aria-label") !== label) container.setAttribute("aria-label", label);
	};
	const redraw = () => {
		candles.setData(drawn.map(toCandle));
		volume.setData(drawn.map((candle) => toVolume(candle, palette)));
	};
	const paint = () => {
		palette = colours();
		const { up, down } = palette;
		chart.applyOptions({
			layout: { background: { color: palette.panel }, textColor: palette.muted },
			grid: { vertLines: { color: palette.line }, horzLines: { color: palette.line } },
			rightPriceScale: { borderColor: palette.line },
			timeScale: { borderColor: palette.line },
			crosshair: {
				vertLine: { color: palette.crosshair, labelBackgroundColor: palette.crosshair },
				horzLine: { color: palette.crosshair, labelBackgroundColor: palette.crosshair },
			},
		});
		candles.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down });
		redraw();
		marked();
	};
	paint();
	onThemeChange(paint);
	chart.subscribeCrosshairMove(({ time }) => {
		hovered = time === undefined ? undefined : drawn.find((candle) => candle.time === time);
		describe();
	});
	chart.timeScale().subscribeVisibleLogicalRangeChange((range) => {
		if (range && range.from < 20 && drawn.length > 0) onLeftEdge();
	});

	return {
		show(next) {
			const from = next.findIndex((candle, i) => !isSame(candle, drawn[i]));
			const shrunk = next.length < drawn.length;
			if (from === -1 && !shrunk) return;
			const end = drawn.at(-1)?.time ?? Number.POSITIVE_INFINITY;
			const tail = from >= drawn.length - 1 && !shrunk && (next[from]?.time ?? 0) >= end;
			drawn = next;
			const decimals = decimalsOf(next.at(-1)?.close ?? 1);
			if (candles.options().priceFormat.minMove !== 10 ** -decimals) {
				candles.applyOptions({ priceFormat: { type: "price", precision: decimals, minMove: 10 ** -decimals } });
			}
			if (tail) {
				for (const candle of next.slice(from)) {
					candles.update(toCandle(candle));
					volume.update(toVolume(candle, palette));
				}
			} else redraw();
			if (goes && next.length > 0) {
				goes = false;
				const fit = Math.max(30, Math.round(container.clientWidth / CANDLE_PX));
				// A short history fills the width, but three candles are not blown up.
				const from = Math.max(next.length - fit, Math.min(0, next.length - 60));
				chart.timeScale().setVisibleLogicalRange({ from, to: next.length + 3 });
			}
			describe();
		},
		mark(hits, windowOf) {
			marked = () => marks.setMarkers(toMarks(hits, windowOf, drawn, palette));
			marked();
			describe();
		},
		reset(intraday) {
			drawn = [];
			hovered = undefined;
			marked = () => {};
			marks.setMarkers([]);
			redraw();
			chart.timeScale().applyOptions({ timeVisible: intraday });
			chart.priceScale("right").applyOptions({ autoScale: true });
			describe();
		},
		goToNewest() {
			goes = true;
		},
	};
}

function isSame(a: Candle, b: Candle | undefined): boolean {
	if (a === b || b === undefined) return a === b;
	return (
		a.time === b.time &&
		a.forming === b.forming &&
		a.close === b.close &&
		a.volume === b.volume &&
		a.high === b.high &&
		a.low === b.low &&
		a.open === b.open
	);
}

function toCandle({ time, open, high, low, close }: Candle): CandlestickData<UTCTimestamp> {
	return { time: time as UTCTimestamp, open, high, low, close };
}

function toVolume({ time, volume, open, close }: Candle, palette: Colours): HistogramData<UTCTimestamp> {
	return { time: time as UTCTimestamp, value: volume, color: close >= open ? palette.upFaint : palette.downFaint };
}

/** One mark a candle and direction; where several hits fall into it, their number. */
function toMarks(
	hits: Hit[],
	windowOf: (iso: string) => number,
	drawn: Candle[],
	palette: Colours,
): SeriesMarker<UTCTimestamp>[] {
	const times = new Set(drawn.map((candle) => candle.time));
	const groups = new Map<string, Hit[]>();
	for (const hit of hits) {
		const time = windowOf(hit.event_time);
		if (hit.state !== "crossed" || !times.has(time)) continue;
		const key = `${time} ${hit.direction}`;
		groups.set(key, [...(groups.get(key) ?? []), hit]);
	}
	return [...groups]
		.map(([key, group]): SeriesMarker<UTCTimestamp> => {
			const [time, direction] = key.split(" ");
			const up = direction === "up";
			return {
				time: Number(time) as UTCTimestamp,
				position: up ? "belowBar" : "aboveBar",
				shape: up ? "arrowUp" : "arrowDown",
				color: up ? palette.up : palette.down,
				text: group.length > 1 ? `${group.length}×` : formatPercent(group[0]?.move_pct ?? null),
			};
		})
		.sort((a, b) => a.time - b.time);
}

/** What the picture says, for those who cannot see it; the forming candle is left out, or it would never be quiet. */
function labelOf(drawn: Candle[], marks: number): string {
	const closed = drawn.filter((candle) => !candle.forming);
	const last = closed.at(-1);
	if (!last) return "No closed candle yet";
	const [open, high, low, close] = [last.open, last.high, last.low, last.close].map(formatPrice);
	const start = `${new Date(last.time * 1_000).toISOString().slice(0, 16)}Z`;
	return `${closed.length} closed candles, the last of ${start}: open ${open}, high ${high}, low ${low}, close ${close}; ${marks} marks of moves`;
}

function writeLegend(legend: HTMLElement, candle: Candle | undefined): void {
	if (!candle) {
		legend.textContent = "\u00a0";
		return;
	}
	const { open, high, low, close, volume, time, forming } = candle;
	const change = (100 * (close - open)) / open;
	const values: [string, string][] = [
		["", new Date(time * 1_000).toISOString().slice(0, 16).replace("T", " ")],
		["O", formatPrice(open)],
		["H", formatPrice(high)],
		["L", formatPrice(low)],
		["C", formatPrice(close)],
		["V", formatVolume(volume)],
	];
	const parts = values.map(([name, value]) => {
		const part = document.createElement("span");
		const label = document.createElement("b");
		label.textContent = name;
		part.append(label, value);
		return part;
	});
	const move = document.createElement("span");
	move.className = directionOf(change);
	move.textContent = formatPercent(change);
	const state = document.createElement("span");
	state.className = "state";
	state.textContent = forming ? "forming" : "";
	legend.replaceChildren(...parts, move, state);
}
