/** The zod schemas against the SQL DDL, and docs/contracts.md against both. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Bar, Clock, Hit, Move, Trade } from "../contracts.ts";
import { contractsPage } from "../docs/contracts.ts";
import { parseRelation, type Relation, relationsIn } from "../docs/ddl.ts";
import { root } from "../local/paths.ts";
import { contracts, differences } from "../sql/workbench/check/contracts.ts";

const relation = (folder: string, name: string): Relation => {
	const found = relationsIn(folder).find((each) => each.name === name);
	if (!found) throw new Error(`${folder} has no ${name}`);
	return found;
};

describe("the DDL has exactly the columns of the contract, in its types", () => {
	test.each(Object.keys(contracts))("%s", (name) => {
		const folder = { lake: "3_sinks/lake", streams: "3_sinks/streams" }[name.split(".")[0] as string] ?? "1_sources";
		const found = relation(folder, name);
		expect(
			differences(
				name,
				found.columns.filter((column) => !column.metadata),
			),
		).toEqual([]);
		const lake = name === "lake.raw_trades" ? ["day", "bucket(4, symbol)"] : ["day"];
		expect(found.partitionedBy).toEqual({ "3_sinks/lake": lake, "3_sinks/streams": ["symbol"] }[folder] ?? []);
	});

	test("which is what the schemas say", () => {
		expect(contracts["streams.bars"]).toMatchObject({ window_start: "STRING", volume: "BIGINT", vwap: "DOUBLE" });
		expect(contracts["lake.rejects"]).toEqual({
			reason: "STRING",
			payload: "STRING",
			detail: "STRING",
			shard_id: "STRING",
			sequence_number: "STRING",
			sub_sequence_number: "BIGINT",
			arrived_at: "TIMESTAMP_LTZ(6)",
			day: "DATE",
		});
		for (const [schema, name] of [
			[Trade, "trades"] as const,
			[Bar, "streams.bars"] as const,
			[Hit, "streams.hits"] as const,
		])
			expect(Object.keys(contracts[name] ?? {})).toEqual(Object.keys(schema.shape));
		expect(Object.keys(contracts["lake.moves"] ?? {})).toEqual([...Object.keys(Move.shape), "day"]);
		expect(contracts["lake.raw_trades"]).toMatchObject({
			payload: "STRING",
			payload_bytes: "BYTES",
			arrived_at: "TIMESTAMP_LTZ(6)",
		});
		expect(contracts["lake.trades"]).toMatchObject({ watermark_before: "TIMESTAMP_LTZ(6)" });
	});
});

describe("a schema takes what the contract says and nothing else", () => {
	const trade = {
		trade_id: "a",
		symbol: "SPY",
		event_time: "2013-10-07T13:30:00.000Z",
		price: 1.5,
		size: 0,
		source: "x",
	};

	test.each([
		["the least", {}],
		["unknown fields", { condition: "1", deep: { a: 1 } }],
		["interval data", { open: 1, high: 2, low: 0.5 }],
	])("a trade with %s", (_, more) => {
		expect(Trade.parse({ ...trade, ...more })).toEqual({ ...trade, ...more });
	});

	test.each([
		["an empty symbol", { symbol: " " }, "symbol"],
		["a price of 0", { price: 0 }, "price"],
		["a price that is not finite", { price: Number.POSITIVE_INFINITY }, "price"],
		["a price as text", { price: "1.5" }, "price"],
		["a negative size", { size: -1 }, "size"],
		["half a share", { size: 0.5 }, "size"],
		["a time with another offset", { event_time: "2013-10-07T13:30:00.000+02:00" }, "event_time"],
		["a time without milliseconds", { event_time: "2013-10-07T13:30:00Z" }, "event_time"],
		["no source", { source: undefined }, "source"],
		["a side of its own", { side: "short" }, "side"],
	])("no trade with %s", (_, more, field) => {
		const { error } = Trade.safeParse({ ...trade, ...more });
		expect(error?.issues.map((issue) => issue.path.join("."))).toEqual([field]);
	});

	test("a clock is a time and nothing else", () => {
		const clock = { event_time: trade.event_time, source: "clock" };
		expect(Clock.parse(clock)).toEqual(clock);
		expect(Clock.safeParse({ ...clock, symbol: "SPY" }).success).toBe(false);
		expect(Clock.safeParse({ ...clock, source: "replay" }).success).toBe(false);
	});
});

test("docs/contracts.md is what npm run docs writes", async () => {
	expect(readFileSync(join(root, "docs", "contracts.md"), "utf8")).toBe(await contractsPage());
});

test("a statement of another form is refused, not half read", () => {
	expect(() => parseRelation("CREATE VIEW x AS SELECT 1")).toThrow("no CREATE TABLE");
	expect(
		parseRelation(
			"-- One row: x.\n-- Key: a.\nCREATE TABLE a.b (\n  `a` STRING,\n  c BIGINT METADATA VIRTUAL,\n  d AS PROCTIME()\n) PARTITIONED BY (`a`) WITH ();",
		),
	).toEqual({
		name: "a.b",
		comment: "One row: x. Key: a.",
		columns: [
			{ name: "a", type: "STRING", metadata: false },
			{ name: "c", type: "BIGINT", metadata: true },
		],
		partitionedBy: ["a"],
	});
});
