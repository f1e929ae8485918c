import type { Bar } from "../../contracts.ts";
import type { Outcome, Valued } from "../records.ts";
import { type BarRecord, barRecord } from "./record.ts";
import { type BarTable, mostRecords } from "./table.ts";

type Item = { record: BarRecord; sortKey: string; index: number };

/**
 * Writes bars to Timestream for LiveAnalytics, each with its version, so that bars may come again and in any order. Of a
 * bar's versions in the batch the newest is written; where the table refuses it for good, the next newest is. When a call
 * fails no more is tried: what is left has failed, and comes again.
 */
export function barWriter(table: BarTable): (entries: readonly Valued<Bar>[]) => Promise<Outcome[]> {
	return async (entries) => {
		const outcomes = entries.map((): Outcome => ({ status: "handled" }));
		const items = entries.map(({ value }, index): Item => {
			const { symbol, interval, window_start } = value;
			return { record: barRecord(value), sortKey: JSON.stringify([interval, symbol, window_start]), index };
		});
		// Bars of one interval and symbol side by side have the most to share within a call.
		const groups = [...Map.groupBy(items, ({ sortKey }) => sortKey).values()]
			.map((group) => group.sort((a, b) => b.record.Version - a.record.Version || b.index - a.index))
			.sort(([a], [b]) => ((a?.sortKey ?? "") < (b?.sortKey ?? "") ? -1 : 1));
		for (let waiting = groups; waiting.length > 0; ) waiting = await writeNewest(table, waiting, outcomes);
		return outcomes;
	};
}

/** Writes the first of each group. Returns what is left of the groups whose first was refused. */
async function writeNewest(table: BarTable, groups: Item[][], outcomes: Outcome[]): Promise<Item[][]> {
	const left: Item[][] = [];
	for (let start = 0; start < groups.length; start += mostRecords) {
		const some = groups.slice(start, start + mostRecords);
		try {
			const verdicts = await table.write(some.flatMap(([first]) => first?.record ?? []));
			for (const [position, [first, ...older]] of some.entries()) {
				const detail = verdicts[position];
				if (detail === undefined || !first) continue;
				outcomes[first.index] = { status: "rejected", detail };
				if (older.length > 0) left.push(older);
			}
		} catch (error) {
			for (const { index } of [...groups.slice(start), ...left].flat()) outcomes[index] = { status: "failed", error };
			return [];
		}
	}
	return left;
}
