import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import type { DataSourceRef, GridPos, Panel } from "@grafana/grafana-foundation-sdk/dashboard";
import type { Format } from "./stores.ts";

/** What the SDK's builders of panels have in common. */
export interface Drawing {
	id(id: number): Drawing;
	title(title: string): Drawing;
	description(description: string): Drawing;
	unit(unit: string): Drawing;
	noValue(text: string): Drawing;
	datasource(ref: DataSourceRef): Drawing;
	gridPos(place: GridPos): Drawing;
	timeFrom(time: string): Drawing;
	targets(targets: Builder<Dataquery>[]): Drawing;
	build(): Panel;
}

/** The columns that a panel draws. A query has to answer all of them, over its texts together. */
export interface Needs {
	/** Whether rows have a time, in a column of this name, and come in its order. */
	time: boolean;
	/** Columns of text: labels of series, or cells. */
	text: readonly string[];
	numbers: readonly string[];
	/** Fewest rows: 2 where a line is drawn. */
	rows?: number;
}

/** A panel, defined once: only its query is another one in each store. */
export interface PanelSpec<Query extends string = string> {
	/** Unique in its dashboard; alert rules point at it. */
	id: number;
	title: string;
	description: string;
	/** Of all its numbers but those that the drawing gives another. */
	unit: string;
	/** What it says where there is nothing to show. */
	noValue: string;
	/** Of 24 columns, and of rows of 30 pixels. */
	width: number;
	height: number;
	/** Its time range where it is not the dashboard's. */
	timeFrom?: string;
	query: Query;
	format: Format;
	needs: Needs;
	draw: () => Drawing;
}

/** The panels of a dashboard, with the queries that they get. */
export interface Placed {
	spec: PanelSpec;
	source: DataSourceRef;
	targets: readonly Dataquery[];
}

const columns = 24;

/** Panels in the order in which they are read: from left to right, and below what stands before where a line is full. */
export function arrange(panels: readonly Placed[]): Panel[] {
	let [x, y, height] = [0, 0, 0];
	return panels.map(({ spec, source, targets }) => {
		if (x + spec.width > columns) [x, y, height] = [0, y + height, 0];
		const place = { x, y, w: spec.width, h: spec.height };
		x += spec.width;
		height = Math.max(height, spec.height);
		const drawing = spec
			.draw()
			.id(spec.id)
			.title(spec.title)
			.description(spec.description)
			.unit(spec.unit)
			.noValue(spec.noValue)
			.datasource(source)
			.gridPos(place)
			.targets(targets.map((each) => ({ build: () => each })));
		return (spec.timeFrom === undefined ? drawing : drawing.timeFrom(spec.timeFrom)).build();
	});
}
