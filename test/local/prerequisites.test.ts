import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isUserError } from "../../local/errors.ts";
import { findPrerequisites, which } from "../../local/prerequisites.ts";
import { toRun, toTest } from "../../local/remedies.ts";
import { script, tempDir } from "./support.ts";

/** A JDK that says it has a version. Without `javac` it is a runtime only. */
function fakeJdk(dir: string, version: string, { javac = true } = {}): string {
	script(
		join(dir, "bin", "java"),
		`echo "    java.home = ${dir}" >&2; echo "    java.specification.version = ${version}" >&2`,
	);
	if (javac) script(join(dir, "bin", "javac"), "exit 0");
	return dir;
}

/** A Python that says it has a version, with or without venv. */
function fakePython(path: string, version: string, { venv = true } = {}): string {
	return script(path, `case "$2" in *version_info*) echo ${version};; *venv*) exit ${venv ? 0 : 1};; esac`);
}

/** A machine with a PATH of its own, on which nothing is installed but what the test puts there. */
function machine() {
	const dir = tempDir();
	const bin = join(dir, "bin");
	// The fakes' own interpreter is /bin/sh with nothing but its builtins.
	return { dir, bin, env: { PATH: bin } as NodeJS.ProcessEnv };
}

async function failure(promise: Promise<unknown>): Promise<string> {
	const error = await promise.then(
		() => undefined,
		(thrown) => thrown,
	);
	expect(isUserError(error)).toBe(true);
	return (error as Error).message;
}

describe("what is there", () => {
	test("is found, each by its path", async () => {
		const { dir, bin, env } = machine();
		const home = fakeJdk(join(dir, "jdk"), "17");
		fakePython(join(bin, "python3"), "3.12");
		script(join(bin, "mvn"), "exit 0");
		expect(await findPrerequisites(toRun, { ...env, JAVA_HOME: home })).toMatchObject({
			java: join(home, "bin", "java"),
			javaHome: home,
			mvn: join(bin, "mvn"),
			python: join(bin, "python3"),
		});
	});

	test("of the JDK is the real one's home, not the link on the PATH", async () => {
		const { dir, bin, env } = machine();
		const home = fakeJdk(join(dir, "jdk"), "21");
		script(join(bin, "java"), `exec ${join(home, "bin", "java")}`);
		expect(await findPrerequisites(["jdk"], env)).toEqual({ java: join(home, "bin", "java"), javaHome: home });
	});

	test("of the JDK is the one on the PATH where JAVA_HOME is another version", async () => {
		const { dir, bin, env } = machine();
		const old = fakeJdk(join(dir, "old"), "1.8");
		const home = fakeJdk(join(dir, "jdk"), "17");
		script(join(bin, "java"), `exec ${join(home, "bin", "java")}`);
		expect(await findPrerequisites(["jdk"], { ...env, JAVA_HOME: old })).toMatchObject({ javaHome: home });
	});

	test("of Python is a newer one beside an old python3", async () => {
		const { bin, env } = machine();
		fakePython(join(bin, "python3"), "3.8");
		fakePython(join(bin, "python3.11"), "3.11");
		expect(await findPrerequisites(["python"], env)).toEqual({ python: join(bin, "python3.11") });
	});

	test("of Chromium and InfluxDB is what a variable names", async () => {
		const { dir, env } = machine();
		const chromium = script(join(dir, "my-chrome"), "exit 0");
		const influxd = script(join(dir, "my-influxd"), "exit 0");
		const found = await findPrerequisites(["chromium", "influxd"], {
			...env,
			TIDEMARK_CHROMIUM: chromium,
			TIDEMARK_INFLUXD: influxd,
		});
		expect(found).toEqual({ chromium, influxd });
	});

	test("on this machine is enough to build with", async () => {
		const found = await findPrerequisites(toRun);
		expect(found.javaHome).toMatch(/^\//);
		expect(found.mvn).toBe(which("mvn"));
	});
});

describe("what is missing", () => {
	test("is named all at once, with how to get it on Debian", async () => {
		const { env } = machine();
		expect(await failure(findPrerequisites(toRun, env, "linux"))).toBe(
			`Missing on this machine:
  - a JDK from 17 to 23 (17 is the one that is tested): JAVA_HOME is not set and no java is on the PATH
  - Maven (mvn): no mvn on the PATH
  - Python 3.10 or newer, with venv: no python3 on the PATH
How to get it:
  On Debian or Ubuntu: sudo apt-get install openjdk-17-jdk maven python3-venv
  JDK: if it is installed elsewhere, set JAVA_HOME to its directory`,
		);
	});

	test("on macOS comes from Homebrew", async () => {
		const { env } = machine();
		expect(await failure(findPrerequisites(["mvn", "python"], env, "darwin"))).toContain(
			"With Homebrew: brew install maven python@3.12",
		);
	});

	test("for tests has Chromium and InfluxDB in the same list", async () => {
		const { env } = machine();
		const message = await failure(findPrerequisites(toTest, { ...env, TIDEMARK_INFLUXD: "/no/such/influxd" }, "linux"));
		expect(message).toContain("Python 3.10 or newer");
		expect(message).toContain("Chromium (for tests only): no Chromium or Chrome on the PATH");
		expect(message.includes("influxd, for tests only")).toBe(which("influxd", env) === undefined && !hasInfluxd());
	});

	test.each([
		["is too old", "11", {}, "is version 11"],
		["is too new for Hadoop", "25", {}, "is version 25"],
		["is a runtime only", "17", { javac: false }, "has no javac, it is a runtime only"],
	])("of a JDK that %s says what was found", async (_, version, parts, problem) => {
		const { dir, env } = machine();
		const home = fakeJdk(join(dir, "jdk"), version, parts);
		expect(await failure(findPrerequisites(["jdk"], { ...env, JAVA_HOME: home }))).toContain(`${home} ${problem}`);
	});

	test("of a JAVA_HOME that holds no Java says so", async () => {
		const { dir, env } = machine();
		expect(await failure(findPrerequisites(["jdk"], { ...env, JAVA_HOME: dir }))).toContain(
			`${join(dir, "bin", "java")} does not run`,
		);
	});

	test("of Python names every one that will not do", async () => {
		const { bin, env } = machine();
		fakePython(join(bin, "python3"), "3.9");
		fakePython(join(bin, "python3.12"), "3.12", { venv: false });
		expect(await failure(findPrerequisites(["python"], env))).toContain(
			`${join(bin, "python3")} is 3.9, ${join(bin, "python3.12")} cannot make virtual environments`,
		);
	});
});

test("a program is looked for in the directories of the PATH, in their order", () => {
	const dir = tempDir();
	const second = script(join(dir, "b", "tool"), "exit 0");
	expect(which("tool", { PATH: `${join(dir, "a")}::${join(dir, "b")}` })).toBe(second);
	const first = script(join(dir, "a", "tool"), "exit 0");
	expect(which("tool", { PATH: `${join(dir, "a")}:${join(dir, "b")}` })).toBe(first);
	expect(which("tool", {})).toBeUndefined();
});

// It may be installed where no PATH leads.
function hasInfluxd(): boolean {
	return which("influxd", { PATH: "/usr/sbin:/usr/local/sbin" }) !== undefined;
}
