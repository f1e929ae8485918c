/** The hour after the US open of 2013-10-07, replayed from file to stores through everything, held against DuckDB. */
import { afterAll, beforeAll, expect, test } from "vitest";
import { expectSameBacktests } from "./alerts/backtests.ts";
import { expectBackfills } from "./backfills.ts";
import { once, temporaryState } from "./cli.ts";
import { expectAllStores, type Hour, theHour } from "./hour.ts";
import { expectNoProcess } from "./left.ts";

let hour: Hour;
const files = temporaryState();

beforeAll(async () => {
	hour = await theHour(files.dir);
});
afterAll(() => files.remove());

test("a replay that ends puts every trade into the bars of the lake and of the store", async () => {
	const state = temporaryState();
	try {
		const result = await once(state.dir, hour.csv);
		expect(result.duplicates).toBe(0);
		expect(result.rejects).toEqual({ malformed: 0, invalid: 0, late: 0 });
		expect(result.seconds).toBeGreaterThan(0);
		await expectAllStores(state.dir, result, hour);
		await expectSameBacktests(state.dir, hour.csv, result);
		await expectBackfills(state.dir, hour.expected.bars, hour.expected.hits);
		await expectAllStores(state.dir, result, hour);
	} finally {
		state.remove();
	}
});

test("it leaves no process behind", () => expectNoProcess());
