import { UserError } from "../../../local/errors.ts";

/** A node of a compiled plan. What it has beside these depends on its type, and is Flink's own. */
export interface PlanNode {
	id: number;
	/** The kind of operator with the version of its state: `stream-exec-calc_1`. */
	type: string;
	description?: string;
	[field: string]: unknown;
}

/** The way of the rows from one node to another. */
export interface PlanEdge {
	source: number;
	target: number;
	[field: string]: unknown;
}

/** A compiled plan of Flink 1.20, as `COMPILE PLAN` writes it. */
export interface Plan {
	flinkVersion: string;
	nodes: PlanNode[];
	edges: PlanEdge[];
}

/** A plan as a graph: by id, and who feeds whom. */
export interface PlanGraph {
	plan: Plan;
	nodes: PlanNode[];
	/** The nodes whose rows a node reads, in the order of its inputs. */
	inputs(node: PlanNode): PlanNode[];
	/** The nodes that read a node's rows. */
	outputs(node: PlanNode): PlanNode[];
}

/** Reads a compiled plan. `where` names it in an error. Throws where the text is no plan of this form. */
export function parsePlan(text: string, where: string): Plan {
	const fail = (what: string) => {
		throw new UserError(`${where} is no compiled plan of Flink 1.20: ${what}. Compile it again (tidemark sql plan)`);
	};
	let json: Plan;
	try {
		json = JSON.parse(text) as Plan;
	} catch (cause) {
		throw new UserError(`${where} is no compiled plan: it is not JSON. Compile it again (tidemark sql plan)`, {
			cause,
		});
	}
	if (!Array.isArray(json?.nodes) || !Array.isArray(json.edges)) return fail("it has no nodes and edges") as never;
	if (json.flinkVersion !== "1.20") fail(`its flinkVersion is ${JSON.stringify(json.flinkVersion)}`);
	const ids = new Set<number>();
	for (const node of json.nodes) {
		if (!Number.isInteger(node.id) || typeof node.type !== "string") fail("a node has no id or no type");
		if (ids.has(node.id)) fail(`two nodes have the id ${node.id}`);
		ids.add(node.id);
	}
	for (const { source, target } of json.edges) {
		for (const id of [source, target]) if (!ids.has(id)) fail(`an edge names the node ${id}, which is not there`);
	}
	return json;
}

/** The graph of a plan. Throws where its nodes feed one another in a circle. */
export function graphOf(plan: Plan): PlanGraph {
	const byId = new Map(plan.nodes.map((node) => [node.id, node]));
	const inputs = new Map<number, PlanNode[]>(plan.nodes.map(({ id }) => [id, []]));
	const outputs = new Map<number, PlanNode[]>(plan.nodes.map(({ id }) => [id, []]));
	for (const { source, target } of plan.edges) {
		inputs.get(target)?.push(byId.get(source) as PlanNode);
		outputs.get(source)?.push(byId.get(target) as PlanNode);
	}
	return {
		plan,
		nodes: inOrder(plan.nodes, (node) => inputs.get(node.id) ?? []),
		inputs: (node) => inputs.get(node.id) ?? [],
		outputs: (node) => outputs.get(node.id) ?? [],
	};
}

/** The kind of a node without version and prefix: `over-aggregate`. */
export function kindOf(node: PlanNode): string {
	return node.type.replace(/^stream-exec-/, "").replace(/_\d+$/, "");
}

/** Every node after those that feed it. */
function inOrder(nodes: PlanNode[], inputs: (node: PlanNode) => PlanNode[]): PlanNode[] {
	const done = new Set<PlanNode>();
	const open = new Set<PlanNode>();
	const visit = (node: PlanNode) => {
		if (done.has(node)) return;
		if (open.has(node)) throw new UserError(`The plan's nodes feed one another in a circle, by the node ${node.id}`);
		open.add(node);
		inputs(node).forEach(visit);
		done.add(node);
	};
	nodes.forEach(visit);
	return [...done];
}
