/**
 * `npm run bench:lake`: 2,000 small commits into one day of a lake table, then `tidemark lake maintain`, while the writer
 * goes on. Files, time to plan a query with Iceberg and to answer one with DuckDB, snapshots and metadata before and after;
 * every row that was written has to be there once. Writes nothing but a temporary folder.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { availableParallelism, cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { Command } from "commander";
import { startEmulator } from "../../local/emulator.ts";
import { maintain } from "../../local/lake/maintain.ts";
import { sayMaintained } from "../../local/lake/maintained.ts";
import { type Lake, openLake } from "../../local/lake.ts";
import { choosePorts } from "../../local/ports.ts";
import { startProgress } from "../../local/progress.ts";
import { readRows } from "../../local/rows.ts";
import { setUp } from "../../local/setup.ts";
import type { Outputs } from "../../local/stack.ts";
import { parseNumber } from "../../producer/options.ts";
import { type Committer, startCommitter } from "../support/lake/committer.ts";
import { table } from "./alerts/table.ts";
import { median } from "./measured.ts";

const QUERY = "SELECT symbol, count(*), max(price) FROM trades GROUP BY symbol";
const TURNS = 5;

const { commits, rows, pause, keep } = new Command("bench:lake")
	.option("--commits <number>", "how many commits there are before", parseNumber, 2_000)
	.option("--rows <number>", "rows of each", parseNumber, 50)
	.option("--pause <ms>", "between two commits of the writer that goes on", parseNumber, 1_000)
	.option("--keep <ms>", "snapshots younger than this stay", parseNumber, 60_000)
	.parse()
	.opts<{ commits: number; rows: number; pause: number; keep: number }>();

const progress = startProgress();
const { java } = await setUp(progress);
const dir = mkdtempSync(join(tmpdir(), "tidemark-bench-lake-"));
const { aws } = await choosePorts({}, { pickFree: true, names: ["aws"] });
const emulator = await startEmulator(dir, aws);
try {
	const endpoints = { aws: `http://127.0.0.1:${aws}`, flink: "", questdb: "" };
	const outputs = { LakeBucket: "lake", LakeDatabase: "tidemark" } as Outputs;
	const writer = await progress.step(`${commits} commits of ${rows} rows`, () =>
		startCommitter(endpoints.aws, java, { commits, rows, pauseMs: pause }),
	);
	const lake = await openLake({ endpoints, outputs });
	const before = await measure(writer, lake);
	const options = { tables: [], keepMs: keep, targetBytes: 128_000_000 };
	const stack = { id: "bench", endpoints, outputs };
	const done = await maintain(stack, java, options, progress);
	// The first time takes the longest, and the writer goes on; from then on there is as little to do as now.
	const again = await maintain(stack, java, options, progress);
	const after = await measure(writer, lake);
	const written = await writer.stop();
	await lake.refresh();
	const [[found, different] = []] = readRows(
		await lake.connection.runAndReadAll("SELECT count(*), count(DISTINCT trade_id) FROM trades"),
	).rows;
	lake.close();
	say(before, after, `${sayMaintained(done)}\n\nand once more:\n\n${sayMaintained(again)}`);
	if (Number(found) !== written.rows || Number(different) !== written.rows)
		throw new Error(`${written.rows} rows were written, ${found} are there, ${different} of them different`);
	process.stdout.write(`\nmet    all ${written.rows} rows of ${written.commits} commits are there, each once\n`);
} finally {
	await emulator.stop(5_000);
	rmSync(dir, { recursive: true, force: true });
}

interface Measured {
	files: number;
	planMs: number;
	queryMs: number;
}

/** Medians; each turn reads the table's metadata anew, as each query does. */
async function measure(writer: Committer, lake: Lake): Promise<Measured> {
	const plans: { files: number; ms: number }[] = [];
	const queries: number[] = [];
	for (let turn = 0; turn < TURNS; turn++) {
		plans.push(await writer.plan());
		await lake.refresh();
		const start = performance.now();
		await lake.connection.runAndReadAll(QUERY);
		queries.push(performance.now() - start);
	}
	return { files: plans[0]?.files ?? 0, planMs: median(plans.map(({ ms }) => ms)), queryMs: median(queries) };
}

function say(before: Measured, after: Measured, maintained: string): void {
	const row = (name: string, of: (measured: Measured) => number, digits = 0) => [
		name,
		of(before).toFixed(digits),
		of(after).toFixed(digits),
		`${(of(before) / of(after)).toFixed(1)} ×`,
	];
	const figures = [
		row("files a query reads", ({ files }) => files),
		row("ms to plan it (Iceberg)", ({ planMs }) => planMs, 1),
		row("ms to answer it (DuckDB)", ({ queryMs }) => queryMs, 1),
	];
	const machine = `Node ${process.version}, ${availableParallelism()} cores, ${cpus()[0]?.model}`;
	const head = [`after ${commits} commits; medians of ${TURNS}`, "before", "after", "less"];
	process.stdout.write(`${machine}\n\n${maintained}\n\n${table(head, figures)}\n`);
}
