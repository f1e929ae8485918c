/** The command's work on a table of the emulator's lake that a program goes on writing. */
import { expect, onTestFinished, test } from "vitest";
import { startEmulator } from "../../../local/emulator.ts";
import { type MaintainOptions, maintain } from "../../../local/lake/maintain.ts";
import { openLake } from "../../../local/lake.ts";
import { choosePorts } from "../../../local/ports.ts";
import { readRows } from "../../../local/rows.ts";
import { setUp } from "../../../local/setup.ts";
import type { Outputs } from "../../../local/stack.ts";
import { startCommitter } from "../../support/lake/committer.ts";
import { tempDir } from "../support.ts";

const quiet = { say: () => {}, seconds: () => 0, step: <T>(_: string, work: () => Promise<T>) => work() };
const options: MaintainOptions = { tables: [], keepMs: 1, targetBytes: 128_000_000 };

test("a table that is written all the while gets few files, and loses and doubles no row", async () => {
	const { java } = await setUp(quiet);
	const { aws } = await choosePorts({}, { pickFree: true, names: ["aws"] });
	const emulator = await startEmulator(tempDir(), aws);
	onTestFinished(() => emulator.stop(0));
	const endpoints = { aws: `http://127.0.0.1:${aws}`, flink: "", questdb: "" };
	const stack = { id: "here", endpoints, outputs: { LakeBucket: "lake", LakeDatabase: "tidemark" } as Outputs };
	const writer = await startCommitter(endpoints.aws, java, { commits: 12, rows: 3, pauseMs: 100 });

	const [planned] = await maintain(stack, java, { ...options, dryRun: true }, quiet);
	expect(planned?.after).toBeUndefined();
	expect(planned?.rewrittenFiles).toBeGreaterThanOrEqual(12);

	const said: string[] = [];
	const [done] = await maintain(stack, java, options, { say: (text) => said.push(text) });
	expect(done).toMatchObject({ table: "trades", leftGroups: 0 });
	expect(done?.before?.files).toBeGreaterThan(12);
	expect(done?.rewrittenFiles).toBeGreaterThanOrEqual(done?.before?.files ?? 0);
	expect(said).toContain("trades: 1 of 1 groups of files are compacted");

	const written = await writer.stop();
	const [still] = await maintain(stack, java, { ...options, tables: ["lake.trades"] }, quiet);
	expect(still?.after).toMatchObject({ partitions: 1, rows: written.rows });
	expect(still?.after?.files).toBeLessThan(6);
	expect(still?.after?.snapshots).toBeLessThanOrEqual(3);

	const lake = await openLake(stack);
	onTestFinished(() => lake.close());
	const counts = await lake.connection.runAndReadAll("SELECT count(*), count(DISTINCT trade_id) FROM trades");
	expect(readRows(counts).rows).toEqual([[written.rows, written.rows]]);

	await expect(maintain(stack, java, { ...options, tables: ["candles"] }, quiet)).rejects.toThrow(
		"The lake of here has no table candles. There are: trades",
	);
	const stopped = AbortSignal.abort(new Error("Ctrl-C"));
	await expect(maintain(stack, java, options, quiet, stopped)).rejects.toThrow("Ctrl-C");
}, 240_000);
