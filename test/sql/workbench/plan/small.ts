import type { Plan, PlanNode } from "../../../../sql/workbench/plan/plan.ts";

const TYPES: Record<string, unknown> = {
	symbol: "VARCHAR(2147483647)",
	exchange: "VARCHAR(2147483647)",
	price: "DOUBLE",
	bid: "DOUBLE",
	size: "BIGINT",
	time: { type: "TIMESTAMP_WITH_LOCAL_TIME_ZONE", precision: 3, kind: "ROWTIME" },
	proc: { type: "TIMESTAMP_WITH_LOCAL_TIME_ZONE", nullable: false, precision: 3, kind: "PROCTIME" },
};

/** The columns of the source: all that a small plan knows. */
export const COLUMNS = Object.keys(TYPES);

/** How a small plan's window differs from the usual one: 1 minute by symbol, `MAX(price)` and `SUM(size)`. */
export interface SmallWindow {
	size?: string;
	key?: string;
	calls?: [name: string, column: string, filter?: string][];
}

/** How an OVER differs from the usual one: `LAG(price)` by symbol in event time. */
export interface SmallOver {
	key?: string;
	order?: "time" | "proc";
	call?: [name: string, column: string];
	/** Rows before the current one; all if left out. */
	rows?: number;
}

/** Builds small plans of the form that Flink's have: each call adds a node and returns it. */
export class SmallPlan {
	private readonly nodes: PlanNode[] = [];
	private readonly edges: Plan["edges"] = [];

	private readonly first: number;

	/** `first`: the id of the first node; ids are given out in order. */
	constructor(first = 1) {
		this.first = first;
	}

	plan(): Plan {
		return JSON.parse(JSON.stringify({ flinkVersion: "1.20", nodes: this.nodes, edges: this.edges })) as Plan;
	}

	node(type: string, inputs: PlanNode[], columns: string[], more: object = {}): PlanNode {
		const id = this.first + this.nodes.length;
		const fields = columns.map((name) => ({ name, fieldType: TYPES[name] ?? "DOUBLE" }));
		const node: PlanNode = {
			id,
			type,
			...more,
			outputType: { type: "ROW", fields },
			description: `${type} number ${id}`,
		};
		this.nodes.push(node);
		for (const input of inputs) this.edges.push({ source: input.id, target: id, shuffle: { type: "FORWARD" } });
		return node;
	}

	scan(stream = "trades", table = "trades"): PlanNode {
		const options = { connector: "kinesis", stream };
		const scanTableSource = {
			table: { identifier: `\`default_catalog\`.\`default_database\`.\`${table}\``, resolvedTable: { options } },
		};
		return this.node("stream-exec-table-source-scan_1", [], COLUMNS, { scanTableSource });
	}

	/** The same columns; `filter`: only where the price is above it. `expressions` replaces columns by calls over others. */
	calc(
		input: PlanNode,
		filter?: number,
		expressions: Record<string, [name: string, ...columns: string[]]> = {},
		columns = columnsOf(input),
	): PlanNode {
		const reference = (name: string) => ({
			kind: "INPUT_REF",
			inputIndex: columnsOf(input).indexOf(name),
			type: TYPES[name] ?? "DOUBLE",
		});
		const projection = columns.map((name) => {
			const [call, ...operands] = expressions[name] ?? [];
			return call
				? { kind: "CALL", internalName: `$${call}$1`, operands: operands.map(reference), type: TYPES[name] ?? "DOUBLE" }
				: reference(name);
		});
		const literal = { kind: "LITERAL", value: filter, type: "DOUBLE" };
		const condition =
			filter === undefined ? null : { kind: "CALL", internalName: "$>$1", operands: [reference("price"), literal] };
		return this.node("stream-exec-calc_1", [input], columns, { projection, condition });
	}

	/** A window in two phases: local aggregation, exchange, global aggregation. */
	window(
		input: PlanNode,
		{
			size = "PT1M",
			key = "symbol",
			calls = [
				["MAX", "price"],
				["SUM", "size"],
			],
		}: SmallWindow = {},
	): PlanNode {
		const columns = columnsOf(input);
		const aggCalls = calls.map(([name, column, filter]) => ({
			name: `${name.toLowerCase()}_${column}`,
			internalName: `$${name}$1`,
			argList: [columns.indexOf(column)],
			filterArg: filter === undefined ? -1 : columns.indexOf(filter),
			distinct: false,
			type: TYPES[column],
		}));
		const window = { type: "TumblingWindow", size };
		const windowing = { window, timeAttributeType: { type: "TIMESTAMP_WITH_LOCAL_TIME_ZONE" }, isRowtime: true };
		const accumulators = [key, ...calls.map(([, column]) => column)];
		const local = this.node("stream-exec-local-window-aggregate_1", [input], accumulators, {
			grouping: [columns.indexOf(key)],
			aggCalls,
			windowing: { ...windowing, timeAttributeIndex: columns.indexOf("time") },
		});
		const exchange = this.node("stream-exec-exchange_1", [local], accumulators);
		return this.node("stream-exec-global-window-aggregate_1", [exchange], [...accumulators, "time"], {
			configuration: { "table.local-time-zone": "UTC" },
			grouping: [0],
			aggCalls,
			windowing,
			namedWindowProperties: [{ name: "time", property: { kind: "Rowtime" } }],
			localAggInputRowType: input.outputType,
		});
	}

	over(
		input: PlanNode,
		{ key = "symbol", order = "time", call: [name, column] = ["LAG", "price"], rows }: SmallOver = {},
	): PlanNode {
		const columns = columnsOf(input);
		const bounded = {
			kind: "BOUNDED_WINDOW",
			isPreceding: true,
			offset: { kind: "INPUT_REF", inputIndex: columns.length },
		};
		const group = {
			orderBy: { fields: [{ index: columns.indexOf(order), isAscending: true }] },
			isRows: true,
			lowerBound: rows === undefined ? { kind: "UNBOUNDED_PRECEDING" } : bounded,
			upperBound: { kind: "CURRENT_ROW" },
			aggCalls: [
				{
					name: "w0$o0",
					internalName: `$${name}$1`,
					argList: [columns.indexOf(column)],
					filterArg: -1,
					distinct: false,
					type: TYPES[column],
				},
			],
		};
		const constants = rows === undefined ? [] : [{ kind: "LITERAL", value: rows, type: "INTEGER NOT NULL" }];
		const overSpec = {
			partition: { fields: [columns.indexOf(key)] },
			groups: [group],
			constants,
			originalInputFields: columns.length,
		};
		return this.node("stream-exec-over-aggregate_1", [input], [...columns, "w0$o0"], { overSpec });
	}

	union(...inputs: PlanNode[]): PlanNode {
		return this.node("stream-exec-union_1", inputs, columnsOf(inputs[0] as PlanNode));
	}

	sink(input: PlanNode, name: string, connector = "kinesis"): PlanNode {
		const identifier = `\`default_catalog\`.\`streams\`.\`${name}\``;
		const dynamicTableSink = { table: { identifier, resolvedTable: { options: { connector, stream: name } } } };
		return this.node("stream-exec-sink_1", [input], columnsOf(input), { dynamicTableSink });
	}
}

/** The plan that `build` makes. */
export function small(build: (plan: SmallPlan) => void, first?: number): Plan {
	const plan = new SmallPlan(first);
	build(plan);
	return plan.plan();
}

function columnsOf(node: PlanNode): string[] {
	return (node.outputType as { fields: { name: string }[] }).fields.map(({ name }) => name);
}
