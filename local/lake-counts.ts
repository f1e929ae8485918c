/** What the lake alone counts, minute by minute, copied into QuestDB for Grafana, which cannot ask the lake of this machine. */
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf } from "./errors.ts";
import type { Lake } from "./lake.ts";
import { readRows } from "./rows.ts";

/** Rejects by the minute in which they came, the rest by the trade's minute: as grafana/queries/lake.ts asks Athena. */
const COUNTS = `
	SELECT epoch_ms(date_trunc('minute', arrived_at)), reason, count(*) FROM rejects GROUP BY ALL
	UNION ALL SELECT epoch_ms(window_start), 'duplicates', sum(duplicates) FROM counts GROUP BY ALL
	UNION ALL SELECT epoch_ms(window_start), 'out_of_order', sum(out_of_order) FROM counts GROUP BY ALL`;

/** The lake's rows become visible with checkpoints, some seconds apart. */
const EVERY_MS = 10_000;
/** Failures in a row before one is told: a part that restarts is told by others. */
const PATIENCE = 6;

/** Copies counts from a lake into a store; only what has changed since the last time is written. */
export class LakeCountsCopy {
	readonly #questdb: string;
	readonly #written = new Map<string, number>();

	/** @param questdb the store's address, such as `http://127.0.0.1:9000` */
	constructor(questdb: string) {
		this.#questdb = questdb;
	}

	/** Writes what the lake's newest snapshots say. Returns how many counts were written. @throws what either store answers */
	async copy(lake: Pick<Lake, "connection" | "refresh" | "tables">): Promise<number> {
		await lake.refresh();
		// The job makes them when it starts.
		if (!["rejects", "counts"].every((name) => lake.tables.includes(name))) return 0;
		const { rows } = readRows(await lake.connection.runAndReadAll(COUNTS));
		const counts = rows.map(([minute, what, records]) => ({ key: `${minute} ${what}`, minute, what, records }));
		const changed = counts.filter(({ key, records }) => this.#written.get(key) !== Number(records));
		if (changed.length === 0) return 0;
		const lines = changed.map(({ minute, what, records }) => `lake_counts,what=${what} records=${records}i ${minute}`);
		const response = await fetch(`${this.#questdb}/write?precision=ms`, { method: "POST", body: lines.join("\n") });
		if (!response.ok) throw new Error(`QuestDB refuses the lake's counts: ${await response.text()}`);
		for (const { key, records } of changed) this.#written.set(key, Number(records));
		return changed.length;
	}
}

/** Copies again and again until `signal` aborts; never throws. Says once what keeps it from it for long. */
export async function copyLakeCounts(
	questdb: string,
	lake: () => Promise<Pick<Lake, "connection" | "refresh" | "tables">>,
	{ signal, say, everyMs = EVERY_MS }: { signal: AbortSignal; say: (text: string) => void; everyMs?: number },
): Promise<void> {
	const copy = new LakeCountsCopy(questdb);
	let failures = 0;
	while (!signal.aborted) {
		try {
			await copy.copy(await lake());
			failures = 0;
		} catch (error) {
			failures += 1;
			if (failures === PATIENCE) say(`Grafana does not get the lake's counts just now: ${messageOf(error)}`);
		}
		await sleep(everyMs, undefined, { signal }).catch(() => {});
	}
}
