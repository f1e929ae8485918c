/** `npm run test:trino`: the named queries in DuckDB and in a real Trino over the same tables. Says so where it cannot. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { root } from "../../local/paths.ts";
import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { findJdk, installTrino } from "./install.ts";

const report = join(root, ".tidemark", "test", "trino.json");
const summary = join(root, ".tidemark", "test", "trino-summary.json");

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
	mkdirSync(join(root, ".tidemark", "test"), { recursive: true });
	for (const file of [report, summary]) rmSync(file, { force: true });
	const config = join("test", "trino", "vitest.config.ts");
	const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
	const { exitCode = 1 } = await execa("vitest", ["run", "--config", config, ...reporters], {
		cwd: root,
		preferLocal: true,
		stdio: "inherit",
		reject: false,
	});
	const counted = existsSync(report)
		? (JSON.parse(readFileSync(report, "utf8")) as { numPassedTests: number; numFailedTests: number })
		: { numPassedTests: 0, numFailedTests: 0 };
	const { numPassedTests: passed, numFailedTests } = counted;
	// A runner that ends badly without a failed test, or well without any test, has failed as a whole.
	const failed = numFailedTests === 0 && (exitCode !== 0 || passed === 0) ? 1 : numFailedTests;
	writeFileSync(summary, `${JSON.stringify({ passed, failed })}\n`);
	process.stdout.write(`${passed} passed, ${failed} failed\n`);
	return failed === 0 ? 0 : 1;
}

process.exitCode = await main();
