import { copyFileSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { UserError } from "./errors.ts";
import { waitLock } from "./lock.ts";
import { root, tools } from "./paths.ts";
import { type Found, findPrerequisites } from "./prerequisites.ts";
import type { Progress } from "./progress.ts";
import { type Prerequisite, toRun } from "./remedies.ts";
import { runTool } from "./run-tool.ts";
import { hashFiles, isMade, makeStep, type Step } from "./steps.ts";

const QUESTDB = "org.questdb:questdb:9.3.4";
const EMULATOR = "ministack[full]==1.5.33";
const LINTER = "sqlfluff==4.5.0";
// The extra moto[server] brings 180 MB more, for services that nothing here asks.
const MOTO = ["moto==5.2.5", "flask==3.1.3", "flask-cors==6.0.5"];
const DEPENDENCY_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1";
const EXTENSIONS = ["httpfs", "avro", "iceberg"];

type Programs = Pick<Found, "java" | "javaHome" | "mvn" | "python">;

/**
 * Checks the prerequisites and makes what is missing or out of date below `.tidemark/tools`; returns the JDK to run with.
 * When nothing is to be made only the JDK is looked for. Two set-ups at once wait for each other.
 */
export async function setUp(
	progress: Progress,
	{ alsoNeeded = [], signal }: { alsoNeeded?: readonly Prerequisite[]; signal?: AbortSignal } = {},
): Promise<Pick<Found, "java" | "javaHome">> {
	if (areMade(stepChains())) return findPrerequisites(["node", "jdk", ...alsoNeeded]);
	const programs = (await findPrerequisites([...toRun, ...alsoNeeded])) as Programs;
	await makeChains(stepChains(programs), progress, signal);
	return programs;
}

/** Installs sqlfluff unless it is there, which only `tidemark sql lint` and the tests need; returns its Python. */
export async function setUpLinter(progress: Progress, signal?: AbortSignal): Promise<string> {
	if (!areMade([[linterStep()]])) {
		const programs = await findPrerequisites(["node", "python"]);
		await makeChains([[linterStep(programs)]], progress, signal);
	}
	return join(tools().dir, "sqlfluff", "bin", "python");
}

/** Installs moto, which stands in for Timestream in tests, unless it is there; returns its Python. */
export async function setUpMoto(progress: Progress, signal?: AbortSignal): Promise<string> {
	if (!areMade([[motoStep()]])) {
		const programs = await findPrerequisites(["node", "python"]);
		await makeChains([[motoStep(programs)]], progress, signal);
	}
	return join(tools().dir, "moto", "bin", "python");
}

/** Fetches Trino's parser unless it is there, which only `tidemark athena lint` and the tests need; returns its folder. */
export async function setUpTrinoParser(
	progress: Progress,
	signal?: AbortSignal,
): Promise<Pick<Found, "java"> & { dir: string }> {
	const programs = areMade([[trinoParserStep()]])
		? await findPrerequisites(["jdk"])
		: await findPrerequisites(["node", "jdk", "mvn"]);
	if ("mvn" in programs) await makeChains([[trinoParserStep(programs as Programs)]], progress, signal);
	return { java: programs.java, dir: join(tools().dir, "trino-parser") };
}

function areMade(chains: Step[][]): boolean {
	return chains.flat().every((step) => isMade(step, tools().dir));
}

async function makeChains(made: Step[][], progress: Progress, signal?: AbortSignal): Promise<void> {
	const dir = tools().dir;
	const lock = await waitLock(
		join(dir, "lock"),
		({ pid }) => progress.say(`Waiting for another set-up (process ${pid})`),
		signal,
	);
	const failed = new AbortController();
	const either = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal;
	try {
		// What Maven makes and what Python makes wait on different things, so they go side by side.
		const chains = made.map(async (steps) => {
			for (const step of steps) await makeStep(step, dir, progress, either);
		});
		for (const chain of chains) chain.catch((error) => failed.abort(error));
		const results = await Promise.allSettled(chains);
		if (results.some((result) => result.status === "rejected")) throw either.reason;
	} finally {
		lock.release();
	}
}

function stepChains(programs?: Programs): Step[][] {
	return [
		[runnerStep(programs), flinkStep(programs), questdbStep(programs)],
		[emulatorStep(programs), duckdbStep(programs)],
	];
}

function runnerStep(programs?: Programs): Step {
	const runner = join(root, "sql", "runner");
	return {
		name: "runner",
		title: "Building the runner jar",
		inputs: [hashFiles(runner, "pom.xml", "src/main")],
		async make(dir, log, signal) {
			await maven(programs, ["-DskipTests", "package", "-f", join(runner, "pom.xml")], log, signal);
			copyFileSync(join(runner, "target", "tidemark-runner.jar"), join(dir, "tidemark-runner.jar"));
		},
	};
}

function flinkStep(programs?: Programs): Step {
	const pom = join(root, "sql", "runner", "pom.xml");
	return {
		name: "flink",
		title: "Fetching Flink",
		inputs: [hashFiles(root, "sql/runner/pom.xml"), DEPENDENCY_PLUGIN],
		make: (dir, log, signal) =>
			maven(
				programs,
				// For this goal "provided" means these alone, with what they need in turn.
				[`${DEPENDENCY_PLUGIN}:copy-dependencies`, "-DincludeScope=provided", `-DoutputDirectory=${dir}`, "-f", pom],
				log,
				signal,
			),
	};
}

function questdbStep(programs?: Programs): Step {
	return {
		name: "questdb",
		title: "Fetching QuestDB",
		inputs: [QUESTDB, DEPENDENCY_PLUGIN],
		make: (dir, log, signal) =>
			maven(
				programs,
				[`${DEPENDENCY_PLUGIN}:copy`, `-Dartifact=${QUESTDB}`, `-DoutputDirectory=${dir}`, "-Dmdep.stripVersion=true"],
				log,
				signal,
				dir,
			),
	};
}

function emulatorStep(programs?: Pick<Found, "python">): Step {
	return {
		name: "ministack",
		title: "Installing the AWS emulator",
		inputs: [EMULATOR],
		make: (dir, log, signal) => pythonWith([EMULATOR], programs, dir, log, signal),
	};
}

function linterStep(programs?: Pick<Found, "python">): Step {
	const plugin = join(root, "sql", "workbench", "sqlfluff");
	return {
		name: "sqlfluff",
		title: "Installing the SQL linter",
		inputs: [LINTER, hashFiles(plugin, "pyproject.toml", "tidemark_flink.py")],
		make: (dir, log, signal) => pythonWith([LINTER, plugin], programs, dir, log, signal),
	};
}

function motoStep(programs?: Pick<Found, "python">): Step {
	return {
		name: "moto",
		title: "Installing moto",
		inputs: MOTO,
		make: (dir, log, signal) => pythonWith(MOTO, programs, dir, log, signal),
	};
}

function trinoParserStep(programs?: Programs): Step {
	const pom = join(root, "local", "athena", "trino", "pom.xml");
	return {
		name: "trino-parser",
		title: "Fetching Trino's parser",
		inputs: [hashFiles(root, "local/athena/trino/pom.xml"), DEPENDENCY_PLUGIN],
		make: (dir, log, signal) =>
			maven(
				programs,
				[`${DEPENDENCY_PLUGIN}:copy-dependencies`, "-DincludeScope=runtime", `-DoutputDirectory=${dir}`, "-f", pom],
				log,
				signal,
			),
	};
}

function duckdbStep(_programs?: Programs): Step {
	const version = duckdbVersion();
	return {
		name: "duckdb",
		title: "Fetching DuckDB's extensions",
		inputs: [version, ...EXTENSIONS],
		async make(dir, log, signal) {
			const wheels = join(dir, "wheels");
			const names = EXTENSIONS.map((name) => `duckdb-extension-${name}==${version}`);
			const venv = join(tools().dir, "ministack");
			await pip(venv, ["install", "--no-deps", "--only-binary=:all:", "--target", wheels, ...names], log, signal);
			for (const file of readdirSync(wheels, { recursive: true, encoding: "utf8" })) {
				if (file.endsWith(".duckdb_extension"))
					renameSync(join(wheels, file), join(dir, file.split("/").pop() ?? file));
			}
			rmSync(wheels, { recursive: true });
			await checkExtensions(dir, version);
		},
	};
}

/** DuckDB's version, as its extensions must have it: that of the npm package without the package's own revision. */
function duckdbVersion(): string {
	const file = createRequire(import.meta.url).resolve("@duckdb/node-api/package.json");
	return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version.replace(/-.*/, "");
}

async function checkExtensions(dir: string, version: string): Promise<void> {
	const { openDuckDb } = await import("./duckdb.ts");
	try {
		const db = await openDuckDb(dir);
		db.close();
	} catch (cause) {
		throw new UserError(
			`DuckDB ${version} does not load the extensions that PyPI has for ${process.platform}/${process.arch}`,
			{ cause },
		);
	}
}

async function maven(
	programs: Programs | undefined,
	args: string[],
	log: string,
	signal?: AbortSignal,
	cwd?: string,
): Promise<void> {
	await runTool({
		name: "Maven",
		command: programs?.mvn ?? "mvn",
		args: ["-q", "-B", ...args],
		env: { ...process.env, ...(programs ? { JAVA_HOME: programs.javaHome } : {}) },
		log,
		signal,
		...(cwd ? { cwd } : {}),
	});
}

/** A virtual environment of its own in `dir` with these packages. */
async function pythonWith(
	packages: string[],
	programs: Pick<Found, "python"> | undefined,
	dir: string,
	log: string,
	signal?: AbortSignal,
): Promise<void> {
	const python = programs?.python ?? "python3";
	await runTool({ name: "Python", command: python, args: ["-m", "venv", dir], env: process.env, log, signal });
	await pip(dir, ["install", ...packages], log, signal);
}

async function pip(venv: string, args: string[], log: string, signal?: AbortSignal): Promise<void> {
	await runTool({
		name: "pip",
		command: join(venv, "bin", "python"),
		args: ["-m", "pip", "--disable-pip-version-check", "--no-input", ...args],
		env: process.env,
		log,
		signal,
	});
}
