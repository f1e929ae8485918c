/** The hour after the US open of 2013-10-07, and whether a run's stores hold what DuckDB computes of it. */
import { expect } from "vitest";
import { mostWithin, oracle, type Told } from "./alerts/oracle.ts";
import { queries, type Result } from "./cli.ts";
import { expectSameBars, expectSameHits, expectSameMoves } from "./comparing.ts";
import { type ExpectedBar, type ExpectedHit, type ExpectedMove, expectedOf } from "./expected.ts";
import { type Row, tradesBetween, writeCsv } from "./market.ts";
import { storedBars } from "./stored.ts";

const BARS = `SELECT symbol, interval, window_start, open, high, low, close, volume, trade_count, vwap, move_pct FROM bars`;
const HITS = "SELECT hit_id, price, base_price, move_pct FROM hits";
const MOVES = "SELECT symbol, event_time, price, base_price, move_pct, lookback FROM moves";
/** Whether each record is there once, and each trade came with one of them. */
const RAW = `SELECT count(*) AS n, count(DISTINCT (stream, shard_id, sequence_number, sub_sequence_number)) AS ids,
	count(payload_bytes) AS bytes, count(DISTINCT trade_id) AS trades, bool_and(raw_trades.arrived_at IS NOT NULL) AS timed
	FROM raw_trades LEFT JOIN trades USING (shard_id, sequence_number, sub_sequence_number)`;

export interface Hour {
	rows: Row[];
	/** The file that has them. */
	csv: string;
	expected: Awaited<ReturnType<typeof expectedOf>>;
	told: Told[];
}

/** Writes the hour into a directory, and computes what has to come of it. */
export async function theHour(dir: string): Promise<Hour> {
	const rows = await tradesBetween("13:30", "14:30");
	const csv = writeCsv(dir, "hour.csv", rows);
	const expected = await expectedOf(csv);
	expect(expected.trades).toBe(rows.length);
	const { told } = oracle(expected.bars, expected.hits);
	// Of a storm it would depend on the pace which ones it holds back.
	expect(told.length).toBeGreaterThan(0);
	expect(mostWithin(3, told)).toBeLessThanOrEqual(15);
	expect(rows.length).toBeGreaterThan(20_000);
	return { rows, csv, expected, told };
}

/** Whether lake and store of a run have every trade, bar, hit and move of the hour, once and right. */
export async function expectAllStores(
	state: string,
	result: Result,
	{ rows, expected, told }: Hour,
	records = { n: expected.trades, bytes: 0 },
): Promise<void> {
	const count = (interval: string) => expected.bars.filter((bar) => bar.interval === interval).length;
	expect(result.trades).toBe(expected.trades);
	expect(result.bars).toEqual({ "1m": count("1m"), "5m": count("5m"), "1h": count("1h"), "1d": count("1d") });
	type Counted = { n: number; ids: number }[];
	const [bars, hits, moves, [lake], raw] = await queries<
		[ExpectedBar[], ExpectedHit[], ExpectedMove[], Counted, object[]]
	>(
		state,
		BARS,
		HITS,
		MOVES,
		"SELECT count(*) AS n, count(DISTINCT (symbol, event_time, trade_id)) AS ids FROM trades",
		RAW,
	);
	expectSameMoves(moves, expected.moves);
	expect(raw).toEqual([
		{ ...records, ids: records.n, trades: new Set(rows.map((row) => row.trade_id)).size, timed: true },
	]);
	expectSameBars(bars, expected.bars);
	expectSameHits(hits, expected.hits);
	expect(result.hits).toBe(expected.hits.length);
	expect(result.alerts).toBe(told.length);
	expect(lake).toEqual({ n: expected.trades, ids: expected.trades });
	expectSameBars(await storedBars(state), expected.bars);
}
