/** What the commands for tests that `npm test` leaves out have in common: a run of vitest, and counts of it for `.ci/run`. */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { root } from "../../local/paths.ts";

/**
 * Runs `test/NAME` with the configuration that is there, says how many tests passed and failed, and writes both to
 * `.tidemark/test/NAME-summary.json`. Resolves to the exit code.
 */
export async function runApart(name: string): Promise<number> {
	const dir = join(root, ".tidemark", "test");
	const report = join(dir, `${name}.json`);
	const summary = join(dir, `${name}-summary.json`);
	mkdirSync(dir, { recursive: true });
	for (const file of [report, summary]) rmSync(file, { force: true });
	const config = join("test", name, "vitest.config.ts");
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
