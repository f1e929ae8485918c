import { expect, test } from "vitest";
import { type Backfilled, sayBackfilled, sayChange } from "../../../local/lake/backfilled.ts";

const bar = { symbol: "AAPL", interval: "1m", window_start: "2013-10-07T13:30:00.000Z", close: 70.1, volume: 12 };
const table = (change: Partial<Backfilled["tables"][number]>): Backfilled["tables"][number] => ({
	table: "lake.bars",
	before: 300,
	after: 300,
	added: 0,
	removed: 0,
	changed: 0,
	beside: 0,
	examples: [],
	...change,
});
const done = (change: Partial<Backfilled["tables"][number]>, dryRun = false): Backfilled => ({
	from: "2013-10-07",
	to: "2013-10-07",
	layer: "silver",
	dryRun,
	tables: [table(change), table({ table: "lake.hits", before: 16, after: 16 })],
});

test("a row that says something else is told by what tells it apart and what is other", () => {
	const after = { ...bar, close: 70.2, volume: 13, emitted_at: "2026-01-01T00:00:00.000Z" };
	expect(sayChange({ before: { ...bar, emitted_at: "2025-01-01T00:00:00.000Z" }, after })).toBe(
		"~ AAPL 1m 2013-10-07T13:30:00.000Z: close 70.1 → 70.2, volume 12 → 13",
	);
});

test("rows that come and go are told whole, without NULLs and without when they were made", () => {
	const whole = { ...bar, move_pct: null, day: "2013-10-07", emitted_at: "2026-01-01T00:00:00.000Z" };
	const text = "AAPL 1m 2013-10-07T13:30:00.000Z close 70.1 volume 12";
	expect(sayChange({ before: null, after: whole })).toBe(`+ ${text}`);
	expect(sayChange({ before: whole, after: null })).toBe(`- ${text}`);
	expect(sayChange({ before: { ...bar, move_pct: null }, after: { ...bar, move_pct: 1.5 } })).toContain(
		"move_pct NULL → 1.5",
	);
});

test("a line for each table, then rows that differ, then what it means", () => {
	const example = { before: bar, after: { ...bar, close: 70.2 } };
	const text = sayBackfilled(done({ changed: 1, beside: 2, sent: 3, examples: [example] }));
	const lines = text.split("\n");
	expect(lines[0]).toMatch(/^table +rows before +after +added +removed +changed +beside the days +sent$/);
	expect(lines[2]?.split(/ +/)).toEqual(["lake.bars", "300", "300", "0", "0", "1", "2", "3"]);
	expect(lines[3]?.split(/ +/)).toEqual(["lake.hits", "16", "16", "0", "0", "0", "0", "0"]);
	expect(lines[4]).toBe("lake.bars: ~ AAPL 1m 2013-10-07T13:30:00.000Z: close 70.1 → 70.2");
	expect(lines.at(-1)).toMatch(/one commit; tidemark athena --as-of TIME/);
});

test("it is said when nothing differs, and when nothing was written", () => {
	expect(sayBackfilled(done({}))).toMatch(/Nothing differs: the lake is as it was\.$/);
	expect(sayBackfilled(done({ beside: 1 }, true))).toMatch(/A dry run: nothing was written\./);
	expect(sayBackfilled(done({ removed: 1 }))).not.toMatch(/Nothing differs/);
});
