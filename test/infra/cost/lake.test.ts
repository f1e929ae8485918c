import { expect, test } from "vitest";
import { readConfig } from "../../../infra/config.ts";
import { commitsOf, lakeGb, lakeLines } from "../../../infra/cost/lake.ts";
import { loadOf } from "../../../infra/cost/load.ts";
import { PRICES } from "../../../infra/cost/prices.ts";
import { demand } from "./demand.ts";

const load = { ...loadOf(demand()), trades: 1_073_741_824, bars: 1_073_741, hits: 10_000 };
const config = readConfig();

test("a busy checkpoint each minute commits five tables, and two at every tenth", () => {
	// 43,800 checkpoints: 5 x 43,800 + 2 x 4,380 commits; 8 files each, and one a hit.
	const { commits, files } = commitsOf(load, config);
	expect(commits).toBeCloseTo(219_000 + 8_760, 6);
	expect(files).toBeCloseTo(350_400 + 10_000, 6);
});

test("a checkpoint every 5 minutes is a fifth of it", () => {
	const { commits, files } = commitsOf({ ...load, hits: 0 }, readConfig({ checkpointMs: 300_000 }));
	expect(commits).toBeCloseTo(227_760 / 5, 6);
	expect(files).toBeCloseTo(350_400 / 5, 6);
});

test("without trades all seven commit at every tenth, and write no files", () => {
	const quiet = commitsOf(loadOf(demand({ tradesPerSecond: 0 })), config);
	expect(quiet.commits).toBeCloseTo(7 * 4_380, 6);
	expect(quiet.files).toBe(0);
});

test("a trade is a row of raw_trades and one of trades, and half a row of moves", () => {
	// 18.6 + 16 + 0.53533 x 11 bytes a trade, 2^30 of them: as many GB.
	const trades = 18.6 + 16 + (207_932 / 388_417) * 11;
	// 33 + 12 bytes for a bar and a count, 29 for a hit.
	const rest = (1_073_741 * 45 + 10_000 * 29) / 1_073_741_824;
	expect(lakeGb(load)).toBeCloseTo(trades + rest, 9);
});

test("the bill of a month", () => {
	const [storage, puts, gets, catalog, compaction, athena] = lakeLines(load, config, PRICES);
	const gb = 18.6 + 16 + (207_932 / 388_417) * 11 + 48_608_345 / 1_073_741_824;
	expect(storage?.monthly).toBeCloseTo(gb * 0.023, 6);
	// 360,400 files and 3 x 227,760 requests of commits: 1,043,680 at 5 a million.
	expect(puts?.monthly).toBeCloseTo(5.2184, 6);
	expect(gets?.monthly).toBeCloseTo(1.04368 * 0.4, 6);
	expect(catalog?.monthly).toBeCloseTo(0.45552, 6); // 2 x 227,760 at 1 a million
	// 3,604 runs of a thirtieth of a DPU-hour, and 10 GB in an hour.
	expect(compaction?.monthly).toBeCloseTo((3_604 / 30 + gb / 10) * 0.44, 6);
	// 304.17 queries over 2^30 / 30.41667 trades of 16 bytes: 160 GiB a month.
	expect(athena?.quantity).toBeCloseTo(160 / 1_024, 9);
	expect(athena?.monthly).toBeCloseTo(0.78125, 9);
});

test("a query over nothing still counts 10 MB", () => {
	const athena = lakeLines(loadOf(demand({ tradesPerSecond: 0 })), config, PRICES).at(-1);
	// 10 x 30.41667 queries x 10 MiB of 2^20 MiB a TB.
	expect(athena?.quantity).toBeCloseTo((304.1666667 * 10) / 1_048_576, 9);
});
