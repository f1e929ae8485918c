/** How panels look: the SDK's builders with what Tidemark's panels have in common. */
import { PanelBuilder as CandlestickBuilder } from "@grafana/grafana-foundation-sdk/candlestick";
import {
	BigValueColorMode,
	GraphDrawStyle,
	LegendDisplayMode,
	LegendPlacement,
	SortOrder,
	StackingMode,
	TooltipDisplayMode,
	VisibilityMode,
} from "@grafana/grafana-foundation-sdk/common";
import { FieldColorModeId, ThresholdsMode } from "@grafana/grafana-foundation-sdk/dashboard";
import { PanelBuilder as HistogramBuilder } from "@grafana/grafana-foundation-sdk/histogram";
import { PanelBuilder as StatBuilder } from "@grafana/grafana-foundation-sdk/stat";
import { PanelBuilder as StatusHistoryBuilder } from "@grafana/grafana-foundation-sdk/statushistory";
import { PanelBuilder as TableBuilder } from "@grafana/grafana-foundation-sdk/table";
import { PanelBuilder as TimeseriesBuilder } from "@grafana/grafana-foundation-sdk/timeseries";

import { use } from "./interpolation.ts";

const built = <T>(value: T) => ({ build: () => value });

/** Red below zero, green from it on; percents that are within a hundredth of zero stay grey. */
const upAndDown = built({
	mode: ThresholdsMode.Absolute,
	steps: [
		{ value: null, color: "red" },
		{ value: -0.01, color: "text" },
		{ value: 0.01, color: "green" },
	],
});
const legend = built({
	displayMode: LegendDisplayMode.List,
	placement: LegendPlacement.Bottom,
	showLegend: true,
	calcs: [],
});
const tooltip = built({ mode: TooltipDisplayMode.Multi, sort: SortOrder.None });
/** A field's name is that of its symbol, reason or interval where it has one: the panel's own label. */
export const labelled = (label: string) => use(`__field.labels.${label}`);

const percent = { id: "unit", value: "percent" };
const shares = [
	{ id: "unit", value: "short" },
	{ id: "decimals", value: 0 },
];
const price = [
	{ id: "unit", value: "none" },
	{ id: "decimals", value: 2 },
];
const colored = { id: "custom.cellOptions", value: { type: "color-text" } };
const upDownSteps = { id: "thresholds", value: upAndDown.build() };
const named = (name: string) => ({ id: "displayName", value: name });

/** The columns of figures, with the names and units that people read. */
const figures: Record<string, { id: string; value: unknown }[]> = {
	last_price: [named("Last"), ...price],
	move: [named("Move"), percent, upDownSteps, colored],
	day_move: [named("Day"), percent, upDownSteps, colored],
	low: [named("Low"), ...price],
	high: [named("High"), ...price],
	volume: [named("Volume"), ...shares],
	trades: [named("Trades"), ...shares],
	position: [
		named("Where in the range"),
		percent,
		{ id: "min", value: 0 },
		{ id: "max", value: 100 },
		{ id: "custom.cellOptions", value: { type: "gauge", mode: "gradient" } },
	],
};
/** InfluxQL has a time in every answer; in tables of figures it is the beginning of the range. */
const noTime = { id: "custom.hidden", value: true };

export function candles(): CandlestickBuilder {
	const fields = { open: "open", high: "high", low: "low", close: "close", volume: "volume" };
	return new CandlestickBuilder().fields(built(fields)).legend(legend).tooltip(tooltip);
}

/** Lines over time. Where `label` is given, each is named by the value of that label. */
export function lines({ label, fill = 0 }: { label?: string; fill?: number } = {}): TimeseriesBuilder {
	const panel = new TimeseriesBuilder()
		.legend(legend)
		.tooltip(tooltip)
		.lineWidth(1)
		.fillOpacity(fill)
		.showPoints(VisibilityMode.Never)
		.colorScheme(built({ mode: FieldColorModeId.PaletteClassicByName }));
	return label === undefined ? panel : panel.displayName(labelled(label));
}

/** Bars over time, on top of one another. */
export function stacked(label?: string): TimeseriesBuilder {
	return lines({ ...(label === undefined ? {} : { label }), fill: 70 })
		.drawStyle(GraphDrawStyle.Bars)
		.stacking(built({ mode: StackingMode.Normal, group: "A" }));
}

/** A row for each symbol and a cell for each bar, red or green by how far it moved. */
export function heatMap(label: string): StatusHistoryBuilder {
	return new StatusHistoryBuilder()
		.legend(built({ ...legend.build(), showLegend: false }))
		.tooltip(tooltip)
		.showValue(VisibilityMode.Never)
		.displayName(labelled(label))
		.min(-1)
		.max(1)
		.fillOpacity(80)
		.colorScheme(built({ mode: FieldColorModeId.ContinuousRdYlGr }));
}

/** A table of figures. `sortedBy` is the name of a column as it is shown. */
export function figureTable(sortedBy?: string): TableBuilder {
	const table = new TableBuilder().overrideByName("Time", [noTime]).overrideByName("symbol", [named("Symbol")]);
	for (const [name, properties] of Object.entries(figures)) table.overrideByName(name, properties);
	return sortedBy === undefined ? table : table.sortBy([built({ displayName: sortedBy, desc: true })]);
}

/** The same figures of one symbol, as large numbers. */
export function figureTiles(): StatBuilder {
	const tiles = new StatBuilder()
		.colorMode(BigValueColorMode.Value)
		.reduceOptions(built({ calcs: ["lastNotNull"], fields: "", values: false }));
	for (const [name, properties] of Object.entries(figures))
		tiles.overrideByName(
			name,
			properties.filter(({ id }) => !id.startsWith("custom.")),
		);
	return tiles;
}

/** A table as it comes. */
export function plainTable(): TableBuilder {
	return new TableBuilder().filterable(true);
}

export function histogram(): HistogramBuilder {
	return new HistogramBuilder().legend(built({ ...legend.build(), showLegend: false }));
}
