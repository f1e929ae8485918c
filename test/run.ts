/** `npm test`: types, lint, the runner's JUnit tests, then every other test; `--long` adds what takes too long for that. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../local/errors.ts";
import { root } from "../local/paths.ts";
import { startProgress } from "../local/progress.ts";
import { setUp } from "../local/setup.ts";
import { realDataDir } from "./support/data.ts";

const reports = join(root, ".tidemark", "test");

interface Step {
	name: string;
	command: string[];
	env?: NodeJS.ProcessEnv;
	/** Reads what the runner reported; a step without is one check that passes or fails. */
	report?: () => { passed: number; failed: number };
}

async function main(args: string[]): Promise<number> {
	const unknown = args.filter((arg) => arg !== "--long");
	if (unknown.length > 0)
		throw new UserError(`npm test takes no ${unknown.join(" ")}: only --long; use npx vitest for single files`);
	const { javaHome } = await setUp(startProgress(), { alsoNeeded: ["chromium", "influxd"] });
	rmSync(reports, { recursive: true, force: true });
	mkdirSync(reports, { recursive: true });

	const steps: Step[] = [
		{ name: "types", command: ["tsc", "--noEmit"] },
		{ name: "types of the page", command: ["tsc", "--noEmit", "-p", join("local", "page", "web")] },
		{ name: "lint", command: ["biome", "check", "--error-on-warnings", "."] },
		{
			name: "runner (JUnit)",
			command: ["mvn", "-q", "-B", "test", "-f", join("sql", "runner", "pom.xml")],
			env: { JAVA_HOME: javaHome },
			report: surefire,
		},
		vitest("tests"),
	];
	if (args.includes("--long")) steps.push(vitest("long", { TIDEMARK_LONG: "1" }, ["--project", "e2e"]));

	let passed = 0;
	let failed = 0;
	const lines: string[] = [];
	for (const step of steps) {
		const started = Date.now();
		process.stdout.write(`\n── ${step.name}\n`);
		const code = await run(step);
		const counted = step.report?.() ?? { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1 };
		// A runner that ends badly without a failed test, or well without any test, has failed as a whole.
		if (counted.failed === 0 && (code !== 0 || counted.passed === 0)) counted.failed = 1;
		passed += counted.passed;
		failed += counted.failed;
		const seconds = ((Date.now() - started) / 1000).toFixed(0);
		lines.push(
			`${counted.failed === 0 ? "✓" : "✗"} ${step.name}: ${counted.passed} passed, ${counted.failed} failed, ${seconds} s`,
		);
	}
	const data = realDataDir();
	lines.push(
		data
			? `The real trades were used: ${data}`
			: "The real trades were NOT found (TIDEMARK_DATA or ../shared/data): a seeded hour stood in.",
	);
	writeFileSync(join(reports, "summary.json"), `${JSON.stringify({ passed, failed, realData: data !== undefined })}\n`);
	process.stdout.write(`\n${lines.join("\n")}\n${passed} passed, ${failed} failed\n`);
	return failed === 0 ? 0 : 1;
}

function vitest(name: string, env: NodeJS.ProcessEnv = {}, more: string[] = []): Step {
	const file = join(reports, `${name}.json`);
	return {
		name: `vitest (${name})`,
		command: ["vitest", "run", "--reporter=default", "--reporter=json", `--outputFile.json=${file}`, ...more],
		env,
		report: () => {
			if (!existsSync(file)) return { passed: 0, failed: 0 };
			const report = JSON.parse(readFileSync(file, "utf8")) as { numPassedTests: number; numFailedTests: number };
			return { passed: report.numPassedTests, failed: report.numFailedTests };
		},
	};
}

function surefire(): { passed: number; failed: number } {
	const dir = join(root, "sql", "runner", "target", "surefire-reports");
	const counts = { passed: 0, failed: 0 };
	for (const file of existsSync(dir) ? readdirSync(dir) : []) {
		if (!/^TEST-.*\.xml$/.test(file)) continue;
		const suite = /<testsuite [^>]*>/.exec(readFileSync(join(dir, file), "utf8"))?.[0] ?? "";
		const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
		const failed = count("errors") + count("failures");
		counts.failed += failed;
		counts.passed += count("tests") - failed - count("skipped");
	}
	return counts;
}

function run({ command: [program = "", ...args], env }: Step): Promise<number> {
	const path = `${join(root, "node_modules", ".bin")}:${process.env.PATH}`;
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...env, PATH: path } });
		child.on("error", reject);
		child.on("exit", (code) => resolve(code ?? 1));
	});
}

main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error) => {
		process.stderr.write(`${error instanceof UserError ? error.message : error.stack}\n`);
		process.stdout.write("0 passed, 1 failed\n");
		process.exit(1);
	},
);
