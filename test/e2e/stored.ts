import getPort from "get-port";
import { findPrerequisites } from "../../local/prerequisites.ts";
import { startQuestDb } from "../../local/questdb.ts";
import type { ExpectedBar } from "./expected.ts";
import { currentRun } from "./kill.ts";

/** The bars that are in the time-series store of the one run in this state directory, read by the store itself. */
export async function storedBars(state: string): Promise<ExpectedBar[]> {
	const run = currentRun(state);
	if (!run) throw new Error(`There is no run in ${state}`);
	const { java } = await findPrerequisites(["jdk"]);
	const port = await getPort();
	const questdb = await startQuestDb(run.dir, port, java);
	try {
		const columns = "symbol, interval, timestamp, open, high, low, close, volume, trade_count, vwap, move_pct";
		const url = `http://127.0.0.1:${port}/exec?limit=0,1000000&query=${encodeURIComponent(`SELECT ${columns} FROM bars`)}`;
		const answer = (await (await fetch(url)).json()) as { dataset: (string | number | null)[][]; error?: string };
		if (answer.error) throw new Error(answer.error);
		return answer.dataset.map(([symbol, interval, time, ...numbers]) => {
			const [open, high, low, close, volume, trade_count, vwap, move_pct] = numbers as number[];
			const window_start = new Date(String(time)).toISOString();
			return { symbol, interval, window_start, open, high, low, close, volume, trade_count, vwap, move_pct };
		}) as ExpectedBar[];
	} finally {
		await questdb.stop();
	}
}
