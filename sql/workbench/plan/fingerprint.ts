import { createHash } from "node:crypto";
import type { Lineage } from "./lineage.ts";
import { expression } from "./meaning.ts";
import { kindOf, type PlanGraph, type PlanNode } from "./plan.ts";
import { canonical } from "./row-type.ts";
import type { HeldState } from "./state.ts";
import { placeOf, tableOf } from "./table.ts";

/** Where a node stands: what is before it and behind it, exactly and by what can be recognized in it. */
export interface Place {
	/** Equal for two nodes that are the same and are fed the same. */
	up: string;
	/** Equal for two nodes that are the same and feed the same. */
	down: string;
	/** What the nodes before it do, each as a text. */
	before: ReadonlySet<string>;
	/** What the nodes behind it do. */
	behind: ReadonlySet<string>;
	/** The tables that it ends in, by place. */
	sinks: ReadonlySet<string>;
}

/** The places of all nodes of a plan. */
export function placesOf(graph: PlanGraph, lineage: Lineage, states: Map<PlanNode, HeldState>): Map<PlanNode, Place> {
	const own = new Map(graph.nodes.map((node) => [node, ownText(node)]));
	const does = new Map(graph.nodes.map((node) => [node, doings(graph, lineage, node, states.get(node))]));
	const up = new Map<PlanNode, { hash: string; does: Set<string> }>();
	for (const node of graph.nodes) {
		const inputs = graph.inputs(node).map((input) => up.get(input));
		up.set(node, {
			hash: hashOf([own.get(node), ...inputs.map((input) => input?.hash)]),
			does: new Set([...(does.get(node) ?? []), ...inputs.flatMap((input) => [...(input?.does ?? [])])]),
		});
	}
	const down = new Map<PlanNode, { hash: string; does: Set<string>; sinks: Set<string> }>();
	for (const node of graph.nodes.toReversed()) {
		const outputs = graph.outputs(node);
		const known = outputs.map((output) => ({
			...down.get(output),
			does: [...(does.get(output) ?? []), ...(down.get(output)?.does ?? [])],
		}));
		const ways = outputs.map((output, index) => `${inputNumber(graph, node, output)} ${known[index]?.hash}`);
		const table = kindOf(node) === "sink" ? tableOf(node) : null;
		down.set(node, {
			hash: hashOf([own.get(node), ...ways.sort()]),
			does: new Set(known.flatMap((output) => output.does)),
			sinks: new Set([...(table ? [placeOf(table)] : []), ...known.flatMap(({ sinks }) => [...(sinks ?? [])])]),
		});
	}
	return new Map(
		graph.nodes.map((node) => {
			const { hash: upHash = "", does: before = new Set<string>() } = up.get(node) ?? {};
			const { hash: downHash = "", does: behind = new Set<string>(), sinks = new Set<string>() } = down.get(node) ?? {};
			return [node, { up: upHash, down: downHash, before, behind, sinks }];
		}),
	);
}

/** Which of a node's inputs another is, where that makes a difference: a union's inputs are all alike. */
function inputNumber(graph: PlanGraph, node: PlanNode, output: PlanNode): number {
	return kindOf(output) === "union" ? 0 : graph.inputs(output).indexOf(node);
}

/** How alike the places of two nodes are: from 0 to 18; what they exactly share counts most. */
export function likeness(a: Place, b: Place): number {
	return (
		(a.up === b.up ? 8 : 0) +
		(a.down === b.down ? 4 : 0) +
		3 * shared(a.before, b.before) +
		2 * shared(a.behind, b.behind) +
		shared(a.sinks, b.sinks)
	);
}

/** Whether the places of two nodes have enough in common that one can be the other after an edit. */
export function mayBeSame(a: Place, b: Place): boolean {
	return a.up === b.up || [...a.sinks].some((sink) => b.sinks.has(sink));
}

/** The part of what either has that both have. */
function shared(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
	const both = [...a].filter((each) => b.has(each)).length;
	const all = a.size + b.size - both;
	return all === 0 ? 1 : both / all;
}

function ownText(node: PlanNode): string {
	const { id: _, description: __, ...rest } = node;
	return canonical(rest);
}

/** What a node does, whatever its columns' numbers are: its filter, its expressions, its table, the form of its state. */
function doings(graph: PlanGraph, lineage: Lineage, node: PlanNode, state: HeldState | undefined): string[] {
	const rows = graph.inputs(node)[0] ? lineage.rows(graph.inputs(node)[0] as PlanNode) : [];
	const projection = (node.projection as unknown[] | null | undefined) ?? [];
	const computed = projection.filter((rex) => (rex as { kind?: string }).kind !== "INPUT_REF");
	const table = tableOf(node);
	return [
		...rows.flatMap((row) => [
			...(node.condition ? [`filter ${expression(node.condition, row).hash}`] : []),
			...computed.map((rex) => `computes ${expression(rex, row).hash}`),
		]),
		...(table ? [`table ${placeOf(table)}`] : []),
		...(state ? state.fixed.map(({ what, value }) => `${kindOf(node)} ${what} ${value}`) : []),
	];
}

function hashOf(parts: unknown[]): string {
	return createHash("sha1").update(JSON.stringify(parts)).digest("base64url");
}
