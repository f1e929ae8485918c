import { describe, expect, test } from "vitest";
import { type Matching, matchPlans } from "../../../../sql/workbench/plan/match.ts";
import type { Plan } from "../../../../sql/workbench/plan/plan.ts";
import { type SmallOver, type SmallWindow, small } from "./small.ts";

/** The ids that operators with state had and have: `9→9`; `9→` is gone, `→12` new, `9✗12` changed. */
function ids({ kept, changed, lost, added, after, plan }: Matching): string[] {
	const now = new Map(after.graph.plan.nodes.map((node, index) => [node, plan.nodes[index]?.id]));
	return [
		...kept.map((pair) => `${pair.old.node.id}→${now.get(pair.now.node)}`),
		...changed.map((pair) => `${pair.old.node.id}✗${now.get(pair.now.node)}`),
		...lost.map(({ node }) => `${node.id}→`),
		...added.map(({ node }) => `→${now.get(node)}`),
	].sort();
}

const windowed = (options?: SmallWindow, filter?: number) =>
	small((p) => p.sink(p.window(p.calc(p.scan(), filter), options), "bars"));
const rolling = (options?: SmallOver) => small((p) => p.sink(p.over(p.scan(), options), "moves"));

/** What is another about an operator that cannot go on. */
function differences(old: Plan, now: Plan): string[] {
	return matchPlans(old, now).changed.flatMap(({ differences }) => differences);
}

describe("ids", () => {
	test("a plan that is the same keeps every id, whatever the numbers are in the new one", () => {
		const old = windowed();
		const moved = small((p) => p.sink(p.window(p.calc(p.scan())), "bars"), 100);
		const { plan, highest } = matchPlans(old, moved);
		expect(plan.nodes.map(({ id }) => id)).toEqual(old.nodes.map(({ id }) => id));
		expect(plan.edges).toEqual(old.edges);
		expect(highest).toBe(6);
	});

	test("a branch put first gets ids that none had before, and moves none of the others", () => {
		const old = windowed();
		const now = small((p) => {
			const scan = p.scan();
			p.sink(p.calc(scan, 7), "first");
			p.sink(p.window(p.calc(scan)), "bars");
		});
		const { plan, highest } = matchPlans(old, now);
		expect(plan.nodes.map(({ id }) => id)).toEqual([1, 7, 8, 2, 3, 4, 5, 6]);
		expect(plan.edges.map(({ source, target }) => `${source}-${target}`)).toEqual([
			"1-7",
			"7-8",
			"1-2",
			"2-3",
			"3-4",
			"4-5",
			"5-6",
		]);
		expect(highest).toBe(8);
	});

	test("an id is never used again for something else, not even that of an operator that is long gone", () => {
		const { plan } = matchPlans(windowed(), windowed({ key: "exchange" }), 400);
		const fresh = plan.nodes.map(({ id }) => id).filter((id) => id > 6);
		expect(Math.min(...fresh)).toBe(401);
		expect(new Set(plan.nodes.map(({ id }) => id)).size).toBe(plan.nodes.length);
	});

	test("an operator without state never gets the id of one that had some", () => {
		const { plan } = matchPlans(
			windowed(),
			small((p) => p.sink(p.calc(p.scan()), "bars")),
		);
		expect(plan.nodes.map(({ id }) => id)).toEqual([1, 2, 6]);
	});

	test("all but ids is as in the new plan: time-to-live, options, configuration", () => {
		const old = windowed();
		const now = windowed();
		for (const node of now.nodes)
			node.configuration = { ...(node.configuration ?? {}), "table.exec.state.ttl": "0 ms" };
		const { plan, kept } = matchPlans(old, now);
		expect(kept).toHaveLength(3);
		const idless = (nodes: Plan["nodes"]) => nodes.map((node) => ({ ...node, id: 0 }));
		expect(idless(plan.nodes)).toEqual(idless(now.nodes));
	});
});

describe("what cannot go on", () => {
	test.each<[string, SmallWindow, string[]]>([
		["another size", { size: "PT5M" }, ["the span (was 1-minute, is 5-minute)"]],
		["another key of the same type", { key: "exchange" }, ["the key (was symbol, is exchange)"]],
		[
			"another argument of the same type",
			{
				calls: [
					["MAX", "bid"],
					["SUM", "size"],
				],
			},
			["what MAX takes (was price, is bid)"],
		],
		[
			"another function",
			{
				calls: [
					["MIN", "price"],
					["SUM", "size"],
				],
			},
			["the aggregates (new: MIN; gone: MAX)"],
		],
		[
			"one more aggregate",
			{
				calls: [
					["MAX", "price"],
					["SUM", "size"],
					["MIN", "price"],
				],
			},
			["the aggregates (new: MIN)"],
		],
		[
			"aggregates in another order",
			{
				calls: [
					["SUM", "size"],
					["MAX", "price"],
				],
			},
			["the aggregates (in another order)"],
		],
		[
			"a FILTER",
			{
				calls: [
					["MAX", "price"],
					["SUM", "size", "bid"],
				],
			},
			["the aggregates"],
		],
	])("a window with %s", (_, options, expected) => {
		expect(differences(windowed(), windowed(options))).toEqual(expected);
	});

	test("a window in another time zone, whose days are others", () => {
		const now = windowed();
		for (const node of now.nodes)
			if (node.configuration) node.configuration = { "table.local-time-zone": "Asia/Tokyo" };
		expect(differences(windowed(), now)).toEqual(["the span"]);
	});

	test("another FILTER of the same aggregate", () => {
		const of = (filter: string) => windowed({ calls: [["SUM", "size", filter]] });
		expect(differences(of("price"), of("bid"))).toEqual(["the FILTER of SUM (was price, is bid)"]);
	});

	test.each<[string, SmallOver, string[]]>([
		["key", { key: "exchange" }, ["the key (was symbol, is exchange)"]],
		["argument", { call: ["LAG", "bid"] }, ["what LAG takes (was price, is bid)"]],
		["function", { call: ["LAST_VALUE", "price"] }, ["the aggregates (new: LAST_VALUE; gone: LAG)"]],
		[
			"frame",
			{ rows: 5 },
			[
				"the frame (was ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW by time, is ROWS BETWEEN 5 PRECEDING AND CURRENT ROW by time)",
			],
		],
		[
			"order",
			{ order: "proc" },
			[
				"the frame (was ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW by time, is ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW by proc)",
				"the time (was time, is proc)",
			],
		],
	])("an OVER with another %s", (_, options, expected) => {
		expect(differences(rolling(), rolling(options)).sort()).toEqual(expected.sort());
	});

	test("a frame of another length, whose rows are dropped earlier or later", () => {
		expect(differences(rolling({ rows: 5 }), rolling({ rows: 6 }))).toHaveLength(1);
		expect(differences(rolling({ rows: 5 }), rolling({ rows: 5 }))).toEqual([]);
	});

	test("a column under the same name that is another column", () => {
		const aliased = small((p) => p.sink(p.window(p.calc(p.scan(), undefined, { price: ["ABS", "bid"] })), "bars"));
		expect(differences(windowed(), aliased)).toEqual(["what MAX takes"]);
	});

	test("two columns of one type that are swapped in the rows that an OVER keeps", () => {
		const of = (columns: string[]) => small((p) => p.sink(p.over(p.calc(p.scan(), undefined, {}, columns)), "moves"));
		const rest = ["exchange", "size", "time", "proc"];
		const straight = of(["symbol", "price", "bid", ...rest]);
		expect(differences(straight, of(["symbol", "bid", "price", ...rest]))).toEqual([
			"the columns of its rows (in another order)",
		]);
		expect(differences(straight, straight)).toEqual([]);
	});

	test("a time-to-live where there was none, which is stored in another form; but not one of another length", () => {
		const of = (ttl: string) => {
			const plan = windowed();
			for (const node of plan.nodes) if (/global/.test(node.type)) node.state = [{ index: 0, ttl, name: "s" }];
			return plan;
		};
		expect(differences(of("0 ms"), of("3600000 ms"))).toEqual(["whether its state has a time-to-live"]);
		expect(differences(of("7200000 ms"), of("3600000 ms"))).toEqual([]);
	});
});

describe("what goes on", () => {
	test("a window whose input is filtered in another way, with a word of warning", () => {
		const { kept } = matchPlans(windowed(), windowed({}, 5));
		expect(kept.map(({ notes }) => notes)).toContainEqual([
			"other rows reach it: windows that are open hold rows from before the edit",
		]);
		expect(kept).toHaveLength(3);
	});

	test("a window over a column that is computed in another way from the same columns, with a word of warning", () => {
		const rounded = small((p) => p.sink(p.window(p.calc(p.scan(), undefined, { price: ["ROUND", "price"] })), "bars"));
		const { kept } = matchPlans(windowed(), rounded);
		expect(kept.flatMap(({ notes }) => notes)).toEqual([
			"price is computed in another way: windows that are open hold both",
		]);
	});

	test("an OVER by processing time that keeps no rows, when a column is added to them", () => {
		const of = (columns: string[]) =>
			small((p) => p.sink(p.over(p.calc(p.scan(), undefined, {}, columns), { order: "proc" }), "moves"));
		const few = ["symbol", "price", "proc"];
		expect(differences(of(few), of([...few, "bid"]))).toEqual([]);
	});

	test("the same OVER by event time keeps rows, and starts empty", () => {
		const of = (columns: string[]) => small((p) => p.sink(p.over(p.calc(p.scan(), undefined, {}, columns)), "moves"));
		const few = ["symbol", "price", "time"];
		expect(differences(of(few), of([...few, "bid"]))).toEqual(["the columns of its rows (new: bid DOUBLE)"]);
	});

	test("values over a union that gets another branch, or loses one", () => {
		const of = (...sizes: string[]) =>
			small((p) => {
				const scan = p.scan();
				const bars = sizes.map((size) => p.calc(p.window(scan, { size }), undefined, {}, ["symbol", "price", "time"]));
				p.sink(p.over(bars.length > 1 ? p.union(...bars) : (bars[0] as never)), "bars");
			});
		const one = of("PT1M", "PT5M");
		const more = of("PT1M", "PT5M", "PT15M");
		expect(matchPlans(one, more).changed).toEqual([]);
		expect(matchPlans(one, more).added).toHaveLength(1);
		expect(matchPlans(more, one).changed).toEqual([]);
		expect(matchPlans(more, one).lost).toHaveLength(1);
	});

	test("a source and a sink under another name that are the same streams, but not another stream under the same name", () => {
		const of = (stream: string, table: string) => small((p) => p.sink(p.window(p.scan(stream, table)), "bars"));
		expect(differences(of("trades", "trades"), of("trades", "ticks_in"))).toEqual([]);
		expect(differences(of("trades", "trades"), of("quotes", "trades"))).toContain("where it reads");
	});
});

describe("operators that look alike", () => {
	/** Two equal windows on rows with a price above two levels, for two sinks. */
	const two = (a: number, b: number, sinks = ["low", "high"]) =>
		small((p) => {
			const scan = p.scan();
			p.sink(p.window(p.calc(scan, a)), sinks[0] as string);
			p.sink(p.window(p.calc(scan, b)), sinks[1] as string);
		});

	test("are told apart by what feeds them when they change places", () => {
		expect(ids(matchPlans(two(10, 20), two(20, 10, ["high", "low"])))).toEqual(["10→10", "11→11", "1→1", "5→5", "6→6"]);
		const { plan } = matchPlans(two(10, 20), two(20, 10, ["high", "low"]));
		expect(plan.nodes.map(({ id }) => id)).toEqual([1, 7, 8, 9, 10, 11, 2, 3, 4, 5, 6]);
	});

	test("are told apart by where they lead when what feeds them changes", () => {
		const { plan } = matchPlans(two(10, 20), two(21, 11, ["high", "low"]));
		const stateful = plan.nodes.filter(({ type }) => /global|sink/.test(type)).map(({ id }) => id);
		expect(stateful).toEqual([10, 11, 5, 6]);
	});

	test("that nothing tells apart start empty: a guess could give one the other's state", () => {
		const of = (a: number, b: number) =>
			small((p) => {
				const scan = p.scan();
				p.sink(p.union(p.window(p.calc(scan, a)), p.window(p.calc(scan, b))), "bars");
			});
		expect(matchPlans(of(10, 20), of(10, 20)).changed).toEqual([]);
		expect(matchPlans(of(10, 20), of(20, 10)).changed).toEqual([]);
		// One is still what it was, so the other is known too.
		expect(matchPlans(of(10, 20), of(10, 30)).changed).toEqual([]);
		const { changed, kept } = matchPlans(of(10, 20), of(30, 40));
		expect(changed.map(({ differences }) => differences)).toEqual([
			["what feeds it, and several operators could be meant"],
			["what feeds it, and several operators could be meant"],
		]);
		expect(kept).toHaveLength(2);
	});

	test("and are fed the same, for two equal INSERTs, go on in order", () => {
		const twice = small((p) => {
			const window = p.window(p.scan());
			p.sink(window, "bars");
			p.sink(window, "bars");
		});
		expect(matchPlans(twice, twice).kept).toHaveLength(4);
		expect(ids(matchPlans(twice, windowless(twice)))).toEqual(["1→1", "4→4", "5→5", "6→"]);
	});

	test("a window for another sink on other rows is another window, however alike", () => {
		const old = small((p) => p.sink(p.window(p.calc(p.scan(), 10)), "a"));
		const now = small((p) => p.sink(p.window(p.calc(p.scan(), 20)), "b"));
		const matching = matchPlans(old, now);
		expect(matching.kept.map(({ old }) => old.kind)).toEqual(["source"]);
		expect(matching.lost).toHaveLength(2);
		expect(matching.added).toHaveLength(2);
	});

	/** A plan without its last node. */
	function windowless(plan: Plan): Plan {
		const last = plan.nodes.at(-1)?.id;
		return { ...plan, nodes: plan.nodes.slice(0, -1), edges: plan.edges.filter(({ target }) => target !== last) };
	}
});
