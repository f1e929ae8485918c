/**
 * Interval data: one-second bars replayed as records give the one-minute bars that the vendor made of them, and a Yahoo
 * collector's bars give the answer that Amazon Athena gave over them.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { realData } from "../support/data.ts";
import { type Highest, inOrder, readAmazonsAnswer } from "./amazon.ts";
import { candles, equalMinutes, lineOf, readCandles, SECONDS_HEADER } from "./candles.ts";
import { once, resultOf, succeed, temporaryState, tidemark } from "./cli.ts";
import { tradesBetween } from "./market.ts";

test("bars of a second become the bars of a minute", async () => {
	const state = temporaryState();
	try {
		const vendor = realData("bars-1s-2013-10-07.csv.gz");
		const minutes = realData("bars-1m-2013-10-07.csv");
		const made = vendor && minutes ? undefined : candles(await tradesBetween("13:30", "14:30"), 1_000);
		const file = vendor ?? join(state.dir, "seconds.csv");
		if (made) writeFileSync(file, `${SECONDS_HEADER}\n${made.map(lineOf).join("\n")}\n`);
		const expected = minutes
			? await readCandles(minutes)
			: candles(await tradesBetween("13:30", "14:30"), 60_000).map(({ volume: _, ...candle }) => candle);

		const args = ["--map", "event_time=bar_start,price=close,size=volume", "--shards", "2"];
		const result = await once(state.dir, file, args);
		expect(result.rejects).toEqual({ malformed: 0, invalid: 0, late: 0 });
		expect(result.duplicates).toBe(0);
		expect(result.bars["1m"]).toBe(expected.length);
		const equal = await equalMinutes(state.dir, expected);
		// The vendor's own rounding makes five of its minutes differ from its seconds; ours leaves none.
		expect(equal).toBe(minutes ? 2304 : expected.length);
		if (minutes) expect(expected.length).toBe(2309);
	} finally {
		state.remove();
	}
});

const yahoo = realData("yahoo-1m-2020-05-14.jsonl");
const amazons = realData("athena-highest-per-hour-2020-05-14.csv");

test.skipIf(!yahoo || !amazons)("the highest price of each hour is what Amazon Athena answered", async () => {
	const state = temporaryState();
	try {
		// Its rows have a high and a low and nothing else, and come a ticker after the other.
		const options = ["--map", "symbol=name,event_time=ts,price=low", "--order", "event-time"];
		const run = ["up", "--replay", yahoo ?? "", ...options, "--speed", "max", "--once", "--no-page"];
		const result = resultOf(await succeed(state.dir, run));
		expect(result).toMatchObject({ trades: 3844, duplicates: 0, rejects: { malformed: 0, invalid: 0, late: 0 } });
		const expected = readAmazonsAnswer(amazons ?? "");
		expect(expected).toHaveLength(82);

		const file = "sql/athena/highest_per_hour.sql";
		const answer = JSON.parse(await succeed(state.dir, ["athena", file, "--format", "json"])) as Highest[];
		expect(inOrder(answer)).toEqual(expected);

		// Nothing was in the lake yet when this was traded.
		const { code, stderr } = await tidemark(state.dir, ["athena", file, "--as-of", "2020-05-14"]).finished;
		expect(code).toBe(1);
		expect(stderr).toMatch(/The table trades had no snapshot yet at 2020-05-14T00:00:00.000Z: its first is of 20/);
	} finally {
		state.remove();
	}
});
