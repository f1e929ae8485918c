import { type Side, sideOf } from "./match.ts";
import { kindOf, type Plan, type PlanNode } from "./plan.ts";

/**
 * A plan for a reader: how many operators there are, and each that keeps state with those that feed it, in the order of
 * the flow: `[9] open 1-minute windows by symbol (EARLIEST, MAX) ← [5]`.
 */
export function shapeOf(plan: Plan): string {
	const side = sideOf(plan);
	const states = side.graph.nodes.flatMap((node) => side.states.get(node) ?? []);
	const width = Math.max(0, ...states.map(({ node }) => String(node.id).length));
	const label = (node: PlanNode) => `[${node.id}]`.padStart(width + 2);
	const lines = states.map(({ node, what }) => {
		const from = feeders(side, node).map((each) => `[${each.id}]`);
		return `${label(node)} ${what}${from.length > 0 ? ` ← ${from.join(" ")}` : ""}`;
	});
	const count = (kind: string) => plan.nodes.filter((node) => kindOf(node) === kind).length;
	const sources = `${count("table-source-scan")} read tables, ${count("sink")} write them`;
	return [`${plan.nodes.length} operators: ${sources}, ${states.length} keep state`, ...lines].join("\n");
}

/** The nearest operators with state that feed one, in the order of the flow; none for a source. */
function feeders({ graph, states }: Side, node: PlanNode): PlanNode[] {
	const found = new Set<PlanNode>();
	const walk = (at: PlanNode) => {
		for (const input of graph.inputs(at)) {
			if (states.has(input)) found.add(input);
			else walk(input);
		}
	};
	walk(node);
	return graph.nodes.filter((each) => found.has(each));
}
