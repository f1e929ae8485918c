import { type Aggregation, aggregationOf, argumentOf, functionOf } from "./aggregates.ts";
import { isStateless, KEEPS_ROWS } from "./kinds.ts";
import type { Lineage } from "./lineage.ts";
import type { Meaning } from "./meaning.ts";
import { kindOf, type PlanGraph, type PlanNode } from "./plan.ts";
import { canonical, type Field, fieldsOf, typeText } from "./row-type.ts";
import { keepsRows, placeOf, tableOf } from "./table.ts";
import { frameWords, list, shortType, windowWords } from "./words.ts";

/** The state that an operator keeps: what it is in words, and what decides its form and its meaning. */
export interface HeldState {
	node: PlanNode;
	kind: "source" | "sink" | "windows" | "values" | "rows" | "unknown";
	/** `open 1-minute windows by symbol (EARLIEST, MAX)`. */
	what: string;
	/** The operator in a sentence: `the 1-minute window`. */
	subject: string;
	/** What a start without this state means: `its open windows start empty`. */
	empty: string;
	/** What must be equal as it stands. */
	fixed: Fixed[];
	/** What must mean the same, for each branch of the unions before; the same parts in the same order in each. */
	branches: Part[][];
	filters: ReadonlySet<string>;
}

/** Something that must be equal; `shown` is how a reader sees it: a text, or what a list is made of. */
export interface Fixed {
	what: string;
	value: string;
	shown?: string | string[];
}

/**
 * A column that goes into a state. `exact`: it must be the same expression. `named`: under the same name its expression may
 * be another one over the same columns. `passing`: it is only carried along, so the same name or the same expression will do.
 */
export interface Part {
	what: string;
	as: "exact" | "named" | "passing";
	name: string;
	meaning: Meaning;
}

/** What the columns of kept rows are called. */
export const ROWS = "the columns of its rows";
/** What the types of aggregates' arguments are called. */
export const ARGUMENTS = "the types that the aggregates take";
/** What the types of accumulators are called. */
export const ACCUMULATORS = "what the aggregates keep";

/** The state that a node keeps; null where it keeps none. */
export function stateOf(graph: PlanGraph, lineage: Lineage, node: PlanNode): HeldState | null {
	const kind = kindOf(node);
	const filters = lineage.filters(node);
	if (kind === "table-source-scan") return source(node, filters);
	if (kind === "sink") return sink(graph, node, filters);
	const aggregation = aggregationOf(graph, node);
	if (aggregation) return aggregate(graph, lineage, node, aggregation);
	if (isStateless(node)) return null;
	const inputs = graph.inputs(node);
	const known = KEEPS_ROWS[kind];
	const { id: _, description: __, ...own } = node;
	const { inputProperties: ___, outputType: ____, state: _____, ...deciding } = own;
	const words = kind.replaceAll("-", " ");
	return {
		node,
		kind: known ? "rows" : "unknown",
		what: known ? `${known} (${words})` : `something unknown (${node.type})`,
		subject: `the ${words}`,
		empty: "it starts empty",
		fixed: [
			{ what: "what it does", value: canonical(known ? deciding : own) },
			...inputs.map((input) => rowsOf(fieldsOf(input))),
			...timeToLive(node),
		],
		branches: known ? (sides(lineage, inputs) as Part[][]) : [[]],
		filters,
	};
}

function source(node: PlanNode, filters: ReadonlySet<string>): HeldState {
	const table = tableOf(node);
	const name = table?.name ?? "a source";
	return {
		node,
		kind: "source",
		what: `the position in ${name}`,
		subject: `the source ${name}`,
		empty: "it begins where its options say that a first start begins",
		fixed: [{ what: "where it reads", value: table ? placeOf(table) : canonical(node.scanTableSource) }],
		branches: [[]],
		filters,
	};
}

function sink(graph: PlanGraph, node: PlanNode, filters: ReadonlySet<string>): HeldState | null {
	const table = tableOf(node);
	const rows =
		node.state || node.requireUpsertMaterialize ? graph.inputs(node).map((input) => rowsOf(fieldsOf(input))) : [];
	if (table && !keepsRows(table) && rows.length === 0) return null;
	const name = table?.name ?? "a sink";
	return {
		node,
		kind: "sink",
		what: `what is under way to ${name}`,
		subject: `the INSERT into ${name}`,
		empty: "it starts with nothing under way",
		fixed: [
			{ what: "where it writes", value: table ? placeOf(table) : canonical(node.dynamicTableSink) },
			...rows,
			...timeToLive(node),
		],
		branches: [[]],
		filters,
	};
}

function aggregate(graph: PlanGraph, lineage: Lineage, node: PlanNode, aggregation: Aggregation): HeldState {
	const { columns, keys, calls, window } = aggregation;
	const over = kindOf(node) === "over-aggregate";
	const by = keys.length > 0 ? ` by ${list(keys.map((key) => columns[key]?.name ?? "?"))}` : "";
	const functions = [...new Set(calls.map(functionOf))];
	const order = columns[window?.time[0] ?? -1];
	const frame = window?.spec as { rows: boolean; lower: { kind: string }; upper: { kind: string } } | undefined;
	// By processing time and without a lower bound only the accumulators are kept; else the rows too, until their time.
	const keepsRowsToo = over && !(order?.time === "processing" && frame?.lower.kind === "UNBOUNDED_PRECEDING");
	const title = over ? `OVER${by}` : window ? `${windowWords(node)} window` : `GROUP BY${by.slice(3)}`;
	const [input] = graph.inputs(node);
	const calledWith = calls.map(({ argList }) => argList.map((index) => argumentType(aggregation, index)));
	const fixed: Fixed[] = [
		...(over
			? [{ what: "the frame", value: canonical([window?.spec, order?.time]), shown: frameWords(frame, order) }]
			: [
					{
						what: "the span",
						value: canonical(window?.spec ?? null),
						...(window ? { shown: windowWords(node) } : {}),
					},
				]),
		{ ...rowsOf(keys.flatMap((key) => columns[key] ?? [])), what: "the key" },
		{ what: "the aggregates", value: canonical(calls.map(identityOf)), shown: calls.map(functionOf) },
		{ what: ARGUMENTS, value: canonical(calledWith) },
		{ what: "retraction", value: canonical([node.needRetraction ?? false, node.aggCallNeedRetractions ?? null]) },
		...(input && kindOf(node).startsWith("global-") ? [{ ...rowsOf(fieldsOf(input)), what: ACCUMULATORS }] : []),
		...(keepsRowsToo ? [rowsOf(columns)] : []),
		...timeToLive(node),
	];
	const rows = aggregation.reads ? lineage.rows(aggregation.reads) : [];
	return {
		node,
		kind: window && !over ? "windows" : "values",
		what: over
			? `values so far${by} (${list(functions)})`
			: `${window ? `open ${windowWords(node)} windows` : "totals"}${by} (${list(functions)})`,
		subject: `the ${title}`,
		empty: window && !over ? "its open windows start empty" : "its values start empty",
		fixed,
		branches: rows.map((row) => partsOf(aggregation, row, keepsRowsToo)),
		filters: aggregation.reads ? lineage.filters(aggregation.reads) : new Set(),
	};
}

function partsOf(aggregation: Aggregation, row: Meaning[], keepsRowsToo: boolean): Part[] {
	const { columns, keys, calls, window } = aggregation;
	const named = (index: number) => columns[index]?.name ?? "";
	const of = (index: number, what: string, as: Part["as"]): Part => ({
		what,
		as,
		name: named(index),
		meaning: row[index] as Meaning,
	});
	return [
		...keys.map((key) => of(key, "the key", "exact")),
		...(window?.time ?? []).map((index) => of(index, "the time", "named")),
		...calls.flatMap((call) => [
			...call.argList.map((index): Part => {
				const meaning = argumentOf(aggregation, index, row);
				return { what: `what ${functionOf(call)} takes`, as: "named", name: named(index), meaning };
			}),
			...(call.filterArg >= 0 ? [of(call.filterArg, `the FILTER of ${functionOf(call)}`, "exact")] : []),
		]),
		...(keepsRowsToo ? columns.map((_, index) => of(index, ROWS, "passing")) : []),
	];
}

function sides(lineage: Lineage, inputs: PlanNode[]): Part[][] {
	const each = inputs.map((input) =>
		lineage.rows(input).map((row) =>
			fieldsOf(input).map(
				({ name }, index): Part => ({
					what: ROWS,
					as: "passing",
					name,
					meaning: row[index] as Meaning,
				}),
			),
		),
	);
	return each.reduce<Part[][]>((all, rows) => all.flatMap((before) => rows.map((row) => [...before, ...row])), [[]]);
}

function rowsOf(fields: Field[]): Fixed {
	return {
		what: ROWS,
		value: canonical(fields.map(({ type }) => type)),
		shown: fields.map(({ name, type }) => `${name} ${shortType(type)}`),
	};
}

function argumentType({ columns, constants }: Aggregation, index: number): unknown {
	const constant = constants[index - columns.length] as { type?: unknown } | undefined;
	return index < columns.length ? columns[index]?.type : constant?.type;
}

function identityOf({ name: _, argList, filterArg, type, ...call }: Aggregation["calls"][0]): unknown {
	return { ...call, arguments: argList.length, filter: filterArg >= 0, type: typeText(type as string) };
}

/** A state with a time-to-live is stored in another form than one without; how long it is does not matter. */
function timeToLive(node: PlanNode): Fixed[] {
	const settings = node.configuration as Record<string, string> | undefined;
	const states = (node.state as { ttl?: string }[] | undefined) ?? [{ ttl: settings?.["table.exec.state.ttl"] ?? "0" }];
	const lives = states.map(({ ttl }) => !/^0\b/.test(ttl ?? "0"));
	return [{ what: "whether its state has a time-to-live", value: canonical(lives) }];
}
