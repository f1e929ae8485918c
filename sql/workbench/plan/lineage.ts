import { aggregationOf, resultOf } from "./aggregates.ts";
import { type Branch, column, expression, type Meaning, made } from "./meaning.ts";
import { kindOf, type PlanGraph, type PlanNode } from "./plan.ts";
import { canonical, fieldsOf } from "./row-type.ts";
import { placeOf, tableOf } from "./table.ts";

/** What the columns of every node mean, and which filters its rows have passed. */
export interface Lineage {
	/** The rows that a node gives out, a list of columns for each branch of the unions before it. */
	rows(node: PlanNode): Branch[];
	/** The conditions that the rows of a node have passed since their sources, as hashes. */
	filters(node: PlanNode): ReadonlySet<string>;
}

/** These give out the rows of their input, with columns of their own behind them if any. */
const PASSING = new Set([
	"changelog-normalize",
	"correlate",
	"deduplicate",
	"drop-update-before",
	"exchange",
	"limit",
	"lookup-join",
	"mini-batch-assigner",
	"rank",
	"sink",
	"sort",
	"sort-limit",
	"temporal-sort",
	"watermark-assigner",
	"window-deduplicate",
	"window-rank",
	"window-table-function",
]);

/** These give out the columns of both inputs. */
const JOINS = new Set(["interval-join", "join", "temporal-join", "window-join"]);

/** More branches than this are one: only joins of unions of unions have them. */
const MOST_BRANCHES = 64;

/** Follows every column of a plan to the sources. */
export function lineageOf(graph: PlanGraph): Lineage {
	const rows = new Map<PlanNode, Branch[]>();
	const filters = new Map<PlanNode, Set<string>>();
	for (const node of graph.nodes) {
		const inputs = graph.inputs(node);
		const given = branches(
			graph,
			node,
			inputs.map((input) => rows.get(input) ?? []),
		);
		rows.set(node, given.slice(0, MOST_BRANCHES));
		const passed = new Set(inputs.flatMap((input) => [...(filters.get(input) ?? [])]));
		if (node.condition) {
			for (const row of rows.get(inputs[0] as PlanNode) ?? []) passed.add(expression(node.condition, row).hash);
		}
		filters.set(node, passed);
	}
	return { rows: (node) => rows.get(node) ?? [], filters: (node) => filters.get(node) ?? new Set() };

	function branches(graph: PlanGraph, node: PlanNode, inputs: Branch[][]): Branch[] {
		const [first = []] = inputs;
		switch (kindOf(node)) {
			case "table-source-scan":
				return [fieldsOf(node).map(({ name }) => column(place(node), name))];
			case "calc":
				return first.map((row) => projected(node, row));
			case "union":
				return inputs.flat();
			case "over-aggregate":
			case "window-aggregate":
			case "global-window-aggregate":
			case "group-aggregate":
			case "global-group-aggregate":
				return aggregated(graph, node, first);
			default:
				if (JOINS.has(kindOf(node))) return joined(node, inputs);
				return PASSING.has(kindOf(node))
					? first.map((row) => extended(node, row))
					: [extended(node, [], inputs.flat(2))];
		}
	}

	function aggregated(graph: PlanGraph, node: PlanNode, input: Branch[]): Branch[] {
		const aggregation = aggregationOf(graph, node);
		const taken = (aggregation?.reads && rows.get(aggregation.reads)) ?? input;
		if (!aggregation) return taken;
		return taken.map((row) => {
			const results = aggregation.calls.map((call) => resultOf(aggregation, call, row));
			if (kindOf(node) === "over-aggregate") return [...row, ...results];
			const keys = aggregation.keys.map((key) => row[key] as Meaning);
			const time = (aggregation.window?.time ?? []).map((index) => row[index] as Meaning);
			const bounds = (node.namedWindowProperties ?? []) as { property?: { kind?: string } }[];
			return [...keys, ...results, ...bounds.map(({ property }) => made(["window", property?.kind], time))];
		});
	}
}

function projected(node: PlanNode, row: Branch): Branch {
	const projection = node.projection as unknown[] | null | undefined;
	return projection ? projection.map((rex) => expression(rex, row)) : row;
}

/** An input's columns, then what the node makes by means of its own, out of `from`. */
function extended(node: PlanNode, row: Branch, from: Meaning[] = row): Branch {
	const { id: _, description: __, outputType: ___, inputProperties: ____, ...own } = node;
	const table = tableOf(node);
	return fieldsOf(node).map(({ name }, index) => {
		const passed = row[index];
		if (passed) return passed;
		return table ? column(placeOf(table), name) : made([kindOf(node), canonical(own), index], from);
	});
}

/** The columns of both sides, of each branch with each. */
function joined(node: PlanNode, [left = [], right = []]: Branch[][]): Branch[] {
	const count = fieldsOf(node).length;
	return left.flatMap((l) => right.slice(0, MOST_BRANCHES).map((r) => [...l, ...r].slice(0, count)));
}

function place(node: PlanNode): string {
	const table = tableOf(node);
	return table ? placeOf(table) : `source ${node.id}`;
}
