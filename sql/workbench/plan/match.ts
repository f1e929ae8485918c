import { type Comparison, compareStates } from "./compare.ts";
import { likeness, mayBeSame, type Place, placesOf } from "./fingerprint.ts";
import { lineageOf } from "./lineage.ts";
import { graphOf, type Plan, type PlanGraph, type PlanNode } from "./plan.ts";
import { type HeldState, stateOf } from "./state.ts";

/** An operator with state in both plans, that goes on with what it has. */
export interface Kept {
	old: HeldState;
	now: HeldState;
	notes: string[];
}

/** What became of the operators of a plan in the next one. */
export interface Matching {
	kept: Kept[];
	/** Operators that are there in both plans but cannot go on, with what is another. */
	changed: { old: HeldState; now: HeldState; differences: string[] }[];
	lost: HeldState[];
	added: HeldState[];
	/** The new plan, in which each kept operator has its old id, so that its state is found. */
	plan: Plan;
	/** The highest id that any plan had so far: give it to the next matching, so that no id is used for something else. */
	highest: number;
	before: Side;
	after: Side;
}

/** A plan with what was found in it. */
export interface Side {
	graph: PlanGraph;
	states: Map<PlanNode, HeldState>;
	places: Map<PlanNode, Place>;
}

/**
 * Matches a new plan's operators with those of the plan before by what their state is, and numbers the new plan so that
 * state is found. `highest` is the highest id that was ever used before `old`.
 */
export function matchPlans(old: Plan, fresh: Plan, highest = 0): Matching {
	const before = sideOf(old);
	const after = sideOf(fresh);
	const ambiguous = new Set<HeldState>();
	const kept = sameStates(before, after, ambiguous);
	const oldOpen = [...before.states.values()].filter((state) => !kept.some(({ old }) => old === state));
	const newOpen = [...after.states.values()].filter((state) => !kept.some(({ now }) => now === state));
	const changed = likeStates(before, after, oldOpen, newOpen).map(({ old, now, comparison }) => ({
		old,
		now,
		differences: comparison.same
			? [
					ambiguous.has(old)
						? "what feeds it, and several operators could be meant"
						: "both what feeds it and where it leads",
				]
			: comparison.differences,
	}));
	const { plan, highest: last } = renumber(before, after, kept, highest);
	return {
		kept,
		changed,
		lost: oldOpen.filter((state) => !changed.some(({ old }) => old === state)),
		added: newOpen.filter((state) => !changed.some(({ now }) => now === state)),
		plan,
		highest: last,
		before,
		after,
	};
}

/** A plan's graph, states and places. */
export function sideOf(plan: Plan): Side {
	const graph = graphOf(plan);
	const lineage = lineageOf(graph);
	const states = new Map<PlanNode, HeldState>();
	for (const node of graph.nodes) {
		const state = stateOf(graph, lineage, node);
		if (state) states.set(node, state);
	}
	return { graph, states, places: placesOf(graph, lineage, states) };
}

interface Pair {
	old: HeldState;
	now: HeldState;
	comparison: Comparison;
	score: number;
}

/** Gives each old state to the new operator that is most alike in place, among those that it fits; to none where two are equally alike. */
function sameStates(before: Side, after: Side, ambiguous: Set<HeldState>): Kept[] {
	let open = pairsOf(before, after).filter(
		({ comparison, old, now }) => comparison.same && near(before, after, old, now),
	);
	const kept: Kept[] = [];
	while (open.length > 0) {
		const score = (pair: Pair) => pair.score + neighbours(before, after, pair, kept);
		const scored = open.map((pair) => ({ pair, score: score(pair) })).sort((a, b) => b.score - a.score);
		const best = scored[0] as { pair: Pair; score: number };
		const rivals = scored.filter(
			({ pair, score: other }) =>
				pair !== best.pair &&
				Math.abs(other - best.score) < 1e-9 &&
				(pair.old === best.pair.old || pair.now === best.pair.now),
		);
		const { old, now, comparison } = best.pair;
		const unclear = rivals.filter(({ pair }) => !interchangeable(before, after, best.pair, pair));
		if (unclear.length > 0) {
			const all = [best.pair, ...unclear.map(({ pair }) => pair)];
			for (const pair of all) ambiguous.add(pair.old);
			open = open.filter((pair) => !all.some((each) => each.old === pair.old || each.now === pair.now));
		} else {
			kept.push({ old, now, notes: comparison.notes });
			open = open.filter((pair) => pair.old !== old && pair.now !== now);
		}
	}
	return kept;
}

/** A source or a sink is known by its table, anything else by where it stands. */
function near(before: Side, after: Side, old: HeldState, now: HeldState): boolean {
	return old.kind === "source" || old.kind === "sink" || mayBeSame(placeOf(before, old), placeOf(after, now));
}

/** Whether it makes no difference which of two pairs is taken: both old ones, or both new ones, are fed the same. */
function interchangeable(before: Side, after: Side, a: Pair, b: Pair): boolean {
	if (a.old.kind === "sink") return true;
	if (a.old === b.old) return placeOf(after, a.now).up === placeOf(after, b.now).up;
	return placeOf(before, a.old).up === placeOf(before, b.old).up;
}

/** Operators of one kind that are alike in place; each in one pair at most, the most alike first. */
function likeStates(before: Side, after: Side, olds: HeldState[], news: HeldState[]): Pair[] {
	const taken = new Set<HeldState>();
	return pairsOf(before, after, olds, news)
		.filter(({ old, now }) => old.kind === now.kind && (old.kind === "source" || near(before, after, old, now)))
		.filter(({ old, now, comparison }) => old.kind !== "sink" || comparison.same || tableName(old) === tableName(now))
		.sort((a, b) => b.score - a.score || a.comparison.differences.length - b.comparison.differences.length)
		.filter(({ old, now }) => {
			if (taken.has(old) || taken.has(now)) return false;
			taken.add(old).add(now);
			return true;
		});
}

function pairsOf(
	before: Side,
	after: Side,
	olds = [...before.states.values()],
	news = [...after.states.values()],
): Pair[] {
	return olds.flatMap((old) =>
		news.map((now) => ({
			old,
			now,
			comparison: compareStates(old, now),
			score: likeness(placeOf(before, old), placeOf(after, now)),
		})),
	);
}

/** How many of the operators with state next to these two are matched with one another: each counts 2. */
function neighbours(before: Side, after: Side, { old, now }: Pair, kept: Kept[]): number {
	const oldNext = next(before, old.node);
	const newNext = next(after, now.node);
	return 2 * kept.filter((pair) => oldNext.has(pair.old.node) && newNext.has(pair.now.node)).length;
}

/** The nearest nodes with state on every way from a node, both up and down. */
function next({ graph, states }: Side, node: PlanNode): Set<PlanNode> {
	const found = new Set<PlanNode>();
	const walk = (from: PlanNode, step: (node: PlanNode) => PlanNode[]) => {
		for (const other of step(from)) {
			if (states.has(other)) found.add(other);
			else walk(other, step);
		}
	};
	walk(node, graph.inputs);
	walk(node, graph.outputs);
	return found;
}

/** The new plan with old ids where a node is matched; a node without state keeps its id where nothing before it changed. */
function renumber(before: Side, after: Side, kept: Kept[], highest: number): { plan: Plan; highest: number } {
	const ids = new Map<PlanNode, number>(kept.map(({ old, now }) => [now.node, old.node.id]));
	const free = before.graph.nodes.filter((node) => !before.states.has(node));
	for (const node of after.graph.nodes) {
		if (after.states.has(node)) continue;
		const place = after.places.get(node);
		const alike = free.filter((other) => before.places.get(other)?.up === place?.up);
		const same = alike.find((other) => before.places.get(other)?.down === place?.down) ?? alike[0];
		if (!same) continue;
		ids.set(node, same.id);
		free.splice(free.indexOf(same), 1);
	}
	let last = Math.max(highest, ...before.graph.nodes.map(({ id }) => id));
	const byOld = new Map<number, number>();
	for (const node of after.graph.nodes) byOld.set(node.id, ids.get(node) ?? ++last);
	const renamed = (id: number) => byOld.get(id) as number;
	const { plan } = after.graph;
	return {
		highest: last,
		plan: {
			...plan,
			nodes: plan.nodes.map((node) => ({ ...node, id: renamed(node.id) })),
			edges: plan.edges.map((edge) => ({ ...edge, source: renamed(edge.source), target: renamed(edge.target) })),
		},
	};
}

function placeOf(side: Side, state: HeldState): Place {
	return side.places.get(state.node) as Place;
}

function tableName(state: HeldState): string {
	return state.subject;
}
