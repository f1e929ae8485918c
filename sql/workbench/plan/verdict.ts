import { type Matching, matchPlans, type Side } from "./match.ts";
import type { Plan } from "./plan.ts";
import type { HeldState } from "./state.ts";
import { tableOf } from "./table.ts";
import { list } from "./words.ts";

/**
 * What an edit means for a running job's state. `compatible`: none is lost (new operators start empty). `partly compatible`:
 * the source and something else go on, other state is lost or starts empty. `incompatible`: the source's position cannot be
 * kept, or nothing else can. `unknown`: an operator of a kind that is not known has changed.
 */
export type Verdict = "compatible" | "partly compatible" | "incompatible" | "unknown";

/** What became of one operator with state. */
export interface OperatorOutcome {
	outcome: "kept" | "changed" | "new" | "lost";
	/** The state: `open 1-minute windows by symbol (EARLIEST, MAX)`. */
	what: string;
	/** The tables that its rows end in. */
	for: string[];
	/** Why it does not go on; absent where it does. */
	reason?: string;
	/** What to know about a state that is kept. */
	notes: string[];
	/** Its id in the old plan and in the new one (with ids kept). */
	oldId?: number;
	newId?: number;
}

/** The outcome of an edit. */
export interface Outcome {
	verdict: Verdict;
	/** Why it is no better, in words; empty where it is compatible. */
	reasons: string[];
	operators: OperatorOutcome[];
	/** The plan to run: kept operators have their old ids. */
	plan: Plan;
	highest: number;
}

/** Compares a new plan with the plan before, and makes the plan to run. `highest` as for matchPlans. */
export function judge(old: Plan, fresh: Plan, highest = 0): Outcome {
	const matching = matchPlans(old, fresh, highest);
	const operators = outcomesOf(matching);
	const reasons = operators.flatMap(({ outcome, reason }) => (reason && outcome !== "new" ? [reason] : []));
	return { verdict: verdictOf(matching), reasons, operators, plan: matching.plan, highest: matching.highest };
}

function verdictOf({ kept, changed, lost }: Matching): Verdict {
	if (changed.some(({ old, now }) => old.kind === "unknown" || now.kind === "unknown")) return "unknown";
	if (lost.some(({ kind }) => kind === "unknown")) return "unknown";
	if (changed.length === 0 && lost.length === 0) return "compatible";
	if (changed.some(({ old }) => old.kind === "source")) return "incompatible";
	if (!kept.some(({ old }) => old.kind === "source")) return "incompatible";
	const inner = (state: HeldState) => state.kind !== "source" && state.kind !== "sink";
	const hadInner = [...changed.map(({ old }) => old), ...lost].some(inner);
	return hadInner && !kept.some(({ old }) => inner(old)) ? "incompatible" : "partly compatible";
}

/** Each operator's outcome: first those of the new plan, each after those that feed it, then what is gone. */
function outcomesOf({ kept, changed, lost, added, before, after, plan }: Matching): OperatorOutcome[] {
	const newIds = new Map(after.graph.plan.nodes.map((node, index) => [node, plan.nodes[index]?.id as number]));
	const place = new Map(after.graph.nodes.map((node, index) => [node, index]));
	const outcomes = [
		...kept.map(({ old, now, notes }) => ({ now, outcome: "kept" as const, notes, oldId: old.node.id })),
		...changed.map(({ old, now, differences }) => {
			const reason = `${list(differences)} of ${old.subject}${leadingTo(before, old)} changed: ${now.empty}`;
			return { now, outcome: "changed" as const, reason, notes: [], oldId: old.node.id };
		}),
		...added.map((now) => {
			const reason = `${now.subject}${leadingTo(after, now)} is new: ${now.empty}`;
			return { now, outcome: "new" as const, reason, notes: [] };
		}),
	]
		.sort((a, b) => (place.get(a.now.node) ?? 0) - (place.get(b.now.node) ?? 0))
		.map(
			({ now, ...outcome }): OperatorOutcome => ({
				...outcome,
				...named(after, now),
				newId: newIds.get(now.node) as number,
			}),
		);
	const gone = lost.map((state): OperatorOutcome => {
		const reason = `${state.subject}${leadingTo(before, state)} is gone, and with it ${state.what}`;
		return { outcome: "lost", ...named(before, state), reason, notes: [], oldId: state.node.id };
	});
	return [...outcomes, ...gone];
}

function named(side: Side, state: HeldState): { what: string; for: string[] } {
	return { what: state.what, for: state.kind === "sink" ? [] : sinksOf(side, state) };
}

/** ` (for streams.bars and lake.bars)`, so that two operators that are called the same are told apart. */
function leadingTo(side: Side, state: HeldState): string {
	if (state.kind === "source" || state.kind === "sink") return "";
	const sinks = sinksOf(side, state);
	return sinks.length > 0 ? ` (for ${list(sinks, 3)})` : "";
}

/** The names of the tables that an operator's rows end in, in the order of the plan. */
export function sinksOf({ graph, places }: Side, state: HeldState): string[] {
	const reached = new Set([state.node]);
	for (const node of graph.nodes) if (graph.inputs(node).some((input) => reached.has(input))) reached.add(node);
	const names = graph.nodes
		.filter((node) => reached.has(node) && node.dynamicTableSink)
		.map((node) => tableOf(node)?.name ?? "?");
	return places.size > 0 ? [...new Set(names)] : [];
}
