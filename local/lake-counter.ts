import { type Lake, openLake } from "./lake.ts";
import type { LakeCounts } from "./page/messages.ts";
import { readRows } from "./rows.ts";
import type { Stack } from "./stack.ts";

/** Counts what of the lake the live page shows; the lake is opened when it is first wanted. */
export function lakeCounter(stack: Pick<Stack, "endpoints" | "outputs">) {
	let lake: Promise<Lake> | undefined;
	const open = (): Promise<Lake> => {
		lake ??= openLake(stack);
		lake.catch(() => {
			lake = undefined;
		});
		return lake;
	};
	return {
		/** The lake, open as long as the counter is. @throws where it cannot be read (yet) */
		open,
		/** Duplicates, rejects by reason, and the trades of closed minutes, as of the newest snapshots. */
		async counts(): Promise<LakeCounts> {
			const { connection, refresh } = await open();
			await refresh();
			const rejects = readRows(await connection.runAndReadAll("SELECT reason, count(*) FROM rejects GROUP BY reason"));
			const of = (reason: string) => Number(rejects.rows.find(([name]) => name === reason)?.[1] ?? 0);
			const { rows } = readRows(
				await connection.runAndReadAll(
					"SELECT sum(duplicates), sum(trades), epoch_ms(max(window_start) + INTERVAL 1 MINUTE) FROM counts",
				),
			);
			const [duplicates, trades, until] = rows[0] ?? [];
			return {
				duplicates: Number(duplicates ?? 0),
				malformed: of("malformed"),
				invalid: of("invalid"),
				late: of("late"),
				trades: Number(trades ?? 0),
				until: until === null || until === undefined ? null : new Date(Number(until)).toISOString(),
			};
		},
		close(): void {
			void lake?.then((opened) => opened.close()).catch(() => {});
		},
	};
}
