/** All named queries over the real Iceberg tables of a run that has ended, held against plain computations. */
import { expect } from "vitest";
import { prepare } from "../../../local/athena/here.ts";
import { oneQuery } from "../../../local/athena/statement.ts";
import { openLake } from "../../../local/lake.ts";
import { runSql } from "../../../local/query.ts";
import { isDeployed } from "../../../local/stack.ts";
import { withEmulator } from "../../../local/wake.ts";
import { namedQueries } from "../../../sql/athena/named.ts";
import { expectSameRows } from "../../sql/athena/comparing.ts";
import * as expected from "../../sql/athena/expected.ts";
import { objects } from "../../sql/athena/lake.ts";
import { succeed } from "../cli.ts";
import { currentRun } from "../kill.ts";
import { partyOf, type Row } from "../market.ts";

/** What the queries must find in a lake. */
export interface InLake {
	/** The trades that are in it, once each. */
	rows: Row[];
	/** Whether who traded was sent too, as {@link partyOf} makes it. */
	parties: boolean;
	duplicates: number;
	rejects: { malformed: number; invalid: number; late: number };
}

type Sheet = { rule: string; checked: number; failed: number }[];

/** The answer of every named query is what plain TypeScript computes; one of them goes through the command. */
export async function expectNamedQueries(state: string, { rows, parties, duplicates, rejects }: InLake): Promise<void> {
	const answers = await answersOf(state);
	const trades = expected.tradesOf(rows, parties ? partyOf : undefined);
	const byComputing: Record<string, object[]> = {
		highest_per_hour: expected.highestPerHour(trades),
		daily_ohlc: expected.dailyOhlc(trades),
		top_movers: expected.topMovers(trades),
		volatility: expected.volatility(trades),
		vwap: expected.vwap(trades),
		volume_by_exchange: expected.volumeByExchange(trades),
		positions: expected.positions(trades),
		gaps: expected.gaps(trades),
	};
	for (const [name, computed] of Object.entries(byComputing)) expectSameRows(answers[name] ?? [], computed, name);
	expectRejects(answers.rejects_by_hour as { reason: string; records: number }[], rejects);
	expectSheet(answers.data_quality as Sheet, { rows, duplicates, rejects });
	expect(Object.keys(answers).sort()).toEqual([...Object.keys(byComputing), "data_quality", "rejects_by_hour"].sort());
	const csv = await succeed(state, ["athena", "vwap", "--param", "symbols=SPY", "--format", "csv"]);
	expect(csv.split("\n")[0]).toBe("symbol,trading_day,vwap,volume,notional,trades");
	expect(csv.trim().split("\n")).toHaveLength(2);
}

/** Each answer's rows by the query's name; the emulator is woken once for all. */
async function answersOf(state: string): Promise<Record<string, object[]>> {
	const run = currentRun(state);
	if (!run || !isDeployed(run)) throw new Error(`There is no run in ${state}`);
	return withEmulator(run, async (awake) => {
		const lake = await openLake(awake);
		try {
			const answers: Record<string, object[]> = {};
			for (const { name, text } of namedQueries()) {
				const query = oneQuery(text, name);
				await prepare(lake, query);
				answers[name] = objects(await runSql(lake, query)) as object[];
			}
			return answers;
		} finally {
			lake.close();
		}
	});
}

/** Records arrive when the test runs, so that the hours are not known before. */
function expectRejects(answer: { reason: string; records: number }[], rejects: InLake["rejects"]): void {
	const found = { malformed: 0, invalid: 0, late: 0 };
	for (const { reason, records } of answer) found[reason as keyof typeof found] += records;
	expect(found).toEqual(rejects);
}

function expectSheet(sheet: Sheet, { rows, duplicates, rejects }: Omit<InLake, "parties">): void {
	const counts = Object.fromEntries(sheet.map(({ rule, failed }) => [rule, failed]));
	const { "records: duplicates": copies, "records: late": late, ...others } = counts;
	const { "records: invalid": invalid, "records: malformed": malformed, ...rules } = others;
	expect({ copies, late, invalid, malformed }).toEqual({ copies: duplicates, ...rejects });
	expect(Object.values(rules)).toEqual(Array(9).fill(0));
	expect(sheet.find(({ rule }) => rule === "a trade is there once")?.checked).toBe(rows.length);
	expect(sheet.every(({ rule, checked }) => checked > 0 || rule.startsWith("records: "))).toBe(true);
}
