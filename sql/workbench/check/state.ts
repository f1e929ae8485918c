import { type AggregateCall, aggregationOf, functionOf } from "../plan/aggregates.ts";
import { graphOf, kindOf, type PlanGraph, type PlanNode, parsePlan } from "../plan/plan.ts";
import { type Field, fieldsOf } from "../plan/row-type.ts";
import { type Clause, type ClauseKind, clausesFor, clausesOf } from "./clauses.ts";
import type { SqlFile } from "./files.ts";
import { type Finding, findingAt } from "./findings.ts";

/** Why an operator's state grows for ever, and what kind of clause makes such an operator. */
export interface Growth {
	operator: string;
	why: string;
	clause: ClauseKind;
	remedy: string;
}

const TTL = "SET 'table.exec.state.ttl' = '1 d' at the head of 4_job.sql";

const BY_OPERATOR: Record<string, Omit<Growth, "operator">> = {
	join: {
		why: "keeps every row of both sides for ever, since any later row may match it",
		clause: "join",
		remedy: `a bound on time in ON (a.time BETWEEN b.time - INTERVAL '1' HOUR AND b.time), FOR SYSTEM_TIME AS OF, or ${TTL}`,
	},
	"group-aggregate": {
		why: "keeps a total for every key that it ever saw",
		clause: "group",
		remedy: `a window (GROUP BY …, window_start, window_end), or ${TTL}`,
	},
	deduplicate: {
		why: "remembers every key that it ever saw",
		clause: "top",
		remedy: `PARTITION BY …, window_start, window_end over a window, or ${TTL}`,
	},
	rank: {
		why: "keeps rows of every key that it ever saw",
		clause: "top",
		remedy: `PARTITION BY …, window_start, window_end over a window, or ${TTL}`,
	},
	"changelog-normalize": {
		why: "keeps the last row of every key that it ever saw",
		clause: "create",
		remedy: `a source that gives out rows once, or ${TTL}`,
	},
	sink: {
		why: "keeps every key that it ever wrote, to bring updates into order",
		clause: "insert",
		remedy: `a query that gives out rows once, a sink whose PRIMARY KEY is the query's own key, or ${TTL}`,
	},
	match: {
		why: "keeps patterns that have begun until they end, which they need not",
		clause: "pattern",
		remedy: `WITHIN INTERVAL '1' HOUR after PATTERN, or ${TTL}`,
	},
};
BY_OPERATOR["global-group-aggregate"] = BY_OPERATOR["group-aggregate"] as Omit<Growth, "operator">;
BY_OPERATOR["incremental-group-aggregate"] = BY_OPERATOR["group-aggregate"] as Omit<Growth, "operator">;
BY_OPERATOR["group-table-aggregate"] = BY_OPERATOR["group-aggregate"] as Omit<Growth, "operator">;

/**
 * What keeps more and more, with the clause that makes it. Windows, interval joins and lookups are bounded by time. The
 * accumulators of OVER and of an aggregate without a key are bounded where each has a constant size: LAG or SUM by symbol
 * is, COUNT(DISTINCT) is not, nor is anything by a key that is new with each row. Functions of the runner bound themselves.
 */
export function checkState(
	files: readonly SqlFile[],
	plan: string,
	rowKeys: ReadonlySet<string> = new Set(),
): Finding[] {
	const graph = graphOf(parsePlan(plan, "The plan"));
	const clauses = clausesOf(files);
	const jobTtl = hasTtl(files);
	const findings = new Map<string, Finding>();
	for (const node of graph.nodes) {
		const growth = growthOf(graph, node, rowKeys, jobTtl);
		if (growth === undefined) continue;
		const [first, ...others] = clausesFor(growth.clause, namesIn(graph, node), clauses);
		const finding = findingFor(growth, first, others);
		findings.set(JSON.stringify([finding.file, finding.line, finding.column, finding.message]), finding);
	}
	return [...findings.values()];
}

/** Why a node's state grows for ever; undefined where it does not. `rowKeys`: sets of columns that tell rows apart. */
export function growthOf(
	graph: PlanGraph,
	node: PlanNode,
	rowKeys: ReadonlySet<string> = new Set(),
	jobTtl = false,
): Growth | undefined {
	const kind = kindOf(node);
	const operator = kind.replaceAll("-", " ");
	if (kind === "over-aggregate") return jobTtl ? undefined : overGrowth(graph, node, rowKeys);
	const known = BY_OPERATOR[kind];
	if (known === undefined || isBounded(node.state)) return undefined;
	if (kind === "sink" && !node.state && !node.requireUpsertMaterialize) return undefined;
	if (kind === "match" && (node.matchSpec as { interval?: unknown } | undefined)?.interval) return undefined;
	const calls = aggregationOf(graph, node);
	if (calls && calls.keys.length === 0 && !calls.calls.some(collects)) return undefined;
	return { operator, ...known };
}

function overGrowth(graph: PlanGraph, node: PlanNode, rowKeys: ReadonlySet<string>): Growth | undefined {
	const aggregation = aggregationOf(graph, node);
	const spec = aggregation?.window?.spec as { lower?: { kind?: string } } | undefined;
	const collecting = aggregation?.calls.find(collects);
	const over = { operator: "over aggregate", clause: "over" as const };
	if (collecting && spec?.lower?.kind === "UNBOUNDED_PRECEDING")
		return {
			...over,
			why: `keeps every value that ${functionOf(collecting)}${collecting.distinct ? "(DISTINCT)" : ""} ever saw`,
			remedy: `RANGE BETWEEN INTERVAL '1' HOUR PRECEDING AND CURRENT ROW, or ${TTL}`,
		};
	const keys = (aggregation?.keys ?? []).flatMap((key) => aggregation?.columns[key] ?? []);
	const growing = keys.find(({ type }) => /^(TIMESTAMP|DATE|TIME)\b/.test(type)) ?? rowKeyIn(keys, rowKeys);
	if (growing === undefined) return undefined;
	return {
		...over,
		why: `keeps something for every ${keys.map(({ name }) => name).join(", ")}, of which there are always new ones`,
		remedy: `PARTITION BY columns of which there are few, such as symbol, or ${TTL}`,
	};
}

/** A key's column if the key has all the columns that tell one row from another. */
function rowKeyIn(keys: readonly Field[], rowKeys: ReadonlySet<string>): Field | undefined {
	const own = new Set(keys.map(({ name }) => name));
	return [...rowKeys].some((rowKey) => rowKey.split(",").every((column) => own.has(column))) ? keys[0] : undefined;
}

/** Aggregates whose size follows the values that they saw. */
function collects(call: AggregateCall): boolean {
	if (call.distinct) return true;
	const name = call.internalName ?? functionOf(call);
	return /_RETRACT\b|_RETRACT\$|\b(LISTAGG|COLLECT|ARRAY_AGG|JSON_ARRAYAGG|JSON_OBJECTAGG|PERCENTILE)\b/.test(
		name.replace(/^\$|\$\d+$/g, ""),
	);
}

function isBounded(state: unknown): boolean {
	const states = state as { ttl?: string }[] | undefined;
	return states !== undefined && states.length > 0 && states.every(({ ttl = "0" }) => !/^0(\D|$)/.test(ttl));
}

function hasTtl(files: readonly SqlFile[]): boolean {
	return files.some(({ tokens }) =>
		tokens.some(
			({ kind, value }, at) =>
				kind === "string" && value === "table.exec.state.ttl" && !/^0\b/.test(tokens[at + 2]?.value ?? "0"),
		),
	);
}

/** The names by which a node's clause is found: its functions, keys and what its description says. */
function namesIn(graph: PlanGraph, node: PlanNode): string[] {
	const aggregation = aggregationOf(graph, node);
	const calls = aggregation?.calls.map(functionOf) ?? [];
	const words = (node.description ?? "").match(/\w+/g) ?? [];
	const keys =
		kindOf(node) === "sink" ? [] : graph.inputs(node).flatMap((input) => fieldsOf(input).map(({ name }) => name));
	return [...new Set([...calls, ...words, ...keys])];
}

function findingFor({ operator, why, remedy }: Growth, clause: Clause | undefined, others: readonly Clause[]): Finding {
	const also = others
		.map(({ file, tokens }) => `${file}:${tokens[0]?.line}`)
		.filter((place, at, all) => all.indexOf(place) === at);
	return findingAt(clause?.file ?? "4_job.sql", clause?.tokens ?? [], {
		severity: "warning",
		rule: "state",
		message: `State grows without bound: the ${operator} ${why}${also.length > 0 ? ` (here or at ${also.join(", ")})` : ""}`,
		expected: remedy,
	});
}
