import {
	type AnnotationQuery,
	type Dashboard,
	DashboardBuilder,
	DashboardCursorSync,
	DashboardLinkBuilder,
	DashboardLinkType,
	type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { arrange, type Placed } from "./panel.ts";
import { crossings } from "./queries/lake.ts";
import { dataSources, type Store, target } from "./stores.ts";

/** The oldest Grafana that is meant, 11.0, writes this version of the schema; newer ones read it. */
const schemaVersion = 39;

/** What is a dashboard's own. */
export interface Parts {
	uid: string;
	title: string;
	description: string;
	from: string;
	refresh: string;
	panels: readonly Placed[];
	variables: VariableModel[];
	annotations: AnnotationQuery[];
}

/** A dashboard in UTC, that links to all others of Tidemark and can be asked again each second. */
export function dashboard({
	uid,
	title,
	description,
	from,
	refresh,
	panels,
	variables,
	annotations,
}: Parts): Dashboard {
	const made = new DashboardBuilder(title)
		.uid(uid)
		.description(description)
		.tags(["tidemark"])
		.timezone("utc")
		.tooltip(DashboardCursorSync.Crosshair)
		.time({ from, to: "now" })
		.timepicker({ build: () => ({ refresh_intervals: ["1s", "2s", "5s", "30s", "1m", "5m"] }) })
		.refresh(refresh)
		.variables(variables.map((each) => ({ build: () => each })))
		.annotations(annotations.map((each) => ({ build: () => each })))
		.link(
			new DashboardLinkBuilder("Tidemark")
				.type(DashboardLinkType.Dashboards)
				.tags(["tidemark"])
				.asDropdown(true)
				.keepTime(true)
				.includeVars(true),
		)
		.build();
	return { ...made, schemaVersion, panels: arrange(panels) };
}

/** What Grafana's own alert rules said of this dashboard's panels. */
export const grafanaAlerts: AnnotationQuery = {
	name: "Annotations & Alerts",
	datasource: { type: "grafana", uid: "-- Grafana --" },
	enable: true,
	hide: true,
	iconColor: "rgba(0, 211, 255, 1)",
	type: "dashboard",
	builtIn: 1,
};

/** The 5-minute bars whose move reached the threshold. */
export function moveAnnotation(store: Store, text: string): AnnotationQuery {
	const { _implementsDataqueryVariant: _, ...model } = target(store, text, "table", "Anno");
	const ofInfluxDb = { fromAnnotations: true, queryType: "tags", textColumn: "move_pct", tagsColumn: "symbol" };
	return {
		name: "Moves of $threshold % in 5 minutes",
		datasource: dataSources[store],
		enable: true,
		iconColor: "orange",
		// Each plugin takes a query of its own here, where the SDK knows Grafana's own alone.
		target: (store === "influxdb" ? { ...model, ...ofInfluxDb } : model) as unknown as NonNullable<
			AnnotationQuery["target"]
		>,
	};
}

/** What alerts are about, from the lake. Athena bills each query, so that it is shown when it is switched on. */
export function crossingAnnotation(): AnnotationQuery {
	const { _implementsDataqueryVariant: _, ...model } = target("athena", crossings, "table", "Anno");
	return {
		name: "Crossings (the lake)",
		datasource: dataSources.athena,
		enable: false,
		iconColor: "purple",
		target: model as unknown as NonNullable<AnnotationQuery["target"]>,
	};
}
