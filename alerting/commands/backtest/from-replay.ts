/** Bars and hits of files of trades; made once and kept, for the same files and SQL. */
import { createHash } from "node:crypto";
import {
	createReadStream,
	createWriteStream,
	existsSync,
	mkdirSync,
	readdirSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
} from "node:fs";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { backtestDir, root } from "../../../local/paths.ts";
import type { Progress } from "../../../local/progress.ts";
import { hashFiles } from "../../../local/steps.ts";
import { openFeed } from "../../../producer/index.ts";
import { listFiles } from "../../../producer/replay/files.ts";
import { type ReplayOptions, replaySpec } from "../../../producer/replay/options.ts";
import { offlineProperties } from "../../../sql/workbench/properties.ts";
import { onFlink, recordsView } from "./on-flink.ts";
import { type Records, readRecords } from "./records.ts";

/** What of a SQL directory bars and hits depend on; sinks only write them. */
const READ = ["1_sources", "2_views"];
/** So many results are kept, those that were used last. */
const KEPT = 8;

/**
 * The bars and hits that a SQL directory makes of a file or folder of trades: those that were kept of an earlier time, if
 * neither the trades nor the SQL have changed since.
 *
 * @param options how the files are read, as for `tidemark produce`
 * @throws UserError where they cannot be read or the SQL is wrong
 */
export async function fromReplay(
	path: string,
	options: ReplayOptions,
	sql: string,
	progress: Progress,
): Promise<Records> {
	const dir = join(backtestDir(), "records");
	const files = await listFiles([path]);
	const kept = join(dir, `${await keyOf(files, options, sql)}.jsonl`);
	if (!existsSync(kept)) {
		mkdirSync(dir, { recursive: true });
		const aside = `${kept}.${process.pid}.new`;
		const feed = await openFeed(replaySpec([path], options));
		try {
			const out = createWriteStream(aside);
			await progress.step(`Making bars and hits of ${path} with the SQL on Flink`, () =>
				onFlink(feed, sql, progress, (line) => void out.write(`${line}\n`)),
			);
			out.end();
			await finished(out);
			renameSync(aside, kept);
		} finally {
			rmSync(aside, { force: true });
		}
		forgetOld(dir);
	}
	const now = new Date();
	utimesSync(kept, now, now);
	return { ...(await readRecords(kept)), source: path };
}

/** Names what the records depend on: the trades, how they are read, the SQL, and what runs it. */
async function keyOf(files: readonly string[], options: ReplayOptions, sql: string): Promise<string> {
	const hash = createHash("sha256");
	for (const file of files) {
		for await (const chunk of createReadStream(file)) hash.update(chunk);
		hash.update("\0");
	}
	const runner = hashFiles(join(root, "sql", "runner"), "pom.xml", "src/main");
	const views = [hashFiles(sql, ...READ), hashFiles(recordsView, "")];
	hash.update(JSON.stringify([options, ...views, runner, offlineProperties(sql)]));
	return hash.digest("hex").slice(0, 32);
}

function forgetOld(dir: string): void {
	const byUse = readdirSync(dir)
		.filter((name) => name.endsWith(".jsonl"))
		.map((name) => ({ path: join(dir, name), used: statSync(join(dir, name)).mtimeMs }))
		.sort((a, b) => b.used - a.used);
	for (const { path } of byUse.slice(KEPT)) rmSync(path, { force: true });
}
