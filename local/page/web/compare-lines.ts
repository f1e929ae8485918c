/** The lines of the symbols that are compared, in the chart and in its legend. */
import { type IChartApi, type ISeriesApi, LineSeries, type UTCTimestamp } from "lightweight-charts";
import type { Colours } from "./colours.ts";
import { type ComparedLine, type Point, percentAt } from "./compare.ts";
import type { LegendLine } from "./legend.ts";
import type { Candle } from "./series.ts";

interface Drawn {
	line: ComparedLine;
	series: ISeriesApi<"Line">;
	points: Point[];
}

export class CompareLines {
	readonly #chart: IChartApi;
	#drawn: Drawn[] = [];

	constructor(chart: IChartApi) {
		this.#chart = chart;
	}

	/** In the order in which they were chosen. */
	get symbols(): string[] {
		return this.#drawn.map(({ line }) => line.symbol);
	}

	/** Draws these lines and no others; of one that is drawn only what has changed. */
	show(lines: ComparedLine[], palette: Colours): void {
		for (const { line, series } of this.#drawn) if (!lines.includes(line)) this.#chart.removeSeries(series);
		this.#drawn = lines.map((line) => {
			const drawn = this.#drawn.find((known) => known.line === line) ?? { line, series: this.#add(), points: [] };
			update(drawn);
			return drawn;
		});
		this.paint(palette);
	}

	/** Gives each line its colour. */
	paint(palette: Colours): void {
		this.#drawn.forEach(({ series }, i) => {
			const color = palette.compared[i] ?? palette.text;
			if (series.options().color !== color) series.applyOptions({ color });
		});
	}

	/** What the legend says of the chart's own symbol and of each line, at a candle; nothing where none is compared. */
	legend(symbol: string, candles: Candle[], at: Candle | undefined): LegendLine[] {
		if (this.#drawn.length === 0 || !at) return [];
		const from = this.#chart.timeScale().getVisibleRange()?.from as number | undefined;
		const own = candles.map(({ time, close }) => ({ time, value: close }));
		const percent = (points: Point[]) => percentAt(points, from ?? 0, at.time);
		return [
			{ symbol, colour: undefined, percent: percent(own) },
			...this.#drawn.map(({ line, points }, colour) => ({ symbol: line.symbol, colour, percent: percent(points) })),
		];
	}

	#add(): ISeriesApi<"Line"> {
		return this.#chart.addSeries(LineSeries, { lineWidth: 2, priceLineVisible: false });
	}
}

/** Most often only the last point has changed. */
function update(drawn: Drawn): void {
	const points = drawn.line.points();
	if (points === drawn.points) return;
	const known = drawn.points;
	const last = known.length - 1;
	const grown = known.length > 0 && points.length - known.length <= 1 && points.length >= known.length;
	const same =
		grown &&
		known.every(({ time, value }, i) => points[i]?.time === time && (i === last || points[i]?.value === value));
	const data = (same ? points.slice(last) : points).map(({ time, value }) => ({ time: time as UTCTimestamp, value }));
	if (same) for (const point of data) drawn.series.update(point);
	else drawn.series.setData(data);
	drawn.points = points;
}
