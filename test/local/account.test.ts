import { expect, test } from "vitest";
import { type Counts, problemsOf, resultOf } from "../../local/account.ts";
import type { Cell } from "../../local/rows.ts";

const row: Cell[] = [60_000, 1.5, 2, 1, 1.75, 100, 7, 1.6, 0.25, 16.666667, null, null];

/** Counts that add up, with changes. */
function counts(change: (counts: Counts) => void = () => {}): Counts {
	const all: Counts = {
		job: { recordsRead: 1_000, clocksRead: 8, watermark: 1, lateDropped: {} },
		lake: {
			rejects: { malformed: 5, invalid: 3, late: 2 },
			duplicates: 90,
			counted: 900,
			trades: 900,
			bars: { "1m": 1, "5m": 0, "1h": 0, "1d": 0 },
			hits: 3,
			barRows: new Map([["SPY 1m", row]]),
			doubled: { trades: 0, bars: 0, hits: 0, rejects: 0, counts: 0 },
		},
		store: new Map([["SPY 1m", row]]),
		alerts: {
			messages: new Set(["m1", "m2"]),
			told: new Map([
				["a firing", 1],
				["b firing", 1],
				["a resolved", 1],
			]),
			unreadable: 0,
		},
		expected: new Set(["a firing", "b firing", "a resolved", "c firing"]),
		held: new Set(["c firing"]),
		deadLetters: { "of landing": 0, "of alerting": 0 },
	};
	change(all);
	return all;
}

test("a run that adds up has no problems, and its result has each number where it was counted", () => {
	expect(problemsOf(counts())).toEqual([]);
	expect(JSON.stringify(resultOf(counts(), 12.345))).toBe(
		'{"trades":900,"duplicates":90,"rejects":{"malformed":5,"invalid":3,"late":2},"bars":{"1m":1,"5m":0,"1h":0,"1d":0},"hits":3,"alerts":2,"seconds":12.3}',
	);
});

const cases: [string, (all: Counts) => void, string][] = [
	[
		"a record that vanished",
		({ job }) => job.recordsRead++,
		"the source read 1001 records, but 1000 are accounted for: malformed 5, invalid 3, late 2, duplicates 90, in 1-minute bars 900",
	],
	[
		"a record that was counted twice",
		({ lake }) => lake.rejects.late++,
		"the source read 1000 records, but 1001 are accounted for: malformed 5, invalid 3, late 3, duplicates 90, in 1-minute bars 900",
	],
	[
		"counts that disagree with the bars",
		({ lake }) => lake.counted--,
		"the lake's table counts has 899 trades, its 1-minute bars have 900",
	],
	[
		"a row that is there twice",
		({ lake }) => {
			lake.doubled.hits = 1;
		},
		"the lake's table hits has 1 rows whose key is there already",
	],
	[
		"rows that Flink dropped",
		({ job }) => {
			job.lateDropped.Window = 4;
		},
		"Flink dropped 4 rows as late without a trace, in Window",
	],
	[
		"a bar that did not reach the store",
		({ store }) => store.clear(),
		"bar SPY 1m is in the lake but not in the store",
	],
	[
		"a notification that did not come",
		({ alerts }) => alerts.told.delete("b firing"),
		"1 notifications due by the rules and the lake's bars and hits did not come, such as b firing",
	],
	[
		"one that a storm did not hold back either",
		({ held }) => held.clear(),
		"1 notifications due by the rules and the lake's bars and hits did not come, such as c firing",
	],
	[
		"a notification about nothing",
		({ expected }) => expected.delete("a resolved"),
		"1 notifications came that the rules do not make of the lake's bars and hits, such as a resolved",
	],
	[
		"one about nothing that a storm held back",
		({ held }) => held.add("d firing"),
		"1 notifications came that the rules do not make of the lake's bars and hits, such as d firing",
	],
	[
		"a notification that came twice",
		({ alerts }) => alerts.told.set("a firing", 2),
		"1 notifications came more than once, such as a firing",
	],
	[
		"a notification that was held back and came",
		({ held }) => held.add("a firing"),
		"1 notifications came though a storm held them back, such as a firing",
	],
	[
		"a message that nobody can read",
		({ alerts }) => {
			alerts.unreadable = 1;
		},
		"1 messages about alerts cannot be read",
	],
	[
		"a dead letter",
		({ deadLetters }) => {
			deadLetters["of alerting"] = 2;
		},
		"2 messages are in the dead-letter queue of alerting",
	],
];

test.each(cases)("%s is a problem, and the only one", (_, change, problem) => {
	expect(problemsOf(counts(change))).toEqual([problem]);
});

test("all problems are named together", () => {
	const all = counts(({ job, store }) => {
		job.recordsRead++;
		store.clear();
	});
	expect(problemsOf(all)).toHaveLength(2);
});
