/**
 * `npm test`: types, lint, then the runner's JUnit tests beside every other test; `--long` adds what takes too long for that,
 * `--trino` the queries on Trino.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../local/errors.ts";
import { root } from "../local/paths.ts";
import { startProgress } from "../local/progress.ts";
import { setUp } from "../local/setup.ts";
import { type Counted, type Place, runLanes, type Step } from "./steps.ts";
import { realDataDir } from "./support/data.ts";

const reports = join(root, ".tidemark", "test");

async function main(args: string[]): Promise<number> {
	const unknown = args.filter((arg) => !["--long", "--trino"].includes(arg));
	if (unknown.length > 0)
		throw new UserError(
			`npm test takes no ${unknown.join(" ")}: only --long and --trino; use npx vitest for single files`,
		);
	const { javaHome } = await setUp(startProgress(), { alsoNeeded: ["chromium", "influxd"] });
	rmSync(reports, { recursive: true, force: true });
	mkdirSync(reports, { recursive: true });

	const first: Step[] = [
		{ name: "types", command: ["tsc", "--noEmit"] },
		{ name: "types of the page", command: ["tsc", "--noEmit", "-p", join("local", "page", "web")] },
		{ name: "lint", command: ["biome", "check", "--error-on-warnings", "."] },
	];
	const tests = [vitest("tests")];
	if (args.includes("--long")) tests.push(vitest("long", { TIDEMARK_LONG: "1" }, ["--project", "e2e"]));
	// Beside the others, so that a core is seldom idle; they end long before the tests of whole stacks begin.
	const beside: Step[] = [
		{
			name: "runner (JUnit)",
			command: ["mvn", "-q", "-B", "test", "-f", join("sql", "runner", "pom.xml")],
			env: { JAVA_HOME: javaHome },
			report: surefire,
		},
	];
	if (args.includes("--trino")) beside.push(trino);

	let passed = 0;
	let failed = 0;
	const lines: string[] = [];
	const place: Place = {
		cwd: root,
		env: { ...process.env, PATH: `${join(root, "node_modules", ".bin")}:${process.env.PATH}` },
		write: (text) => process.stdout.write(text),
		onEnd(ended) {
			passed += ended.passed;
			failed += ended.failed;
			const mark = ended.failed > 0 ? "✗" : ended.passed > 0 ? "✓" : "–";
			const line = `${mark} ${ended.name}: ${ended.passed} passed, ${ended.failed} failed, ${ended.seconds.toFixed(0)} s`;
			lines.push(line);
		},
	};
	await runLanes([first], place);
	await runLanes([tests, beside], place);
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

/** The queries on Trino; without a JDK for it there are none, and it says so. */
const trino: Step = {
	name: "queries on Trino",
	command: ["node", join("test", "trino", "run.ts")],
	optional: true,
	report: () => {
		const file = join(reports, "trino-summary.json");
		return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Counted) : { passed: 0, failed: 0 };
	},
};

function surefire(): Counted {
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

main(process.argv.slice(2)).then(
	(code) => process.exit(code),
	(error) => {
		process.stderr.write(`${error instanceof UserError ? error.message : error.stack}\n`);
		process.stdout.write("0 passed, 1 failed\n");
		process.exit(1);
	},
);
