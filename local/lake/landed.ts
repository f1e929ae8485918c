import { until } from "../drain.ts";
import { openLake } from "../lake.ts";
import { startQuestDb } from "../questdb.ts";
import { answers, type Stack } from "../stack.ts";
import { compareBars, readStoreBars, tallyLake } from "../tally.ts";

/** Landing takes what was sent within seconds. */
const STUCK_MS = 60_000;

/**
 * Waits until the store of a stack holds every bar of its lake as the lake has it. A store that sleeps is woken at its own
 * address, which the landing function knows. Throws UserError where bars are not there after a minute without a change.
 */
export async function waitForStore(stack: Stack, awake: Stack, java: string): Promise<void> {
	const { questdb } = stack.endpoints;
	const up = await answers(`${questdb}/exec?query=SELECT%201`);
	const store = up ? undefined : await startQuestDb(stack.dir, Number(new URL(questdb).port), java);
	const lake = await openLake(awake);
	try {
		await until(
			async () => {
				const { barRows } = await tallyLake(lake);
				const stored = await readStoreBars(questdb);
				// A bar that was taken out of the lake stays in the store, which nobody can tell to forget it.
				return compareBars(barRows, new Map([...stored].filter(([key]) => barRows.has(key))));
			},
			{ everyMs: 500, stuckMs: STUCK_MS },
		);
	} finally {
		lake.close();
		await store?.stop();
	}
}
