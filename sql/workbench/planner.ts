import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { toolsDir } from "../../local/paths.ts";
import { readSqlFiles } from "../../local/release.ts";
import { stampIn } from "../../local/steps.ts";
import type { Compilation } from "./types.ts";
import type { Compile, Planner, Workbench } from "./workbench.ts";

/** How many compilations are kept, each of some 100 KB. */
const KEPT = 40;

/**
 * A planner whose JVM is started by the first request that needs one: what this runner compiled before, from the same files with
 * the same properties, is kept below the tools. What failed is not kept.
 */
export function planner(start: () => Promise<Workbench>, dir = keptDir()): Planner {
	let started: Promise<Workbench> | undefined;
	const workbench = () => {
		started ??= start();
		return started;
	};
	return {
		compile: (what) => compileOnce(what, async () => (await workbench()).compile(what), { dir }),
		request: async (what, body, onRow) => (await workbench()).request(what, body, onRow),
		async stop() {
			await (await started?.catch(() => undefined))?.stop();
		},
	};
}

/** Where the files and what is kept are. */
export interface Where {
	/** The files by their path, where they are not in the directory that is compiled. */
	files?: Record<string, string>;
	dir?: string;
}

/** What was compiled of these files with these properties, or is now. */
export async function compileOnce(
	what: Compile,
	compile: () => Promise<Compilation>,
	{ files, dir = keptDir() }: Where = {},
): Promise<Compilation> {
	const key = () => keyOf(what, files ?? readSqlFiles(what.sql));
	const before = key();
	const file = join(dir, `${before}.json.gz`);
	const kept = read(file);
	if (kept) return kept;
	const compiled = await compile();
	// The files may have been edited meanwhile.
	if (key() === before) keep(dir, file, compiled);
	return compiled;
}

/**
 * The plan of these files with these properties, as JSON. Each run has ports and buckets of its own, so addresses of this
 * machine and of S3 are put in when all else is compiled: one plan serves many runs.
 */
export async function planOnce(
	{ sql, properties }: Pick<Compile, "sql" | "properties">,
	compile: (what: Compile) => Promise<Compilation>,
	where?: Where,
): Promise<string> {
	// Hosts that no file speaks of, and that cannot be (RFC 2606), stand in for them.
	const standIns = Object.entries(properties).flatMap(([name, value]) => {
		const scheme = /^(http):\/\/127\.0\.0\.1:\d+$|^(s3):\/\/[^\s'"\\]+$/.exec(value)?.slice(1).find(Boolean);
		return scheme ? [{ name, value, standIn: `${scheme}://${hostOf(name)}.invalid` }] : [];
	});
	const others = Object.fromEntries(standIns.map(({ name, standIn }) => [name, standIn]));
	const what = { sql, properties: { ...properties, ...others }, places: properties, plan: true, describe: false };
	const { plan = "" } = await compileOnce(what, () => compile(what), where);
	return standIns.reduce((text, { standIn, value }) => text.replaceAll(standIn, () => value), plan);
}

function hostOf(name: string): string {
	return name.toLowerCase().replaceAll("_", "-");
}

function keptDir(): string {
	return join(toolsDir(), "compiled");
}

/** Over all that decides what becomes of it; the stamps are over the runner's sources and Flink's version. */
function keyOf({ properties, plan = false, describe = true }: Compile, files: Record<string, string>): string {
	const stamps = ["runner", "flink"].map((tool) => stampIn(toolsDir(), tool));
	const from = [stamps, Object.entries(files).sort(), Object.entries(properties).sort(), plan, describe];
	return createHash("sha256").update(JSON.stringify(from)).digest("hex");
}

/** Undefined where there is none, or none that can be read. */
function read(file: string): Compilation | undefined {
	try {
		const compiled = JSON.parse(gunzipSync(readFileSync(file)).toString("utf8")) as Compilation;
		utimesSync(file, new Date(), new Date());
		return compiled;
	} catch {
		return undefined;
	}
}

/** Keeps it whole or not at all, and the newest only; where that cannot be written to it is done without. */
function keep(dir: string, file: string, compiled: Compilation): void {
	try {
		mkdirSync(dir, { recursive: true });
		const aside = `${file}.${process.pid}`;
		writeFileSync(aside, gzipSync(JSON.stringify(compiled), { level: 1 }));
		renameSync(aside, file);
		const all = readdirSync(dir).map((name) => ({ path: join(dir, name), at: statSync(join(dir, name)).mtimeMs }));
		for (const { path } of all.sort((a, b) => b.at - a.at).slice(KEPT)) rmSync(path, { force: true });
	} catch {}
}
