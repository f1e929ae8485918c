import { expect, test } from "vitest";
import type { Plan, PlanNode } from "../../../../sql/workbench/plan/plan.ts";
import { reportOf } from "../../../../sql/workbench/plan/report.ts";
import { shapeOf } from "../../../../sql/workbench/plan/shape.ts";
import { judge } from "../../../../sql/workbench/plan/verdict.ts";
import { type SmallPlan, small } from "./small.ts";

/** Bars by minute and a move by symbol, from one source. */
const job = (size = "PT1M", key = "symbol", more?: (p: SmallPlan, scan: PlanNode) => void) =>
	small((p) => {
		const scan = p.scan();
		p.sink(p.window(scan, { size }), "bars");
		p.sink(p.over(scan, { key }), "moves");
		more?.(p, scan);
	});

/** A source that is copied into sinks. */
const copies = (sinks: string[], connector: string) =>
	small((p) => {
		const scan = p.scan();
		for (const sink of sinks) p.sink(scan, sink, connector);
	});

const outcomes = (old: Plan, now: Plan) => judge(old, now).operators.map(({ outcome, what }) => `${outcome}: ${what}`);

test("nothing changed: compatible, with nothing to explain", () => {
	const { verdict, reasons, operators } = judge(job(), job());
	expect({ verdict, reasons }).toEqual({ verdict: "compatible", reasons: [] });
	expect(operators).toEqual([
		{
			outcome: "kept",
			what: "the position in trades",
			for: ["streams.bars", "streams.moves"],
			notes: [],
			oldId: 1,
			newId: 1,
		},
		{
			outcome: "kept",
			what: "open 1-minute windows by symbol (MAX and SUM)",
			for: ["streams.bars"],
			notes: [],
			oldId: 4,
			newId: 4,
		},
		{ outcome: "kept", what: "what is under way to streams.bars", for: [], notes: [], oldId: 5, newId: 5 },
		{ outcome: "kept", what: "values so far by symbol (LAG)", for: ["streams.moves"], notes: [], oldId: 6, newId: 6 },
		{ outcome: "kept", what: "what is under way to streams.moves", for: [], notes: [], oldId: 7, newId: 7 },
	]);
});

test("something new: compatible, and said to start empty", () => {
	const { verdict, operators } = judge(
		job(),
		job("PT1M", "symbol", (p, scan) => p.sink(p.window(scan, { size: "PT15M" }), "quarters")),
	);
	expect(verdict).toBe("compatible");
	expect(operators.filter(({ outcome }) => outcome === "new").map(({ reason }) => reason)).toEqual([
		"the 15-minute window (for streams.quarters) is new: its open windows start empty",
		"the INSERT into streams.quarters is new: it starts with nothing under way",
	]);
});

test("one of several changed: partly compatible, in words", () => {
	const { verdict, reasons } = judge(job(), job("PT5M"));
	expect(verdict).toBe("partly compatible");
	expect(reasons).toEqual([
		"the span (was 1-minute, is 5-minute) of the 1-minute window (for streams.bars) changed: its open windows start empty",
	]);
	expect(judge(job(), job("PT1M", "exchange")).reasons).toEqual([
		"the key (was symbol, is exchange) of the OVER by symbol (for streams.moves) changed: its values start empty",
	]);
});

test("something gone: partly compatible", () => {
	const { verdict, reasons } = judge(
		job(),
		small((p) => p.sink(p.window(p.scan()), "bars")),
	);
	expect(verdict).toBe("partly compatible");
	expect(reasons).toEqual([
		"the OVER by symbol (for streams.moves) is gone, and with it values so far by symbol (LAG)",
		"the INSERT into streams.moves is gone, and with it what is under way to streams.moves",
	]);
});

test("nothing but the source goes on: incompatible", () => {
	expect(judge(job(), job("PT5M", "exchange")).verdict).toBe("incompatible");
});

test("another stream: incompatible, even where all else is as it was", () => {
	const of = (stream: string) => small((p) => p.sink(p.window(p.scan(stream)), "bars"));
	const { verdict, reasons } = judge(of("trades"), of("trades-2"));
	expect(verdict).toBe("incompatible");
	expect(reasons).toContain(
		"where it reads of the source trades changed: it begins where its options say that a first start begins",
	);
});

test("a source that is gone: incompatible", () => {
	const old = small((p) => p.sink(p.window(p.union(p.scan("a", "a"))), "bars"));
	const now = small((p) => p.sink(p.window(p.union(p.scan("b", "b"))), "bars"));
	expect(judge(old, now).verdict).toBe("incompatible");
});

test("no state but the source's: nothing else to lose, so another sink is partly compatible at worst", () => {
	const of = (...sinks: string[]) => copies(sinks, "kinesis");
	expect(judge(of("a"), of("a", "b")).verdict).toBe("compatible");
	expect(judge(of("a", "b"), of("a")).verdict).toBe("partly compatible");
});

test("a sink that keeps nothing is none that can be lost", () => {
	const of = (...sinks: string[]) => copies(sinks, "blackhole");
	expect(judge(of("a", "b"), of("b")).verdict).toBe("compatible");
});

test("an operator of a kind that is not known goes on as long as nothing about it changes", () => {
	const of = (option: number, columns = ["symbol", "price"]) =>
		small((p) => {
			const scan = p.scan();
			p.sink(p.window(scan), "bars");
			p.sink(p.node("stream-exec-teleport_1", [p.calc(scan, undefined, {}, columns)], columns, { option }), "there");
		});
	expect(judge(of(1), of(1)).verdict).toBe("compatible");
	expect(judge(of(1), of(2)).verdict).toBe("unknown");
	expect(judge(of(1), of(1, ["symbol", "bid"])).verdict).toBe("unknown");
	expect(
		judge(
			of(1),
			small((p) => p.sink(p.window(p.scan()), "bars")),
		).verdict,
	).toBe("unknown");
	expect(outcomes(of(1), of(1))).toContain("kept: something unknown (stream-exec-teleport_1)");
});

test.each([
	["stream-exec-join_1", "all rows of both sides (join)"],
	["stream-exec-interval-join_1", "rows of both sides that may still find a partner (interval join)"],
	["stream-exec-temporal-join_1", "rows that wait for the time of the other side (temporal join)"],
])("a %s keeps its rows as long as both sides and the join are the same", (type, words) => {
	const of = (spec: unknown, columns = ["symbol", "price"], filter?: number) =>
		small((p) => {
			const scan = p.scan();
			const sides = [p.calc(scan, filter, {}, columns), p.calc(scan, 3, {}, ["symbol", "bid"])];
			p.sink(p.node(type, sides, [...columns, "symbol0", "bid0"], { joinSpec: spec }), "pairs");
			p.sink(p.over(scan), "moves");
		});
	expect(outcomes(of({ type: "INNER" }), of({ type: "INNER" }))).toContain(`kept: ${words}`);
	expect(outcomes(of({ type: "INNER" }), of({ type: "INNER" }, undefined, 5))).toContain(`kept: ${words}`);
	expect(outcomes(of({ type: "INNER" }), of({ type: "LEFT" }))).toContain(`changed: ${words}`);
	expect(outcomes(of({ type: "INNER" }), of({ type: "INNER" }, ["symbol", "price", "size"]))).toContain(
		`changed: ${words}`,
	);
	expect(outcomes(of({ type: "INNER" }), of({ type: "INNER" }, ["symbol", "bid"]))).toContain(`changed: ${words}`);
});

test.each([
	"stream-exec-deduplicate_1",
	"stream-exec-rank_1",
	"stream-exec-changelog-normalize_1",
	"stream-exec-match_1",
])("a %s counts as keeping state", (type) => {
	const plan = small((p) => p.sink(p.node(type, [p.scan()], ["symbol"], { keys: [0] }), "out"));
	const kinds = outcomes(plan, plan);
	expect(kinds).toHaveLength(3);
	expect(kinds.join()).not.toContain("unknown");
});

test("rows that stand in the SQL are given out once: a savepoint knows that they were", () => {
	const of = (tuples: string[]) =>
		small((p) => p.sink(p.union(p.scan(), p.node("stream-exec-values_1", [], [], { tuples })), "out"));
	expect(outcomes(of(["a"]), of(["a"]))).toContain("kept: whether its rows were given out (values)");
	expect(outcomes(of(["a"]), of(["b"]))).toContain("changed: whether its rows were given out (values)");
});

test("what an operator computes in a way of its own is another value as soon as anything about it is another", () => {
	const of = (pattern: string) =>
		small((p) => {
			const match = p.node("stream-exec-match_1", [p.scan()], ["symbol", "price", "size", "time"], { pattern });
			p.sink(p.over(match, { call: ["LAG", "price"] }), "matches");
		});
	const lags = (old: string, now: string) => outcomes(of(old), of(now)).filter((each) => each.includes("LAG"));
	expect(lags("A+", "A+")).toEqual(["kept: values so far by symbol (LAG)"]);
	expect(lags("A+", "B+")).toEqual(["changed: values so far by symbol (LAG)"]);
});

test("an upsert sink keeps rows, so their columns count", () => {
	const of = (columns: string[]) => {
		const plan = small((p) => p.sink(p.calc(p.scan(), undefined, {}, columns), "latest"));
		for (const node of plan.nodes) if (/sink/.test(node.type)) node.requireUpsertMaterialize = true;
		return plan;
	};
	expect(judge(of(["symbol"]), of(["symbol"])).verdict).toBe("compatible");
	expect(judge(of(["symbol"]), of(["symbol", "price"])).verdict).toBe("partly compatible");
});

test("a report has the verdict first, then why, then each operator, then what to know", () => {
	const of = (filter?: number, size?: string) =>
		small((p) => {
			const scan = p.scan();
			p.sink(p.window(scan, size === undefined ? {} : { size }), "bars");
			p.sink(p.over(p.calc(scan, filter)), "moves");
		});
	expect(reportOf(judge(of(), of(5, "PT5M")))).toBe(
		`partly compatible: 4 kept, 1 changed of the operators that keep state
  - the span (was 1-minute, is 5-minute) of the 1-minute window (for streams.bars) changed: its open windows start empty

kept    the position in trades → streams.bars and streams.moves
changed open 5-minute windows by symbol (MAX and SUM) → streams.bars
kept    what is under way to streams.bars
kept    values so far by symbol (LAG) → streams.moves
kept    what is under way to streams.moves

To know:
  - other rows reach it: what it keeps holds rows from before the edit (values so far by symbol (LAG) → streams.moves)`,
	);
});

test("a plan's shape is its operators with state, each with those that feed it", () => {
	const text = shapeOf(job("PT1M", "symbol", (p, scan) => p.sink(p.over(p.calc(p.window(scan))), "more")));
	expect(text).toBe(`13 operators: 1 read tables, 3 write them, 8 keep state
 [1] the position in trades
 [4] open 1-minute windows by symbol (MAX and SUM) ← [1]
 [5] what is under way to streams.bars ← [4]
 [6] values so far by symbol (LAG) ← [1]
 [7] what is under way to streams.moves ← [6]
[10] open 1-minute windows by symbol (MAX and SUM) ← [1]
[12] values so far by symbol (LAG) ← [10]
[13] what is under way to streams.more ← [12]`);
});
