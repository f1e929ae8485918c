import {
	type Query,
	QueryBuilder,
	type Rule,
	RuleBuilder,
	type RuleGroup,
	RuleGroupBuilder,
} from "@grafana/grafana-foundation-sdk/alerting";
import type { Dataquery } from "@grafana/grafana-foundation-sdk/cog";
import { barQueries, type Group, uidOf } from "./dashboards.ts";
import { metricTargets } from "./queries/cloudwatch.ts";
import { lake } from "./queries/lake.ts";
import { local } from "./queries/local.ts";
import { query, type Source, type Store, target } from "./stores.ts";

/** The folder of all that Tidemark brings. */
export const folder = { uid: "tidemark", title: "Tidemark" };
/** The contact point that every rule tells. */
export const contactPoint = { uid: "tidemark-sns", name: "Tidemark SNS" };

/** What an alert rule looks at, and when it speaks. */
interface Watch {
	name: string;
	title: string;
	summary: string;
	source: Source;
	query: Dataquery;
	/** How far back it looks, in seconds. */
	seconds: number;
	/** How the query's series become one number each. */
	reducer: "last" | "max" | "count" | "sum";
	/** It speaks above (`gt`) or below (`lt`) this number. */
	evaluator: "gt" | "lt";
	threshold: number;
	for: string;
	/** What it means that there is nothing. */
	noData: "OK" | "Alerting";
	/** The panel that shows what it looks at, and gets its annotations. */
	panel: { group: Group; dashboard: string; id: number };
}

const minute = 60;

/** The rules of a store, in groups by how often they are asked. */
export function ruleGroups(store: Store): RuleGroup[] {
	const onAws = store !== "questdb";
	const market = watchBars(store);
	const pipeline = onAws ? [watchStream] : [watchLocal];
	// Athena bills each query: ten minutes instead of one.
	const every = store === "athena" ? 10 * minute : minute;
	return [
		group(`${folder.uid}-${store}`, every, store, market),
		group(`${folder.uid}-${store}-pipeline`, minute, store, pipeline),
		...(onAws ? [group(`${folder.uid}-${store}-rejects`, 10 * minute, store, [watchRejects])] : []),
	];
}

function watchBars(store: Store): Watch[] {
	const { move, no_data } = barQueries[store].alerts;
	const reach = store === "athena" ? 30 * minute : 15 * minute;
	return [
		{
			name: "move",
			title: "Move of 1 % in 5 minutes",
			summary: "{{ $labels.symbol }} moved {{ $values.B.Value }} % in 5 minutes",
			source: store,
			query: target(store, move, "series"),
			seconds: reach,
			reducer: "last",
			evaluator: "gt",
			threshold: 1,
			for: "0s",
			noData: "OK",
			panel: { group: store, dashboard: "market", id: 3 },
		},
		{
			name: "no-data",
			title: "No bars",
			summary: "No bar came: is the market closed, the feed quiet, or the pipeline down?",
			source: store,
			query: target(store, no_data, "series"),
			seconds: reach,
			reducer: "count",
			evaluator: "lt",
			threshold: 1,
			for: "5m",
			noData: "Alerting",
			panel: { group: store, dashboard: "market", id: 1 },
		},
	];
}

/** The stacks' prefix is the default one here: alert rules have no variables. */
const withPrefix = (found: Dataquery | undefined) => {
	if (!found) throw new Error("The rule has no query: grafana/queries lacks what it looks at");
	return query(JSON.parse(JSON.stringify(found).replaceAll(/\$\{prefix\}/g, "tidemark")));
};

const lag = {
	name: "lag",
	title: "The pipeline lags",
	reducer: "max",
	evaluator: "gt",
	threshold: minute * 1_000,
	seconds: 10 * minute,
	for: "5m",
	noData: "OK",
} as const;

const watchStream: Watch = {
	...lag,
	summary: "Flink is {{ $values.B.Value }} ms behind the stream of trades",
	source: "cloudwatch",
	query: withPrefix(metricTargets("lag")[0]),
	panel: { group: "aws", dashboard: "pipeline", id: 3 },
};

const watchLocal: Watch = {
	...lag,
	summary: "1-minute bars come {{ $values.B.Value }} ms after their end",
	source: "questdb",
	query: target("questdb", local.lag[0] ?? "", "series"),
	panel: { group: "questdb", dashboard: "pipeline", id: 3 },
};

const watchRejects: Watch = {
	name: "rejects",
	title: "Rejects",
	summary: "{{ $values.B.Value }} records were {{ $labels.reason }} within an hour",
	source: "athena",
	query: target("athena", lake.rejects[0] ?? "", "series"),
	seconds: 60 * minute,
	reducer: "sum",
	evaluator: "gt",
	threshold: 100,
	for: "0s",
	noData: "OK",
	panel: { group: "aws", dashboard: "pipeline", id: 5 },
};

function group(title: string, interval: number, store: Store, watches: readonly Watch[]): RuleGroup {
	return new RuleGroupBuilder(title)
		.folderUid(folder.uid)
		.interval(interval)
		.rules(watches.map((watch) => rule(title, store, watch)))
		.build();
}

function rule(ruleGroup: string, store: Store, watch: Watch): { build: () => Rule } {
	const { panel } = watch;
	return new RuleBuilder(watch.title)
		.uid(`tidemark-${store}-${watch.name}`)
		.ruleGroup(ruleGroup)
		.folderUID(folder.uid)
		.orgID(1)
		.condition("C")
		.queries([asked(watch), reduced(watch), compared(watch)])
		.forDuration(watch.for)
		.noDataState(watch.noData)
		.execErrState("Error")
		.labels({ application: "tidemark", store })
		.annotations({
			summary: watch.summary,
			__dashboardUid__: uidOf(panel.group, panel.dashboard),
			__panelId__: String(panel.id),
		})
		.notificationSettings({ build: () => ({ receiver: contactPoint.name }) });
}

function asked({ query: model, seconds }: Watch): { build: () => Query } {
	const { datasource } = model as Dataquery & { datasource: { uid: string } };
	return new QueryBuilder("A")
		.datasourceUid(datasource.uid)
		.relativeTimeRange({ from: seconds, to: 0 })
		.model({ build: () => ({ ...model, refId: "A" }) as Dataquery });
}

const expressions = { type: "__expr__", uid: "__expr__" };

function reduced({ reducer }: Watch): { build: () => Query } {
	// A value that is missing is no reason to be silent about the others.
	const model = { type: "reduce", expression: "A", reducer, settings: { mode: "dropNN" } };
	return expression("B", model);
}

function compared({ evaluator, threshold }: Watch): { build: () => Query } {
	const conditions = [{ evaluator: { type: evaluator, params: [threshold] } }];
	return expression("C", { type: "threshold", expression: "B", conditions });
}

function expression(refId: string, model: Record<string, unknown>): { build: () => Query } {
	return new QueryBuilder(refId)
		.datasourceUid(expressions.uid)
		.relativeTimeRange({ from: 0, to: 0 })
		.model({ build: () => query({ ...model, refId, datasource: expressions }) });
}
