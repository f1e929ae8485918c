import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { toolsDir } from "../../local/paths.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import type { Progress } from "../../local/progress.ts";
import { runTool } from "../../local/run-tool.ts";
import { makeStep } from "../../local/steps.ts";

const VERSION = "476";
/** What Trino 476 runs on. */
const JDK_FROM = 24;
const ARTIFACT = `io.trino:trino-server:${VERSION}:tar.gz`;
const DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";

/** Where Trino is, and the Java to run it with; undefined where there is no JDK for it. */
export interface Trino {
	installed: string;
	java: string;
}

/** The newest JDK that Trino runs on: TIDEMARK_TRINO_JDK, JAVA_HOME, or one of those beside it. */
export function findJdk(env = process.env): string | undefined {
	const beside = "/usr/lib/jvm";
	const homes = [
		env.TIDEMARK_TRINO_JDK,
		env.JAVA_HOME,
		...(existsSync(beside) ? readdirSync(beside).map((name) => join(beside, name)) : []),
	];
	const javas = homes.flatMap((home) => (home ? [join(home, "bin", "java")] : [])).filter((java) => existsSync(java));
	return javas.find((java) => majorOf(java) >= JDK_FROM);
}

function majorOf(java: string): number {
	// Java tells its properties on the stream for errors.
	const { stderr, stdout } = spawnSync(java, ["-XshowSettings:properties", "-version"], { encoding: "utf8" });
	return Number(/specification\.version = (\d+)/.exec(`${stdout}${stderr}`)?.[1] ?? 0);
}

/** What {@link installTrino} made. */
export async function findTrino(): Promise<Trino | undefined> {
	const java = findJdk();
	const installed = join(toolsDir(), "trino", `trino-server-${VERSION}`);
	return java && existsSync(installed) ? { java, installed } : undefined;
}

/** Fetches Trino by Maven (800 MB) and unpacks it, but for the plugins that nothing here needs. */
export async function installTrino(progress: Progress): Promise<void> {
	const { mvn, javaHome } = await findPrerequisites(["mvn", "jdk"]);
	mkdirSync(toolsDir(), { recursive: true });
	const step = {
		name: "trino",
		title: `Fetching Trino ${VERSION}, once`,
		inputs: [ARTIFACT],
		async make(dir: string, log: string, signal: AbortSignal | undefined) {
			const run = (name: string, command: string, args: string[]) =>
				runTool({ name, command, args, env: { ...process.env, JAVA_HOME: javaHome }, log, signal, cwd: dir });
			await run("Maven", mvn, [
				"-q",
				"-B",
				`${DEPENDENCY_PLUGIN}:copy`,
				`-Dartifact=${ARTIFACT}`,
				`-DoutputDirectory=${dir}`,
			]);
			// All of it: plugins share files by hard links.
			await run("tar", "tar", ["xzf", `trino-server-${VERSION}.tar.gz`]);
			rmSync(join(dir, `trino-server-${VERSION}.tar.gz`));
			const plugins = join(dir, `trino-server-${VERSION}`, "plugin");
			for (const plugin of readdirSync(plugins))
				if (plugin !== "iceberg") rmSync(join(plugins, plugin), { recursive: true });
		},
	};
	await makeStep(step, toolsDir(), progress);
}
