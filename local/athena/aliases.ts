import { type Node, nodesOf } from "./tree.ts";

/** A name that stands for a column of the same SELECT, which DuckDB knows everywhere and Trino in ORDER BY alone. */
export interface AliasUse {
	alias: string;
	/** Offset in the text. */
	at: number;
}

type Scope = ReadonlyMap<string, ReadonlySet<string> | undefined>;

/**
 * Where a query uses the name that it gives to a column before the SELECT that names it is over.
 *
 * @param tables the columns of the lake's tables, by their name
 */
export function aliasUses(tree: Node, tables: Scope): AliasUse[] {
	const scope = new Map(tables);
	const uses: AliasUse[] = [];
	for (const node of nodesOf(tree)) {
		// A query's CTEs come before all that may read them, in the order of nodesOf.
		if ("cte_map" in node)
			for (const { key, value } of (node.cte_map as { map: { key: string; value: { query: { node: Node } } }[] }).map)
				scope.set(key.toLowerCase(), columnsOf(value.query.node, scope));
		if (node.type === "SELECT_NODE") uses.push(...inSelect(node, scope));
	}
	return uses;
}

function inSelect(select: Node, scope: Scope): AliasUse[] {
	const from = columnsFrom(select.from_table as Node, scope);
	if (!from) return [];
	const list = select.select_list as Node[];
	const aliases = new Set(list.map(({ alias }) => String(alias).toLowerCase()).filter((name) => name !== ""));
	const parts = [list, select.where_clause, select.group_expressions, select.having];
	return [...columnReferences(parts)].flatMap(({ column_names, query_location }) => {
		const [name = "", ...more] = (column_names as string[]).map((each) => each.toLowerCase());
		return more.length === 0 && aliases.has(name) && !from.has(name)
			? [{ alias: name, at: Number(query_location) }]
			: [];
	});
}

/** The references to columns in expressions; what is inside a subquery belongs to that. */
function* columnReferences(value: unknown): Generator<Node> {
	if (Array.isArray(value)) for (const each of value) yield* columnReferences(each);
	else if (value !== null && typeof value === "object") {
		const node = value as Node;
		if (node.class === "SUBQUERY") return;
		if (node.class === "COLUMN_REF") yield node;
		else for (const each of Object.values(node)) yield* columnReferences(each);
	}
}

/** The names of a query's columns; undefined where they cannot be told. */
function columnsOf(query: Node, scope: Scope): ReadonlySet<string> | undefined {
	if (query.type === "SET_OPERATION_NODE")
		return columnsOf((query.left ?? (query.children as Node[])?.[0]) as Node, scope);
	if (query.type !== "SELECT_NODE") return undefined;
	const names = new Set<string>();
	for (const { alias, class: kind, column_names } of query.select_list as Node[]) {
		if (alias !== "") names.add(String(alias).toLowerCase());
		else if (kind === "COLUMN_REF") names.add((column_names as string[]).at(-1)?.toLowerCase() ?? "");
		else if (kind === "STAR") return columnsFrom(query.from_table as Node, scope);
	}
	return names;
}

function columnsFrom(from: Node, scope: Scope): ReadonlySet<string> | undefined {
	if (from.type === "EMPTY") return new Set();
	if (from.type === "BASE_TABLE") return scope.get(String(from.table_name).toLowerCase());
	if (from.type === "SUBQUERY") return columnsOf((from.subquery as { node: Node }).node, scope);
	if (from.type !== "JOIN") return undefined;
	const [left, right] = [columnsFrom(from.left as Node, scope), columnsFrom(from.right as Node, scope)];
	return left && right && new Set([...left, ...right]);
}
