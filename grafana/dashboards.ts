import {
	type AnnotationQuery,
	type Dashboard,
	type VariableModel,
	VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { crossingAnnotation, dashboard, grafanaAlerts, moveAnnotation } from "./dashboard.ts";
import { use } from "./interpolation.ts";
import type { PanelSpec, Placed } from "./panel.ts";
import { market, symbol } from "./panels/bars.ts";
import { batch } from "./panels/batch.ts";
import { pipeline } from "./panels/pipeline.ts";
import { batchQueries } from "./queries/batch.ts";
import { type MetricQuery, metrics, metricTargets } from "./queries/cloudwatch.ts";
import { athena, liveAnalytics, questdb } from "./queries/dialects.ts";
import { influxql } from "./queries/influxql.ts";
import { type LakeQuery, lake } from "./queries/lake.ts";
import { type LocalQuery, local } from "./queries/local.ts";
import type { BarQueries, BarQuery, Texts } from "./queries/names.ts";
import { dataSources, type Store, target } from "./stores.ts";
import { fromCloudWatch, fromStore, oneOf, written } from "./variables.ts";

/** The queries over bars of each store. */
export const barQueries: Record<Store, BarQueries> = {
	questdb,
	influxdb: influxql,
	"live-analytics": liveAnalytics,
	athena,
};

/** Where the dashboards of a store are kept, and where those that every stack on AWS has. */
export type Group = Store | "aws";

const titles: Record<Store, string> = {
	questdb: "QuestDB",
	influxdb: "InfluxDB",
	"live-analytics": "LiveAnalytics",
	athena: "Athena",
};

/** Athena bills each query, so that its dashboards are asked again only by hand. */
const refreshOf = (store: Store) => (store === "athena" ? "" : "5s");

/** Every dashboard of a group, by the name of its file. */
export function dashboards(group: Group): Record<string, Dashboard> {
	if (group === "aws") return { pipeline: awsPipeline(), batch: batchDashboard() };
	const made = { market: marketOf(group), symbol: symbolOf(group) };
	return group === "questdb" ? { ...made, pipeline: localPipeline() } : made;
}

/** The fixed uid of a dashboard. */
export const uidOf = (group: Group, name: string) =>
	group === "aws" ? `tidemark-${name}` : `tidemark-${group}-${name}`;

function marketOf(store: Store): Dashboard {
	const variables = [...barVariables(store), written("threshold", "Alerts from %", "1")];
	return dashboard({
		uid: uidOf(store, "market"),
		title: `Market (${titles[store]})`,
		description: "All symbols, and one of them as candles. Times are UTC.",
		from: "now-3h",
		refresh: refreshOf(store),
		panels: barPanels(store, market),
		variables,
		annotations: barAnnotations(store),
	});
}

function symbolOf(store: Store): Dashboard {
	// The other way round, so that the first choices differ.
	const { symbols } = barQueries[store].variables;
	const compare = fromStore(store, "compare", "Compare with", symbols, VariableSort.NaturalDesc);
	return dashboard({
		uid: uidOf(store, "symbol"),
		title: `Symbol (${titles[store]})`,
		description: "One symbol in depth, and another beside it. Times are UTC.",
		from: "now-3h",
		refresh: refreshOf(store),
		panels: barPanels(store, symbol),
		variables: [...barVariables(store), compare, written("threshold", "Alerts from %", "1")],
		annotations: barAnnotations(store),
	});
}

function awsPipeline(): Dashboard {
	const ofFunctions = { namespace: "AWS/Lambda", metricName: "Invocations", dimensionKey: "FunctionName" };
	const ofQueues = {
		namespace: "AWS/SQS",
		metricName: "ApproximateNumberOfMessagesVisible",
		dimensionKey: "QueueName",
	};
	return dashboard({
		uid: uidOf("aws", "pipeline"),
		title: "Pipeline",
		description: "The pipeline on AWS, from the stream of trades to what it costs. Times are UTC.",
		from: "now-6h",
		// Three of the panels ask Athena, which bills each query.
		refresh: "5m",
		panels: pipeline.map((spec) =>
			spec.query in metrics
				? { spec, source: dataSources.cloudwatch, targets: metricTargets(spec.query as MetricQuery) }
				: placed("athena", spec, lake[spec.query as LakeQuery]),
		),
		variables: [
			written("prefix", "Prefix of the stacks", "tidemark"),
			fromCloudWatch("function", "Functions", ofFunctions, functionNames),
			fromCloudWatch("queue", "Queues of dead letters", ofQueues, queueNames),
		],
		annotations: [grafanaAlerts],
	});
}

/** The functions that read a stream; the stacks name them by the prefix. */
export const functionNames = `/^${use("prefix")}-(?:landing|alerting)-.+$/`;
/** CloudFormation names the queues by their stack and their id in it. */
export const queueNames = "/^[A-Z]\\w*(?:Landing|Alerting)-.*DeadLetters.+$/";

function localPipeline(): Dashboard {
	return dashboard({
		uid: uidOf("questdb", "pipeline"),
		title: "Pipeline (QuestDB)",
		description:
			"What the bars and the lake's counts say of the pipeline on this machine; the live page has the rest. Times are UTC.",
		from: "now-1h",
		refresh: "5s",
		panels: pipeline.flatMap((spec) => {
			const texts = local[spec.query as LocalQuery] as Texts | undefined;
			return texts ? [placed("questdb", spec, texts)] : [];
		}),
		variables: [],
		annotations: [grafanaAlerts],
	});
}

function batchDashboard(): Dashboard {
	const texts = new Map(batchQueries().map(({ name, text }) => [name, text]));
	return dashboard({
		uid: uidOf("aws", "batch"),
		title: "Batch",
		description: "The named queries of sql/athena over the days of this time range (UTC). Each costs what it scans.",
		from: "now-2d",
		refresh: "",
		panels: batch().map((spec) => placed("athena", spec, [texts.get(spec.query) ?? ""])),
		variables: [
			written("symbols", "Symbols (LIKE)", "%"),
			written("traders", "Traders (LIKE)", "%"),
			written("time_zone", "Time zone of the exchange", "America/New_York"),
			oneOf("bar_interval", "Interval", ["1m", "5m", "1h", "1d"]),
		],
		annotations: [],
	});
}

function barVariables(store: Store): VariableModel[] {
	const { symbols, intervals } = barQueries[store].variables;
	return [
		fromStore(store, "symbol", "Symbol", symbols),
		{ ...fromStore(store, "bar_interval", "Interval", intervals), current: { text: "1m", value: "1m" } },
	];
}

/** Grafana's own alerts, the moves that the store has, and on AWS what alerting is told. */
function barAnnotations(store: Store): AnnotationQuery[] {
	const moves = moveAnnotation(store, barQueries[store].annotation);
	return [grafanaAlerts, moves, ...(store === "questdb" ? [] : [crossingAnnotation()])];
}

const barPanels = (store: Store, specs: readonly PanelSpec<BarQuery>[]): Placed[] =>
	specs.map((spec) => placed(store, spec, barQueries[store].panels[spec.query]));

function placed(store: Store, spec: PanelSpec, texts: Texts): Placed {
	const targets = texts.map((text, index) => target(store, text, spec.format, String.fromCharCode(65 + index)));
	return { spec, source: dataSources[store], targets };
}
