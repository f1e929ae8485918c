import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { UserError } from "./errors.ts";
import { chromiumCandidates, type Prerequisite, remedies } from "./remedies.ts";

const run = promisify(execFile);

/** Hadoop, which Iceberg needs, calls what JDK 24 took away; Flink 1.20 wants 11, 17 or 21. */
const JDK = { from: 17, to: 23 };
const PYTHON = { major: 3, minor: 10 };
const NODE = "22.18.0";

/** The programs that were found. */
export interface Found {
	java: string;
	javaHome: string;
	mvn: string;
	python: string;
	chromium: string;
	influxd: string;
}

interface Answer {
	path?: string;
	/** Why what was found will not do. */
	problem?: string;
}

/**
 * Looks for everything that is asked for and returns where it is.
 * Throws one {@link UserError} that names all that is missing, with what was found instead and how to get it.
 */
export async function findPrerequisites<K extends Prerequisite>(
	wanted: readonly K[],
	env: NodeJS.ProcessEnv = process.env,
	platform: NodeJS.Platform = process.platform,
): Promise<Pick<Found, K extends "jdk" ? "java" | "javaHome" : K & keyof Found>> {
	const found: Partial<Found> = {};
	const missing: { what: K; problem: string }[] = [];
	await Promise.all(
		wanted.map(async (what) => {
			const answer = await look(what, env);
			if (answer.problem !== undefined) missing.push({ what, problem: answer.problem });
			else if (what === "jdk")
				Object.assign(found, { javaHome: answer.path, java: join(answer.path ?? "", "bin", "java") });
			else Object.assign(found, { [what]: answer.path });
		}),
	);
	if (missing.length > 0) {
		missing.sort((a, b) => wanted.indexOf(a.what) - wanted.indexOf(b.what));
		throw new UserError(
			[
				`Missing on this machine:`,
				...missing.map(({ what, problem }) => `  - ${remedies[what].title}: ${problem}`),
				...howToGet(
					missing.map(({ what }) => what),
					platform,
				),
			].join("\n"),
		);
	}
	return found as Awaited<ReturnType<typeof findPrerequisites<K>>>;
}

function howToGet(what: Prerequisite[], platform: NodeJS.Platform): string[] {
	const apt = what.flatMap((name) => remedies[name].apt ?? []);
	const brew = what.flatMap((name) => remedies[name].brew ?? []);
	const lines = what.map((name) => remedies[name].note).filter((note) => note !== undefined);
	if (platform === "linux" && apt.length > 0)
		lines.unshift(`On Debian or Ubuntu: sudo apt-get install ${apt.join(" ")}`);
	if (platform === "darwin" && brew.length > 0) lines.unshift(`With Homebrew: brew install ${brew.join(" ")}`);
	return lines.length > 0 ? ["How to get it:", ...lines.map((line) => `  ${line}`)] : [];
}

async function look(what: Prerequisite, env: NodeJS.ProcessEnv): Promise<Answer> {
	switch (what) {
		case "node":
			return isAtLeast(process.versions.node, NODE)
				? { path: process.execPath }
				: { problem: `this is ${process.versions.node}` };
		case "jdk":
			return lookForJdk(env);
		case "mvn": {
			const path = which("mvn", env);
			return path ? { path } : { problem: "no mvn on the PATH" };
		}
		case "python":
			return lookForPython(env);
		case "chromium": {
			const path = firstExisting([env.TIDEMARK_CHROMIUM, ...chromiumCandidates], env);
			return path ? { path } : { problem: "no Chromium or Chrome on the PATH" };
		}
		case "influxd": {
			const path = firstExisting(
				[env.TIDEMARK_INFLUXD, "influxd", "/usr/sbin/influxd", "/usr/local/sbin/influxd"],
				env,
			);
			return path ? { path } : { problem: "no influxd on the PATH" };
		}
	}
}

async function lookForJdk(env: NodeJS.ProcessEnv): Promise<Answer> {
	const onPath = which("java", env);
	const candidates = [env.JAVA_HOME ? join(env.JAVA_HOME, "bin", "java") : undefined, onPath];
	const seen: string[] = [];
	for (const java of candidates) {
		if (java === undefined) continue;
		const text = await output(java, ["-XshowSettings:properties", "-version"], env);
		const home = text?.match(/^\s*java\.home = (.+)$/m)?.[1]?.trim();
		const version = text?.match(/^\s*java\.specification\.version = (?:1\.)?(\d+)/m)?.[1];
		if (home === undefined || version === undefined) seen.push(`${java} does not run`);
		else if (Number(version) < JDK.from || Number(version) > JDK.to) seen.push(`${home} is version ${version}`);
		else if (!existsSync(join(home, "bin", "javac"))) seen.push(`${home} has no javac, it is a runtime only`);
		else return { path: home };
	}
	return { problem: seen.length > 0 ? seen.join(", ") : "JAVA_HOME is not set and no java is on the PATH" };
}

async function lookForPython(env: NodeJS.ProcessEnv): Promise<Answer> {
	const seen: string[] = [];
	for (const name of ["python3", "python", "python3.14", "python3.13", "python3.12", "python3.11", "python3.10"]) {
		const path = which(name, env);
		if (!path) continue;
		const text = await output(path, ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"], env);
		const [major = 0, minor = 0] = (text ?? "").trim().split(".").map(Number);
		if (text === undefined) seen.push(`${path} does not run`);
		else if (major < PYTHON.major || minor < PYTHON.minor) seen.push(`${path} is ${text.trim()}`);
		else if ((await output(path, ["-c", "import venv, ensurepip"], env)) === undefined) {
			seen.push(`${path} cannot make virtual environments (no venv or ensurepip)`);
		} else return { path };
	}
	return { problem: seen.length > 0 ? seen.join(", ") : "no python3 on the PATH" };
}

/** The full path of a program on the PATH. */
export function which(name: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
	return (env.PATH ?? "")
		.split(delimiter)
		.filter((dir) => dir !== "")
		.map((dir) => join(dir, name))
		.find((path) => existsSync(path));
}

function firstExisting(candidates: (string | undefined)[], env: NodeJS.ProcessEnv): string | undefined {
	for (const name of candidates) {
		const path = name?.includes("/") ? (existsSync(name) ? name : undefined) : name && which(name, env);
		if (path) return path;
	}
	return undefined;
}

function isAtLeast(version: string, least: string): boolean {
	const [a, b] = [version, least].map((text) => text.split(".").map(Number));
	for (let i = 0; i < 3; i++) {
		const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
		if (difference !== 0) return difference > 0;
	}
	return true;
}

// What a program prints on both streams, or undefined if it fails.
async function output(command: string, args: string[], env: NodeJS.ProcessEnv): Promise<string | undefined> {
	try {
		const { stdout, stderr } = await run(command, args, { env, timeout: 20_000 });
		return stdout + stderr;
	} catch {
		return undefined;
	}
}
