import { describe, expect, test } from "vitest";
import { flowOf } from "../../../../sql/workbench/graph/flow.ts";
import { grainOf } from "../../../../sql/workbench/graph/grain.ts";
import { insert, relation } from "../relations.ts";

describe("what a file's leading comment says of its rows", () => {
	test.each([
		[
			"all three",
			"One row: a closed bar with its moves, the contract Bar. Key: symbol, interval, window_start. Time: window_end.\nLate trades never change it.",
			{
				row: "a closed bar with its moves, the contract Bar",
				key: "symbol, interval, window_start",
				time: "window_end",
			},
		],
		[
			"over several lines, with points inside names",
			"One row: the price by streams.ticks\nof a symbol.\nKey: hit_id.\nTime: event_time",
			{ row: "the price by streams.ticks of a symbol", key: "hit_id", time: "event_time" },
		],
		[
			"a row up to its semicolon or colon",
			"One row: the levels of a symbol; the row '*' is for every symbol.\nKey: symbol. Rows are looked up.",
			{ row: "the levels of a symbol", key: "symbol" },
		],
		[
			"the key of something",
			"One row: a valid record.\nKey of a trade: symbol, trade_id. Time: event_time.",
			{ row: "a valid record", key: "symbol, trade_id", time: "event_time" },
		],
		[
			"a sink, whose partition key is no key",
			"The stream bars: one JSON record a row, times as text. Partition key: symbol.",
			{ row: "one JSON record a row, times as text" },
		],
		["nothing", "", {}],
		["something else", "Everything about trades.", {}],
	])("%s", (_, comment, grain) => {
		expect(grainOf(comment)).toEqual(grain);
	});
});

describe("the flow", () => {
	const relations = [
		relation("streams.bars", { kind: "sink", comment: "The stream bars: a record a row. Partition key: symbol." }),
		relation("bars", { reads: ["trades", "levels"], comment: "One row: a bar. Key: symbol, start." }),
		relation("levels", { kind: "source", primaryKey: ["symbol"] }),
		relation("trades", { kind: "source", columns: [["event_time", "TIMESTAMP_LTZ(3)", "event"]] }),
	];
	const inserts = [insert("streams.bars", ["bars"]), insert("streams.bars", ["bars"])];

	test("has sources, views and sinks, each by name, and what reads what, once", () => {
		const { nodes, edges } = flowOf({ relations, inserts });
		expect(nodes.map(({ name }) => name)).toEqual(["levels", "trades", "bars", "streams.bars"]);
		expect(edges.map(({ from, to }) => `${from} > ${to}`)).toEqual([
			"bars > streams.bars",
			"levels > bars",
			"trades > bars",
		]);
	});

	test("takes what the comment does not say from the table, and a sink's key from what it stores", () => {
		const nodes = Object.fromEntries(flowOf({ relations, inserts }).nodes.map((node) => [node.name, node]));
		expect(nodes.levels?.key).toBe("symbol");
		expect(nodes.trades?.time).toBe("event_time");
		expect(nodes["streams.bars"]?.key).toBe("symbol, start");
	});

	test("is the same in whatever order it comes", () => {
		const other = { relations: [...relations].reverse(), inserts: [...inserts].reverse() };
		expect(flowOf(other)).toEqual(flowOf({ relations, inserts }));
	});
});
