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
			crossed: new Set(["h1", "h2"]),
			barRows: new Map([["SPY 1m", row]]),
			doubled: { trades: 0, bars: 0, hits: 0, rejects: 0, counts: 0 },
		},
		store: new Map([["SPY 1m", row]]),
		alerts: { messages: new Set(["m1", "m2"]), hits: new Set(["h1", "h2"]), unreadable: 0 },
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
		"a hit without a notification",
		({ alerts }) => {
			alerts.hits.delete("h2");
			alerts.messages.delete("m2");
		},
		"1 hits that crossed were not notified, such as h2",
	],
	[
		"a notification about nothing",
		({ lake }) => lake.crossed.delete("h1"),
		"1 notifications are about no hit of the lake, such as h1",
	],
	["a notification that came twice", ({ alerts }) => alerts.messages.add("m3"), "1 notifications came twice"],
	[
		"a notification that nobody can read",
		({ alerts }) => {
			alerts.messages.add("m3");
			alerts.unreadable = 1;
		},
		"1 notifications have no hit_id",
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
