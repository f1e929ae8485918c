import type { Compilation } from "../types.ts";
import { type Grain, grainOf } from "./grain.ts";

/** A relation in the flow. */
export interface FlowNode extends Grain {
	name: string;
	kind: "source" | "view" | "sink";
	/** Relative to the SQL directory. */
	file: string;
}

/** What reads what: `to` reads `from`. */
export interface FlowEdge {
	from: string;
	to: string;
}

export interface Flow {
	nodes: FlowNode[];
	edges: FlowEdge[];
}

/** The flow of a SQL directory's relations, in an order that depends on nothing but their names. */
export function flowOf({ relations, inserts }: Pick<Compilation, "relations" | "inserts">): Flow {
	const kinds = ["source", "view", "sink"];
	const nodes = relations.map(({ name, kind, file, comment, columns, primaryKey }): FlowNode => {
		const grain = grainOf(comment);
		const time = grain.time ?? columns.find((column) => column.time === "event")?.name;
		const key = grain.key ?? (primaryKey.length > 0 ? primaryKey.join(", ") : undefined);
		return { name, kind, file, ...grain, ...(key ? { key } : {}), ...(time ? { time } : {}) };
	});
	for (const { into, reads } of inserts) {
		// A sink that does not say its key takes that of what it stores.
		const sink = nodes.find(({ name }) => name === into);
		const key = reads.length === 1 ? nodes.find(({ name }) => name === reads[0])?.key : undefined;
		if (sink && sink.key === undefined && key) sink.key = key;
	}
	nodes.sort((a, b) => kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || compare(a.name, b.name));
	const edges = [
		...relations.flatMap(({ name, reads }) => reads.map((from) => ({ from, to: name }))),
		...inserts.flatMap(({ into, reads }) => reads.map((from) => ({ from, to: into }))),
	];
	const once = new Map(edges.map((edge) => [`${edge.from}\0${edge.to}`, edge]));
	return { nodes, edges: [...once.values()].sort((a, b) => compare(a.from, b.from) || compare(a.to, b.to)) };
}

// Not localeCompare, which depends on the machine.
function compare(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
