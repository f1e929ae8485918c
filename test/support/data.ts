import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { root } from "../../local/paths.ts";

const TRADES = "trades-2013-10-07.csv.gz";

/** The folder with the real market data, from TIDEMARK_DATA or beside the repository; undefined where there is none. */
export function realDataDir(): string | undefined {
	const dir = resolve(root, process.env.TIDEMARK_DATA ?? join("..", "shared", "data"));
	return existsSync(join(dir, TRADES)) ? dir : undefined;
}

/** The path of one file of the real market data; undefined where it is not there. */
export function realData(file: string): string | undefined {
	const dir = realDataDir();
	return dir && existsSync(join(dir, file)) ? join(dir, file) : undefined;
}
