/** What is asked of the bars, in every store alike; docs/grafana.md and the panels say what each shows. */
export type BarQuery =
	| "candles"
	| "moves"
	| "movers"
	| "day_range"
	| "averages"
	| "figures"
	| "compare"
	| "bar_range"
	| "activity"
	| "distribution"
	| "recent";

/** A panel's queries: most have one, and where a language has no way to say it in one, two that the panel joins. */
export type Texts = readonly string[];

/** What a dashboard and its alert rules ask of a store of bars. */
export interface BarQueries {
	panels: Record<BarQuery, Texts>;
	/** The choices of a variable: one column of text. */
	variables: Record<"symbols" | "intervals", string>;
	/** The bars whose move reached `$threshold`, as annotations. */
	annotation: string;
	/** What alert rules look at: a time, and a symbol where it is each symbol's. */
	alerts: Record<"move" | "no_data", string>;
}
