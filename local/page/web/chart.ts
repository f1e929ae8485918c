/** The chart: candles with VWAP, volume below and marks, other symbols' lines, and the exact values above it. */
import {
	type CandlestickData,
	CandlestickSeries,
	CrosshairMode,
	createChart,
	createSeriesMarkers,
	type HistogramData,
	HistogramSeries,
	type LineData,
	LineSeries,
	PriceScaleMode,
	TickMarkType,
	type UTCTimestamp,
	type WhitespaceData,
} from "lightweight-charts";
import type { ChartView } from "./chart-view.ts";
import type { Colours } from "./colours.ts";
import { CompareLines } from "./compare-lines.ts";
import { decimalsOf } from "./format.ts";
import { labelOf, writeLegend } from "./legend.ts";
import { toMarks } from "./marks.ts";
import type { Candle } from "./series.ts";
import { colours, onThemeChange } from "./theme.ts";
import { tickLabel, writeTime } from "./zone.ts";

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
	let zone = "UTC";
	let shown = { symbol: "", vwap: true };
	const chart = createChart(container, {
		autoSize: true,
		layout: { attributionLogo: false, fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 11 },
		localization: {
			locale: "en-GB",
			timeFormatter: (time: number) => writeTime(time * 1_000, zone).slice(0, 16),
		},
		timeScale: {
			timeVisible: true,
			secondsVisible: false,
			rightOffset: 4,
			minBarSpacing: 1,
			tickMarkFormatter: (time: UTCTimestamp, type: TickMarkType) => {
				if (type <= TickMarkType.Month) return null;
				return tickLabel(time, zone, type >= TickMarkType.Time);
			},
		},
		crosshair: { mode: CrosshairMode.Normal },
	});
	const candles = chart.addSeries(CandlestickSeries, { borderVisible: false, priceLineVisible: true });
	const volume = chart.addSeries(HistogramSeries, {
		priceScaleId: "",
		priceFormat: { type: "volume" },
		priceLineVisible: false,
		lastValueVisible: false,
	});
	const vwap = chart.addSeries(LineSeries, {
		lineWidth: 1,
		priceLineVisible: false,
		lastValueVisible: false,
		crosshairMarkerVisible: false,
		// The line follows the candles; it makes no scale of its own.
		autoscaleInfoProvider: () => null,
	});
	const lines = new CompareLines(chart);
	candles.priceScale().applyOptions({ scaleMargins: { top: 0.08, bottom: 0.24 } });
	volume.priceScale().applyOptions({ scaleMargins: { top: 0.82, bottom: 0 } });
	const marks = createSeriesMarkers<UTCTimestamp>(candles as never, []);
	let marked: () => void = () => {};

	const describe = () => {
		const candle = hovered ?? drawn.at(-1);
		writeLegend(legend, candle, zone, lines.legend(shown.symbol, drawn, candle));
		const label = labelOf(drawn, marks.markers().length, lines.symbols);
		if (container.getAttribute("aria-label") !== label) container.setAttribute("aria-label", label);
	};
	const redraw = () => {
		candles.setData(drawn.map(toCandle));
		volume.setData(drawn.map((candle) => toVolume(candle, palette)));
		vwap.setData(drawn.map(toVwap));
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
		vwap.applyOptions({ color: palette.vwap });
		lines.paint(palette);
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
		// Percents are of the left edge.
		if (lines.symbols.length > 0) describe();
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
					vwap.update(toVwap(candle));
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
		mark(given) {
			marked = () => marks.setMarkers(toMarks(given, new Set(drawn.map(({ time }) => time)), palette));
			marked();
			describe();
		},
		compare(compared) {
			lines.show(compared, palette);
			const percent = compared.length > 0;
			chart.priceScale("right").applyOptions({ mode: percent ? PriceScaleMode.Percentage : PriceScaleMode.Normal });
			// Each line's percents are of its own beginning: the averages would not lie on their candles.
			vwap.applyOptions({ visible: shown.vwap && !percent });
			describe();
		},
		showVwap(on) {
			shown.vwap = on;
			vwap.applyOptions({ visible: on && lines.symbols.length === 0 });
		},
		setZone(next) {
			if (next === zone) return;
			zone = next;
			// The labels are made anew with any option of the time scale.
			chart.applyOptions({ localization: {} });
			chart.timeScale().applyOptions({});
			redraw();
			describe();
		},
		reset(symbol, intraday) {
			shown = { ...shown, symbol };
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
		a.vwap === b.vwap &&
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

function toVwap({ time, vwap }: Candle): LineData<UTCTimestamp> | WhitespaceData<UTCTimestamp> {
	return vwap === null ? { time: time as UTCTimestamp } : { time: time as UTCTimestamp, value: vwap };
}
