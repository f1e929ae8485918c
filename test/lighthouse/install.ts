/** Lighthouse, fetched when it is wanted: with what it needs it is 170 MB. */
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { root, toolsDir } from "../../local/paths.ts";
import { startProgress } from "../../local/progress.ts";
import { runTool } from "../../local/run-tool.ts";
import { hashFiles, makeStep } from "../../local/steps.ts";

/** As much of Lighthouse's interface as is used here. */
export interface Lighthouse {
	default: (
		url: string,
		flags: { port: number; logLevel: "error"; onlyCategories: string[] },
		config?: object,
	) => Promise<{ lhr: Report } | undefined>;
	desktopConfig: object;
}

/** A report, in Lighthouse's words. */
export interface Report {
	runtimeError?: { code: string; message: string };
	/** Around 1,500 on a laptop, less on what is slower or busy. */
	environment: { benchmarkIndex: number };
	categories: Record<string, { score: number | null } | undefined>;
	audits: Record<string, Finding | undefined>;
}

interface Finding {
	id: string;
	title: string;
	displayValue?: string;
	score: number | null;
	details?: { type: string; items: { url?: unknown }[] };
}

const TOOL = join("test", "lighthouse", "tool");
const FILES = ["package.json", "package-lock.json"];

/** Fetches Lighthouse by npm, once, in the versions of its lock file. */
export async function loadLighthouse(): Promise<Lighthouse> {
	const step = {
		name: "lighthouse",
		title: "Fetching Lighthouse, once",
		inputs: [hashFiles(root, ...FILES.map((file) => join(TOOL, file)))],
		async make(dir: string, log: string, signal: AbortSignal | undefined) {
			for (const file of FILES) copyFileSync(join(root, TOOL, file), join(dir, file));
			const args = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
			await runTool({ name: "npm", command: "npm", args, env: process.env, log, signal, cwd: dir });
		},
	};
	await makeStep(step, toolsDir(), startProgress());
	const entry = join(toolsDir(), step.name, "node_modules", "lighthouse", "core", "index.js");
	return (await import(pathToFileURL(entry).href)) as Lighthouse;
}
