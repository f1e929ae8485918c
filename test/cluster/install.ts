import { readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { root, toolsDir } from "../../local/paths.ts";
import type { Progress } from "../../local/progress.ts";
import { runTool } from "../../local/run-tool.ts";
import { makeStep } from "../../local/steps.ts";

const PACKAGE = "apache-flink-libraries";

/** The Flink that the runner is built for. */
export function flinkVersion(): string {
	const version = /<flink\.version>([^<]+)</.exec(readFileSync(join(root, "sql", "runner", "pom.xml"), "utf8"))?.[1];
	if (version === undefined) throw new Error("sql/runner/pom.xml has no property flink.version");
	return version;
}

/** Where {@link installDistribution} puts it: `lib`, `plugins` and `bin`, as in Flink's own archive, but no shell scripts. */
export const distribution = () => join(toolsDir(), "flink-distribution");

/** Fetches Flink's distribution as PyPI carries it (230 MB) and unpacks it; the emulator's Python is there by then. */
export async function installDistribution(progress: Progress): Promise<void> {
	const version = flinkVersion();
	const step = {
		name: "flink-distribution",
		title: `Fetching the distribution of Flink ${version}, once`,
		inputs: [`${PACKAGE}==${version}`],
		async make(dir: string, log: string, signal: AbortSignal | undefined) {
			const run = (name: string, command: string, args: string[]) =>
				runTool({ name, command, args, env: process.env, log, signal, cwd: dir });
			const python = join(toolsDir(), "ministack", "bin", "python");
			const pip = ["-m", "pip", "--disable-pip-version-check", "--no-input"];
			await run("pip", python, [...pip, "download", "--no-deps", "--no-binary=:all:", `${PACKAGE}==${version}`]);
			const archive = `${PACKAGE}-${version}`;
			await run("tar", "tar", ["xzf", `${archive}.tar.gz`]);
			for (const folder of ["lib", "plugins", "bin"]) renameSync(join(dir, archive, "deps", folder), join(dir, folder));
			for (const rest of [archive, `${archive}.tar.gz`]) rmSync(join(dir, rest), { recursive: true });
		},
	};
	await makeStep(step, toolsDir(), progress);
}
