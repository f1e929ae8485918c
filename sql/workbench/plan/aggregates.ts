import type { Branch, Meaning } from "./meaning.ts";
import { expression, made } from "./meaning.ts";
import { kindOf, type PlanGraph, type PlanNode } from "./plan.ts";
import { canonical, type Field, fieldsOf, rowFields } from "./row-type.ts";

/** A call of an aggregate function in a plan. */
export interface AggregateCall {
	name: string;
	systemName?: string;
	internalName?: string;
	catalogName?: string;
	argList: number[];
	filterArg: number;
	distinct: boolean;
	type: unknown;
	[field: string]: unknown;
}

/** An aggregation as its state sees it: rows that it takes, keys and calls over their columns. */
export interface Aggregation {
	/** The node whose rows go into the accumulators: the input of the local aggregation where there are two phases. */
	reads: PlanNode | undefined;
	columns: Field[];
	keys: number[];
	calls: AggregateCall[];
	/** Literals that calls take as arguments; their numbers follow those of the columns. */
	constants: unknown[];
	/** The column whose time decides the window, and what else decides it. */
	window: { time: number[]; spec: unknown } | null;
}

/** The aggregation that a node does; null where it does none. */
export function aggregationOf(graph: PlanGraph, node: PlanNode): Aggregation | null {
	switch (kindOf(node)) {
		case "over-aggregate":
			return overAggregation(graph, node);
		case "global-window-aggregate":
		case "global-group-aggregate":
			return twoPhases(graph, node);
		case "window-aggregate":
		case "group-aggregate":
			return onePhase(graph, node);
		default:
			return null;
	}
}

/** How a function is called in SQL: `EARLIEST`, `COUNT`. */
export function functionOf({ systemName, internalName, catalogName }: AggregateCall): string {
	return (systemName ?? internalName ?? catalogName ?? "?").replace(/^\$(.*)\$\d+$/, "$1");
}

/** What a call's argument, a column or a constant, means in these rows. */
export function argumentOf(aggregation: Aggregation, index: number, row: Branch): Meaning {
	const constant = aggregation.constants[index - aggregation.columns.length];
	return constant === undefined ? (row[index] as Meaning) : expression(constant, row);
}

/** What a call gives out over these rows. */
export function resultOf(aggregation: Aggregation, call: AggregateCall, row: Branch): Meaning {
	const keys = aggregation.keys.flatMap((key) => row[key] ?? []);
	const filter = call.filterArg >= 0 ? [row[call.filterArg] as Meaning] : [];
	const taken = call.argList.map((index) => argumentOf(aggregation, index, row));
	const window = aggregation.window;
	const time = (window?.time ?? []).flatMap((index) => row[index] ?? []);
	const how = [
		functionOf(call),
		call.distinct,
		keys.length,
		filter.length,
		taken.length,
		canonical(window?.spec ?? null),
	];
	const all = made(how, [...keys, ...filter, ...taken, ...time]);
	// The key decides which rows are counted together, it is no source of the value.
	return { hash: all.hash, columns: made(how, [...taken, ...filter]).columns };
}

/** What decides the bounds of a window, apart from where its columns stand. */
export function windowSpec(node: PlanNode): unknown {
	const windowing = node.windowing as Record<string, unknown> | undefined;
	if (!windowing) return null;
	const { timeAttributeType, window, isRowtime } = windowing;
	const zone = (node.configuration as Record<string, unknown> | undefined)?.["table.local-time-zone"];
	const type = timeAttributeType as { type?: string } | undefined;
	return { window, isRowtime, time: type?.type, ...(type?.type?.includes("LOCAL") ? { zone } : {}) };
}

function overAggregation(graph: PlanGraph, node: PlanNode): Aggregation {
	const spec = node.overSpec as OverSpec;
	const group = spec.groups[0] as OverSpec["groups"][0];
	const [reads] = graph.inputs(node);
	const columns = reads ? fieldsOf(reads) : [];
	const bound = (value: unknown) => JSON.parse(canonical(value), (_, inner) => boundOf(inner, spec));
	return {
		reads,
		columns,
		keys: spec.partition.fields,
		calls: group.aggCalls,
		constants: spec.constants,
		window: {
			time: group.orderBy.fields.map(({ index }) => index),
			spec: { rows: group.isRows, lower: bound(group.lowerBound), upper: bound(group.upperBound) },
		},
	};
}

/** A frame's bound with the literal in the place of its number among the constants. */
function boundOf(value: { kind?: string; inputIndex?: number }, spec: OverSpec): unknown {
	if (value?.kind !== "INPUT_REF") return value;
	return spec.constants[(value.inputIndex ?? 0) - spec.originalInputFields] ?? value;
}

function twoPhases(graph: PlanGraph, node: PlanNode): Aggregation {
	let local = graph.inputs(node)[0];
	while (local && kindOf(local) === "exchange") local = graph.inputs(local)[0];
	const inputType = rowFields(node.localAggInputRowType);
	if (!local || !kindOf(local).startsWith("local-")) return { ...onePhase(graph, node), columns: inputType };
	const reads = graph.inputs(local)[0];
	const grouping = (local.grouping as number[] | undefined) ?? [];
	return {
		reads,
		columns: reads ? fieldsOf(reads) : inputType,
		// The global aggregation's keys are numbers among what the local one gives out, which begins with its keys.
		keys: ((node.grouping as number[] | undefined) ?? []).map((key) => grouping[key] ?? key),
		calls: (node.aggCalls as AggregateCall[] | undefined) ?? [],
		constants: [],
		window: node.windowing ? { time: timeColumns(local), spec: windowSpec(node) } : null,
	};
}

function onePhase(graph: PlanGraph, node: PlanNode): Aggregation {
	const [reads] = graph.inputs(node);
	return {
		reads,
		columns: reads ? fieldsOf(reads) : [],
		keys: (node.grouping as number[] | undefined) ?? [],
		calls: (node.aggCalls as AggregateCall[] | undefined) ?? [],
		constants: [],
		window: node.windowing ? { time: timeColumns(node), spec: windowSpec(node) } : null,
	};
}

/** The columns that say when a row was: its time attribute, or the bounds of the window that it is in already. */
function timeColumns(node: PlanNode): number[] {
	const { timeAttributeIndex, windowStart, windowEnd } = (node.windowing ?? {}) as Record<string, unknown>;
	return [timeAttributeIndex, windowStart, windowEnd].filter(
		(index): index is number => typeof index === "number" && index >= 0,
	);
}

interface OverSpec {
	partition: { fields: number[] };
	groups: {
		orderBy: { fields: { index: number }[] };
		isRows: boolean;
		lowerBound: unknown;
		upperBound: unknown;
		aggCalls: AggregateCall[];
	}[];
	constants: unknown[];
	originalInputFields: number;
}
