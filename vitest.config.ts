import { join } from "node:path";
import { defineConfig } from "vitest/config";

const long = process.env.TIDEMARK_LONG === "1";

// Each test file is a process of its own, and many start more: they share compiled code, as commands do.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules", ".cache", "compiled");

/** Its feed and its Kinesis go by the wall clock: shards are to be split while trades come, however busy the machine is. */
const ALONE = "test/e2e/reshard.test.ts";
const alone = {
	test: { name: "alone", include: [ALONE], testTimeout: 900_000, hookTimeout: 900_000, sequence: { groupOrder: 2 } },
};

/**
 * Tests of functions, which start no program and keep nothing in the process: they share one, with the modules that are
 * loaded, which is half of their cost.
 */
export const FUNCTIONS = [
	"test/alerting/{deliver,engine,hours,rules}/**/*.test.ts",
	"test/bench/{alerts/{joined,rules,stages,ways},landing/*,measured,profile}.test.ts",
	"test/infra/cost/**/*.test.ts",
	"test/local/page/web/**/*.test.ts",
	"test/producer/synthetic/!(schedule).test.ts",
	"test/producer/yahoo/**/*.test.ts",
	"test/producer/replay/!(command).test.ts",
];
const functions = {
	test: {
		name: "functions",
		include: FUNCTIONS,
		isolate: false,
		testTimeout: 60_000,
		hookTimeout: 120_000,
		maxWorkers: 3,
		sequence: { groupOrder: 0 },
	},
};

/** Unit tests run side by side; what starts whole stacks runs after them, two files at a time, or one of the long ones. */
export default defineConfig({
	test: {
		projects: [
			functions,
			{
				test: {
					name: "unit",
					include: ["test/**/*.test.ts"],
					exclude: ["test/e2e/**", "test/**/*.long.test.ts", ...FUNCTIONS],
					testTimeout: 60_000,
					hookTimeout: 120_000,
					// They wait for processes as much as they work: three keep two cores busy.
					maxWorkers: 3,
					sequence: { groupOrder: 0 },
				},
			},
			{
				test: {
					name: "e2e",
					include: long ? ["test/**/*.long.test.ts"] : ["test/e2e/**/*.test.ts"],
					exclude: long ? [] : ["test/**/*.long.test.ts", ALONE],
					testTimeout: 900_000,
					hookTimeout: 900_000,
					maxWorkers: long ? 1 : 2,
					sequence: { groupOrder: 1 },
				},
			},
			...(long ? [] : [alone]),
		],
	},
});
