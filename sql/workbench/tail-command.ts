import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { UserError } from "../../local/errors.ts";
import { liveDir } from "../../local/paths.ts";
import { startProgress } from "../../local/progress.ts";
import { readRelease } from "../../local/release.ts";
import { setUp } from "../../local/setup.ts";
import { onStop } from "../../local/signals.ts";
import { isUp, readStack } from "../../local/stack.ts";
import { type Feed, openFeed } from "../../producer/index.ts";
import { addReplayOptions, type ReplayOptions, replaySpec } from "../../producer/replay/options.ts";
import { offlineProperties, sqlDir } from "./properties.ts";
import { recordsOf } from "./records.ts";
import { Following, latestTime, rowPrinter, withRecords } from "./tail.ts";
import { type OnRow, startWorkbench, type Workbench } from "./workbench.ts";

const NOTES = `
A job of its own computes the relation, beside the one that runs: with the SQL that runs, from the same stream, which it
reads from its beginning, so that windows and values so far are the same. Rows that are taken back begin with "-".

Examples:
  $ npx tidemark sql tail bars --where "\`interval\` = '1m' AND symbol = 'AAPL'"
  $ npx tidemark sql tail moves --limit 20 --json
  $ npx tidemark sql tail bars_5m --replay trades.csv.gz
  $ npx tidemark sql tail alarms --sql examples/sensors --replay examples/sensors/readings.jsonl`;

interface Options extends ReplayOptions {
	sql?: string;
	where?: string;
	limit?: number;
	last: number;
	json?: boolean;
	replay?: string;
}

/** `tidemark sql tail`: the rows of any relation as they come. */
export function tailCommand(): Command {
	const command = new Command("tail")
		.description("show the rows of any source or view of the running local job as they come, or of a file of trades")
		.argument("<relation>", "a source or view, such as bars_1m")
		.option("--where <condition>", "only rows for which this holds, in SQL")
		.option("--limit <n>", "end after so many rows", parseCount)
		.option("--last <n>", "begin with so many of the rows that are there already", parseCount, 10)
		.option("--json", "a line of JSON for each row")
		.option("--sql <dir>", "the SQL directory (default: the SQL that runs; with --replay this repository's sql)")
		.option(
			"--replay <file>",
			"read a file instead of the stream, and end with it: CSV or JSONL, also .gz; with --sql a record a line",
		)
		.addHelpText("after", NOTES);
	return addReplayOptions(command).action(async (relation: string, options: Options) => {
		await tail(relation, options);
	});
}

async function tail(relation: string, options: Options): Promise<void> {
	const stop = new AbortController();
	const noLonger = onStop(
		() => stop.abort(),
		() => process.exit(130),
	);
	const sql = resolve(options.sql ?? sqlDir);
	const feed = options.replay === undefined ? undefined : await feedOf(options.replay, sql, options);
	const from = feed ? { sql, properties: offlineProperties(sql) } : await running(options.sql);
	const { java } = await setUp(startProgress());
	const workbench = await startWorkbench({ java });
	stop.signal.addEventListener("abort", () => workbench.child.kill());
	try {
		const out = output(relation, options, stop);
		const read = (rows?: string) =>
			workbench.request<unknown>(
				"tail",
				{ ...from, relation, where: options.where, ...(rows ? { rows } : {}) },
				out.take,
			);
		await (feed ? withRecords(feed, stop.signal, read) : read());
		out.end();
	} catch (error) {
		if (!stop.signal.aborted) throw friendly(error, relation, workbench);
	} finally {
		noLonger();
		await workbench.stop();
	}
}

/** Trades in any form that the producer reads; of a SQL directory about something else the records themselves. */
async function feedOf(file: string, sql: string, options: Options): Promise<Feed> {
	return sql === sqlDir ? openFeed(replaySpec([file], options)) : recordsOf(file);
}

/** The SQL and properties of the job that runs here. Throws {@link UserError} if none does. */
async function running(sql?: string): Promise<{ sql: string; properties: Record<string, string> }> {
	const stack = readStack(liveDir());
	const released = readRelease(liveDir());
	if (!stack || !released || !(await isUp(stack)))
		throw new UserError("No job runs here: start it with npm start, or read a file with --replay FILE");
	return { sql: sql === undefined ? released.sqlDir : resolve(sql), properties: released.release.properties };
}

function output(relation: string, options: Options, stop: AbortController): { take: OnRow; end: () => void } {
	let count = 0;
	let printer: ReturnType<typeof rowPrinter> | undefined;
	const out: OnRow = (row, change) => {
		if (count === options.limit) return;
		count += 1;
		if (options.json) process.stdout.write(`${JSON.stringify(change === 1 ? row : { ...row, retracted: true })}\n`);
		else {
			const first = printer === undefined;
			printer ??= rowPrinter(Object.keys(row));
			const line = printer.line(row, change); // which widens the columns
			if (first) process.stderr.write(`${printer.head()}\n`);
			process.stdout.write(`${line}\n`);
		}
		if (count === options.limit) stop.abort();
	};
	if (options.replay !== undefined) return { take: out, end: () => {} };
	const following = new Following({ last: options.last, since: Date.now() - 5_000, timeOf: latestTime, out });
	process.stderr.write(`Reading the stream for ${relation} …\n`);
	return { take: (row, change) => following.take(row, change), end: () => following.flush() };
}

function friendly(error: unknown, relation: string, { child }: Workbench): unknown {
	if (error instanceof UserError || !(error instanceof Error) || child.crashed()) return error;
	// Flink's words without its classes, and without places in a text that nobody wrote.
	const said =
		/Exception: (?:SQL validation failed\. |SQL parse failed\. |(?:From|At) line \d[^:]*: )*(.*?)(?:: [\w.]+Exception|$)/s.exec(
			error.message,
		);
	return said ? new UserError(`${relation} cannot be shown: ${said[1]}`, { cause: error }) : error;
}

function parseCount(text: string): number {
	const value = Number(text);
	if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError("Give a whole number, at least 1.");
	return value;
}
