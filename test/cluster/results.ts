/** What a job has read, and whether what came of it is right. */
import { setTimeout as sleep } from "node:timers/promises";
import { expect } from "vitest";
import type { FlinkRest } from "../../local/flink-rest.ts";
import { openLake } from "../../local/lake.ts";
import type { Outputs } from "../../local/stack.ts";
import { kinesisClient } from "../../producer/client.ts";
import { expectSameBars } from "../e2e/comparing.ts";
import type { ExpectedBar } from "../e2e/expected.ts";
import { readBack } from "../support/read_back.ts";
import { names, stream } from "./places.ts";

/** Waits until the job has read so many records and has completed a checkpoint after that; resolves to how many by then. */
export async function readOver(rest: FlinkRest, records: number): Promise<number> {
	while (true) {
		const job = await rest.job();
		const numbers = job && (await rest.numbers(job));
		if (job && numbers && numbers.recordsRead >= records) {
			await rest.checkpoint(job.id);
			return (await rest.numbers(job)).recordsRead;
		}
		await sleep(1_000);
	}
}

/** Each bar once and right, and each trade once. */
export async function expectLake(endpoint: string, trades: number, bars: ExpectedBar[]): Promise<void> {
	const outputs = { LakeDatabase: names.LAKE_DATABASE } as Outputs;
	const lake = await openLake({ endpoints: { aws: endpoint, flink: "", questdb: "" }, outputs });
	try {
		const read = async <T>(sql: string) => (await lake.connection.runAndReadAll(sql)).getRowObjectsJson() as T[];
		// The last commit of each table may come a moment after the checkpoint that it belongs to.
		const rowsIn = async (table: string) =>
			Number((await read<{ n: string }>(`SELECT count(*) AS n FROM ${table}`))[0]?.n);
		const isThere = async () => (await rowsIn("bars")) >= bars.length && (await rowsIn("trades")) >= trades;
		for (let tries = 0; tries < 100 && !(await isThere()); tries++) {
			await sleep(300);
			await lake.refresh();
		}
		const start = "strftime(window_start, '%Y-%m-%dT%H:%M:%S.%gZ') AS window_start";
		const numbers =
			"open, high, low, close, volume::DOUBLE AS volume, trade_count::DOUBLE AS trade_count, vwap, move_pct";
		expectSameBars(await read<ExpectedBar>(`SELECT symbol, interval, ${start}, ${numbers} FROM bars`), bars);
		expect(await read("SELECT * FROM rejects")).toEqual([]);
		const counted = "SELECT sum(trades)::INT AS trades, sum(duplicates)::INT AS duplicates FROM counts";
		expect(await read(counted)).toEqual([{ trades, duplicates: 0 }]);
		const kept =
			"SELECT count(*)::INT AS all, count(DISTINCT (symbol, event_time, trade_id))::INT AS different FROM trades";
		expect(await read(kept)).toEqual([{ all: trades, different: trades }]);
	} finally {
		lake.close();
	}
}

/** In the stream a bar may be there again after a restart, and it is the same bar, unless wrong ones were corrected: the last is right. */
export async function expectStream(endpoint: string, bars: ExpectedBar[], { corrected = false } = {}): Promise<void> {
	const kinesis = kinesisClient({ endpoint });
	const byKey = new Map<string, ExpectedBar>();
	try {
		for await (const { inside } of readBack(kinesis, stream("BARS"))) {
			for (const text of inside) {
				const { emitted_at: _, ...bar } = JSON.parse(text) as ExpectedBar & { emitted_at: string };
				const key = `${bar.symbol} ${bar.interval} ${bar.window_start}`;
				const before = byKey.get(key);
				if (before && !corrected) expect(bar, key).toEqual(before);
				byKey.set(key, bar);
			}
		}
	} finally {
		kinesis.destroy();
	}
	expectSameBars([...byKey.values()], bars);
}
