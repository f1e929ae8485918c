import { Bar, Hit } from "../../../contracts.ts";
import { openLake } from "../../../local/lake.ts";
import { runSql } from "../../../local/query.ts";
import type { Rows } from "../../../local/rows.ts";
import { findStack } from "../../../local/stack.ts";
import { withEmulator } from "../../../local/wake.ts";
import { type Records, readFrom, type Wanted } from "./records.ts";

/**
 * The bars and hits in the lake of a stack: of the run with this id, else of the live one or the latest run. Throws
 * {@link UserError} where there is nothing to read.
 */
export async function fromLake(run: string | undefined, wanted: Wanted): Promise<Records> {
	const stack = await findStack(run);
	return withEmulator(stack, async (awake) => {
		const lake = await openLake(awake);
		try {
			// By the partitions alone; to the millisecond it is sifted afterwards, as the records of files are.
			const days = [
				...(wanted.from === undefined ? [] : [`"day" >= DATE '${dayOf(readFrom(wanted.from))}'`]),
				...(wanted.to === undefined ? [] : [`"day" <= DATE '${dayOf(wanted.to)}'`]),
			];
			const where = days.length === 0 ? "" : ` WHERE ${days.join(" AND ")}`;
			const bars = await runSql(lake, `SELECT * FROM bars${where}`);
			const hits = await runSql(lake, `SELECT * FROM hits${where}`);
			return {
				source: stack.id === "live" ? "the lake of the live stack" : `the lake of run ${stack.id}`,
				bars: objects(bars).map((row) => Bar.parse(row)),
				hits: objects(hits).map((row) => Hit.parse(row)),
			};
		} finally {
			lake.close();
		}
	});
}

function dayOf(time: number): string {
	return new Date(time).toISOString().slice(0, 10);
}

function objects({ columns, rows }: Rows): Record<string, unknown>[] {
	return rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i] ?? null])));
}
