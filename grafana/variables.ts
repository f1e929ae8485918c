import {
	CustomVariableBuilder,
	QueryVariableBuilder,
	TextBoxVariableBuilder,
	type VariableModel,
	VariableRefresh,
	VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { dataSources, type Store, target } from "./stores.ts";

/** A choice of what a store has in the dashboard's time range. The first is chosen at first. */
export function fromStore(
	store: Store,
	name: string,
	label: string,
	text: string,
	sort = VariableSort.NaturalAsc,
): VariableModel {
	// Athena's plugin takes a whole query where the others take its text.
	const { _implementsDataqueryVariant: _, ...model } = target(store, text, "table");
	return new QueryVariableBuilder(name)
		.label(label)
		.datasource(dataSources[store])
		.query(store === "athena" ? model : text)
		.refresh(VariableRefresh.OnTimeRangeChanged)
		.sort(sort)
		.build();
}

/** A text that people write. */
export function written(name: string, label: string, value: string): VariableModel {
	const made = new TextBoxVariableBuilder(name).label(label).defaultValue(value).build();
	return { ...made, current: { text: value, value } };
}

/** One of a few values; the first is the default. */
export function oneOf(name: string, label: string, values: readonly string[]): VariableModel {
	const [first = ""] = values;
	return new CustomVariableBuilder(name)
		.label(label)
		.values(values.join(","))
		.current({ text: first, value: first })
		.build();
}

/** The values that a dimension of a metric has in CloudWatch, as far as they match; all of them at first. */
export function fromCloudWatch(
	name: string,
	label: string,
	metric: { namespace: string; metricName: string; dimensionKey: string },
	regex: string,
): VariableModel {
	return new QueryVariableBuilder(name)
		.label(label)
		.datasource(dataSources.cloudwatch)
		.query({ ...metric, queryType: "dimensionValues", region: "default", dimensionFilters: {}, refId: name })
		.refresh(VariableRefresh.OnDashboardLoad)
		.regex(regex)
		.multi(true)
		.includeAll(true)
		.current({ text: ["All"], value: ["$__all"] })
		.build();
}
