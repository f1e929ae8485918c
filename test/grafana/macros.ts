/**
 * Fills a query in as Grafana does before it reaches a store: first the dashboard's variables, in the browser, then the
 * macros of the store's plugin, as their sources have them (questdb/grafana-questdb-datasource, grafana/athena-datasource,
 * grafana/timestream-datasource, Grafana's own influxdb).
 */
import { DateTime } from "luxon";
import type { Store } from "../../grafana/stores.ts";

/** The time range that a dashboard shows. */
export interface Range {
	from: Date;
	to: Date;
}

const quotings: Record<string, (value: string) => string> = {
	sqlstring: (value) => `'${value.replaceAll("'", "''")}'`,
	singlequote: (value) => `'${value.replaceAll("'", "\\'")}'`,
};

/** A variable in a text: `${name}`, `${name:format}` or `$name`; Grafana's own begin with two underscores. */
const variable = /\$\{(\w+(?:\.\w+)*)(?::([^}]+))?\}|\$(\w+)/g;

/** The names of the variables that a text uses; Grafana's and the plugins' own are left out. */
export function variablesIn(text: string): string[] {
	return [...text.matchAll(variable)]
		.map(([, braced, , plain]) => braced ?? plain ?? "")
		.filter((name) => !name.startsWith("__") && name !== "timeFilter");
}

/** The text with its variables' values. Throws for a variable without one. */
export function withValues(text: string, values: Record<string, string>, range: Range): string {
	return text.replaceAll(variable, (whole, braced?: string, format = "", plain?: string) => {
		const name = braced ?? plain ?? "";
		if (name === "__from" || name === "__to") {
			const pattern = /^date:(.+)$/.exec(format)?.[1];
			if (pattern !== "YYYY-MM-DD") throw new Error(`${whole} has a format that this does not know`);
			return DateTime.fromJSDate(name === "__from" ? range.from : range.to, { zone: "utc" }).toISODate() ?? "";
		}
		if (name.startsWith("__") || name === "timeFilter") return whole;
		const value = values[name];
		if (value === undefined) throw new Error(`The variable ${name} of ${text} has no value`);
		if (format === "") return value;
		const quote = quotings[format];
		if (!quote) throw new Error(`${whole} has a format that this does not know`);
		return quote(value);
	});
}

const micros = (time: Date) => time.getTime() * 1_000;
const seconds = (time: Date) => time.toISOString().slice(0, 19).replace("T", " ");
const day = (time: Date) => time.toISOString().slice(0, 10);

type Macros = (text: string, range: Range) => string;

const macros: Record<Store, Macros> = {
	questdb: (text, { from, to }) =>
		text.replaceAll(
			/\$__timeFilter\((\w+)\)/g,
			(_, column) =>
				`${column} >= cast(${micros(from)} as timestamp) AND ${column} <= cast(${micros(to)} as timestamp)`,
		),
	influxdb: (text, { from, to }) =>
		text.replaceAll("$timeFilter", `time >= ${from.getTime()}ms and time <= ${to.getTime()}ms`),
	"live-analytics": (text, { from, to }) =>
		text
			.replaceAll("$__database", "tidemark")
			.replaceAll("$__table", "bars")
			.replaceAll(
				"$__timeFilter",
				`time BETWEEN from_milliseconds(${from.getTime()}) AND from_milliseconds(${to.getTime()})`,
			),
	athena: (text, { from, to }) =>
		text
			.replaceAll(
				/\$__timeFilter\((\w+)\)/g,
				(_, column) => `${column} BETWEEN TIMESTAMP '${seconds(from)}' AND TIMESTAMP '${seconds(to)}'`,
			)
			.replaceAll(
				/\$__dateFilter\((\w+)\)/g,
				(_, column) => `${column} BETWEEN date '${day(from)}' AND date '${day(to)}'`,
			),
};

/** The text as the store gets it. Throws for a macro that its plugin does not have. */
export function filledIn(store: Store, text: string, values: Record<string, string>, range: Range): string {
	const sql = macros[store](withValues(text, values, range), range);
	const left = /\$\w+(\(|\b)/.exec(sql)?.[0];
	if (left !== undefined) throw new Error(`The plugin of ${store} has no macro ${left}, in ${text}`);
	return sql;
}
