/** Bars and hits of a file of trades, made by the job's own SQL on a Flink of its own. */
import { copyFileSync, cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { jobFiles } from "../../../infra/properties.ts";
import { UserError } from "../../../local/errors.ts";
import type { Progress } from "../../../local/progress.ts";
import { setUp } from "../../../local/setup.ts";
import { onStop } from "../../../local/signals.ts";
import type { Feed } from "../../../producer/index.ts";
import { offlineProperties } from "../../../sql/workbench/properties.ts";
import { withRecords } from "../../../sql/workbench/tail.ts";
import { startWorkbench } from "../../../sql/workbench/workbench.ts";

/** The view that has both, and what it is called in the SQL. */
export const recordsView = fileURLToPath(new URL("alert_records.sql", import.meta.url));
const VIEW = "alert_records";
/** All trades are held at once; a day of an exchange's busiest symbols fits. */
const JVM = ["-XX:+UseSerialGC", "-Xms256m", "-Xmx4g"];
const SAY_MS = 15_000;

/**
 * Runs a SQL directory over a feed of trades and calls back with each bar and hit, as a line of JSON. Throws SqlError where
 * the SQL is wrong.
 */
export async function onFlink(
	feed: Feed,
	sql: string,
	progress: Progress,
	take: (line: string) => void,
): Promise<void> {
	const { java } = await setUp(progress);
	const dir = mkdtempSync(join(tmpdir(), "tidemark-backtest-"));
	const stop = new AbortController();
	const workbench = await startWorkbench({ java, options: JVM });
	const noLonger = onStop(
		() => stop.abort(),
		() => process.exit(130),
	);
	stop.signal.addEventListener("abort", () => workbench.child.kill());
	try {
		for (const part of jobFiles)
			if (existsSync(join(sql, part))) cpSync(join(sql, part), join(dir, part), { recursive: true });
		copyFileSync(recordsView, join(dir, "2_views", `${VIEW}.sql`));
		let count = 0;
		let said = performance.now();
		await withRecords(feed, stop.signal, (rows) =>
			workbench.request(
				"tail",
				{ sql: dir, properties: offlineProperties(sql), relation: VIEW, rows },
				({ record }) => {
					const line = String(record);
					take(line);
					count += 1;
					if (performance.now() - said < SAY_MS) return;
					said = performance.now();
					const { window_end, event_time = window_end } = JSON.parse(line) as {
						window_end?: string;
						event_time?: string;
					};
					progress.say(`${count} bars and hits so far, up to ${event_time}`);
				},
			),
		);
	} catch (error) {
		throw stop.signal.aborted ? new UserError("Stopped before all bars and hits were made") : error;
	} finally {
		noLonger();
		await workbench.stop();
		rmSync(dir, { recursive: true, force: true });
	}
}
