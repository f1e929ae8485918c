/** How a variable's value is written into a query: as it is, or quoted as SQL or InfluxQL quotes text. */
export type Quoting = "sqlstring" | "singlequote";

/** A place for a variable's value, as Grafana (or CloudWatch, in labels) fills it: `${name}` or `${name:format}`. */
export function use(name: string, format?: Quoting | `date:${string}`): string {
	return `\${${name}${format === undefined ? "" : `:${format}`}}`;
}
