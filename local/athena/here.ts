import { type Lake, openLake } from "../lake.ts";
import { runSql } from "../query.ts";
import { findStack } from "../stack.ts";
import { withEmulator } from "../wake.ts";
import { type Target, writeAnswer } from "./answer.ts";
import { viewsAsOf } from "./as-of.ts";
import { speakAthena } from "./session.ts";
import { parse, tablesIn } from "./tree.ts";

/**
 * Runs one query over the lake of a stack on this machine, and returns what is to be printed.
 * Throws {@link UserError} for whatever its user can put right.
 */
export async function runHere(
	query: string,
	{ asOf, run, target }: { asOf: Date | undefined; run: string | undefined; target: Target },
): Promise<string> {
	const stack = await findStack(run);
	return withEmulator(stack, async (awake) => {
		const lake = await openLake(awake);
		try {
			await prepare(lake, query, asOf);
			// A mistake in the query is told as such, not as one of the COPY around it.
			if (target.format === "parquet") await runSql(lake, `EXPLAIN ${query}`);
			return await writeAnswer(target, lake.connection, query, () => runSql(lake, query));
		} finally {
			lake.close();
		}
	});
}

/**
 * Makes an open lake ready for one query as of a time. Views that were pointed at a time stay there
 * until the lake is refreshed.
 */
export async function prepare(lake: Lake, query: string, asOf?: Date): Promise<void> {
	const { connection } = lake;
	await speakAthena(connection);
	if (asOf) await viewsAsOf(lake, tablesIn(await parse(connection, query)), asOf);
}
