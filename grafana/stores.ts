import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";

/** The stores that have a dashboard *Market* and *Symbol* each. */
export const stores = ["questdb", "influxdb", "live-analytics", "athena"] as const;
export type Store = (typeof stores)[number];
/** What a panel's query can be for. */
export type Source = Store | "cloudwatch";

/** The plugin of each source, and the fixed uid of its data source in Grafana. */
export const dataSources: Record<Source, { type: string; uid: string }> = {
	questdb: { type: "questdb-questdb-datasource", uid: "tidemark-questdb" },
	influxdb: { type: "influxdb", uid: "tidemark-influxdb" },
	"live-analytics": { type: "grafana-timestream-datasource", uid: "tidemark-live-analytics" },
	athena: { type: "grafana-athena-datasource", uid: "tidemark-athena" },
	cloudwatch: { type: "cloudwatch", uid: "tidemark-cloudwatch" },
};

/**
 * How an answer reaches the panel: `table` as it is, `series` as one series for each value of the text column, with that
 * column as a label.
 */
export type Format = "table" | "series";

/** What each plugin calls a query's text and format. The numbers are the plugins' own. */
const models: Record<Store, (text: string, format: Format) => Record<string, unknown>> = {
	questdb: (rawSql, format) => {
		const number = format === "series" ? 0 : 1;
		return { queryType: "sql", rawSql, format: number, selectedFormat: number };
	},
	influxdb: (query, format) => ({
		rawQuery: true,
		query,
		resultFormat: format === "series" ? "time_series" : "table",
	}),
	"live-analytics": (rawQuery, format) => ({ rawQuery, format: format === "series" ? 1 : 0, waitForResult: true }),
	athena: (rawSQL, format) => ({
		rawSQL,
		format: format === "series" ? 0 : 1,
		connectionArgs: { region: "__default", catalog: "__default", database: "__default" },
	}),
};

/** A query of a panel, of a variable or of an alert rule, as the store's plugin takes it. */
export function target(store: Store, text: string, format: Format, refId = "A"): Dataquery {
	return query({ refId, datasource: dataSources[store], ...models[store](text, format) });
}

/** Where each plugin keeps the text of a query. */
export const textKey: Record<Store, string> = {
	questdb: "rawSql",
	influxdb: "query",
	"live-analytics": "rawQuery",
	athena: "rawSQL",
};

/** Any object as the SDK wants queries; the mark is a function, so that no JSON has it. */
export function query(model: Record<string, unknown>): Dataquery {
	return { ...model, _implementsDataqueryVariant: () => {} } as Dataquery;
}
