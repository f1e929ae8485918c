import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The clone's root. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Everything that Tidemark keeps on this machine; git-ignored. `TIDEMARK_STATE` puts it elsewhere, which tests use. */
export function stateDir(): string {
	return process.env.TIDEMARK_STATE ?? join(root, ".tidemark");
}

/** What the set-up builds and fetches; shared by all stacks. `TIDEMARK_TOOLS` puts it elsewhere. */
export function toolsDir(): string {
	return process.env.TIDEMARK_TOOLS ?? join(stateDir(), "tools");
}

/** Where each tool is after the set-up. */
export function tools() {
	const dir = toolsDir();
	return {
		dir,
		runnerJar: join(dir, "runner", "tidemark-runner.jar"),
		flinkLib: join(dir, "flink"),
		questdbJar: join(dir, "questdb", "questdb.jar"),
		emulator: join(dir, "ministack", "bin", "ministack"),
		duckdbExtensions: join(dir, "duckdb"),
	};
}

/** The live stack's directory. */
export function liveDir(): string {
	return join(stateDir(), "live");
}

/** The directory that holds one directory for each run that ends (`--once`). */
export function runsDir(): string {
	return join(stateDir(), "runs");
}

/** What backtests of alerting rules keep: bars and hits of files, and the page of the last one. */
export function backtestDir(): string {
	return join(stateDir(), "backtest");
}
