/** `npm run test:trino`: the named queries in DuckDB and in a real Trino over the same tables. Says so where it cannot. */
import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { runApart } from "../support/run_apart.ts";
import { findJdk, installTrino } from "./install.ts";

async function main(): Promise<number> {
	if (!findJdk()) {
		process.stdout.write(
			"Trino was NOT run: it needs a JDK of version 24 or newer, in TIDEMARK_TRINO_JDK, JAVA_HOME or /usr/lib/jvm\n0 passed, 0 failed, 1 skipped\n",
		);
		return 0;
	}
	const progress = startProgress();
	await setUp(progress);
	await installTrino(progress);
	return runApart("trino");
}

process.exitCode = await main();
