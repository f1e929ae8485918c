import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startProgress } from "../../local/progress.ts";
import { setUp } from "../../local/setup.ts";
import { casesDir, readCases } from "../../sql/workbench/cases.ts";
import { sqlDir } from "../../sql/workbench/properties.ts";
import { type CaseResult, runCases } from "../../sql/workbench/run-cases.ts";
import { startWorkbench, type Workbench } from "../../sql/workbench/workbench.ts";

const cases = readCases(casesDir(sqlDir));
const results = new Map<string, Promise<CaseResult>>();
const settle = new Map<string, (result: CaseResult) => void>();
for (const { place } of cases) results.set(place, new Promise((resolve) => settle.set(place, resolve)));

let workbench: Workbench | undefined;
let running: Promise<unknown> | undefined;
let failure: unknown;

beforeAll(async () => {
	const { java } = await setUp(startProgress());
	workbench = await startWorkbench({ java });
	const onResult = (result: CaseResult) => settle.get(result.case.place)?.(result);
	running = runCases(cases, { workbench, sql: sqlDir, onResult }).catch((error) => {
		failure = error;
		for (const test of cases)
			settle.get(test.place)?.({ case: test, failures: [String(error)], refused: false, seconds: 0 });
	});
});
afterAll(async () => {
	await running;
	await workbench?.stop();
	if (failure) throw failure;
});

describe("the SQL", () => {
	test("has at least 45 cases, no two of the same name", () => {
		expect(cases.length).toBeGreaterThanOrEqual(45);
		const names = cases.map(({ name }) => name);
		expect(names).toEqual([...new Set(names)]);
	});

	for (const { name, place } of cases) {
		test(`${name} (${place})`, { timeout: 240_000 }, async () => {
			expect((await results.get(place))?.failures.join("\n")).toBe("");
		});
	}
});
