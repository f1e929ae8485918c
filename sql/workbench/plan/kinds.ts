import { kindOf, type PlanNode } from "./plan.ts";

/** These keep nothing between two rows, or give it out before each checkpoint. */
const STATELESS = new Set([
	"calc",
	"correlate",
	"drop-update-before",
	"exchange",
	"expand",
	"local-group-aggregate",
	"local-window-aggregate",
	"lookup-join",
	"mini-batch-assigner",
	"union",
	"watermark-assigner",
	"window-table-function",
]);

/** These keep rows, in a form that the whole node decides. */
export const KEEPS_ROWS: Record<string, string> = {
	"async-calc": "rows that wait for an answer",
	"changelog-normalize": "the last row of each key",
	deduplicate: "which keys were seen",
	"group-table-aggregate": "totals",
	"group-window-aggregate": "open windows",
	"incremental-group-aggregate": "totals",
	"interval-join": "rows of both sides that may still find a partner",
	join: "all rows of both sides",
	limit: "how many rows were given out",
	"lookup-join": "what was looked up",
	match: "patterns that have begun",
	rank: "the first rows of each key",
	sort: "rows to sort",
	"sort-limit": "the first rows",
	"temporal-join": "rows that wait for the time of the other side",
	"temporal-sort": "rows that wait for the watermark",
	// One that has ended says so in a checkpoint, and gives its rows out again where that is not found.
	values: "whether its rows were given out",
	"window-deduplicate": "the row of each open window",
	"window-join": "rows of open windows",
	"window-rank": "the first rows of each open window",
	"window-table-function": "open sessions",
};

/** Whether a node keeps nothing between two rows. */
export function isStateless(node: PlanNode): boolean {
	const kind = kindOf(node);
	if (!STATELESS.has(kind) || node.state) return false;
	if (kind === "lookup-join")
		return !node.asyncLookupOptions && !node.lookupKeyUpsertMaterialize && !node.upsertMaterialize;
	const window = (node.windowing as { window?: { type?: string } } | undefined)?.window;
	return kind !== "window-table-function" || window?.type !== "SessionWindow";
}
