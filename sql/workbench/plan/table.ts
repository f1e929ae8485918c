import { kindOf, type PlanNode } from "./plan.ts";

/** A table of a source or a sink, as the plan has it. */
export interface PlanTable {
	/** `streams.bars`; tables of the default database without it. */
	name: string;
	connector: string;
	options: Record<string, string>;
}

/** The options that say which data a table is, by connector. Credentials, endpoints and tuning are none of them. */
const PLACES: Record<string, string[]> = {
	"tidemark-kinesis": ["stream", "stream.arn"],
	kinesis: ["stream", "stream.arn"],
	"tidemark-lake": ["catalog-name", "catalog-database", "catalog-table"],
	filesystem: ["path"],
	kafka: ["topic", "topic-pattern"],
	"upsert-kafka": ["topic"],
	jdbc: ["url", "table-name"],
};

/** Sinks that keep nothing. */
const STATELESS_SINKS = new Set(["blackhole", "print"]);

/** The table that a source, a sink or a lookup names; null where the node names none. */
export function tableOf(node: PlanNode): PlanTable | null {
	const kind = kindOf(node);
	const holder =
		kind === "table-source-scan"
			? node.scanTableSource
			: kind === "sink"
				? node.dynamicTableSink
				: (node.temporalTable as { lookupTableSource?: unknown } | undefined)?.lookupTableSource;
	const table = (holder as { table?: RawTable } | undefined)?.table;
	if (!table) return null;
	const options = table.resolvedTable?.options ?? {};
	return { name: nameOf(table.identifier ?? ""), connector: options.connector ?? "", options };
}

/** Where the rows of a table are: two tables with the same text are the same data, whatever they are called. */
export function placeOf({ name, connector, options }: PlanTable): string {
	const place = (PLACES[connector] ?? []).flatMap((key) =>
		options[key] === undefined ? [] : `${key}=${options[key]}`,
	);
	return `${connector}(${place.length > 0 ? place.join(", ") : name})`;
}

/** Whether a table's sink has anything to keep between two rows. */
export function keepsRows({ connector }: PlanTable): boolean {
	return !STATELESS_SINKS.has(connector);
}

interface RawTable {
	identifier?: string;
	resolvedTable?: { options?: Record<string, string> };
}

function nameOf(identifier: string): string {
	const parts = [...identifier.matchAll(/`((?:[^`]|``)*)`/g)].map(([, part = ""]) => part.replaceAll("``", "`"));
	const own = parts[0] === "default_catalog" ? parts.slice(1) : parts;
	return (own[0] === "default_database" ? own.slice(1) : own).join(".");
}
