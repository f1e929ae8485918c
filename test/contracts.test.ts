/** The zod schemas against the SQL DDL, and docs/contracts.md against both. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { Bar, Clock, Hit, Reject, Tick, Trade } from "../contracts.ts";
import { contractsPage } from "../docs/contracts.ts";
import { parseRelation, type Relation, relationsIn } from "../docs/ddl.ts";
import { root } from "../local/paths.ts";

const relation = (folder: string, name: string): Relation => {
	const found = relationsIn(folder).find((each) => each.name === name);
	if (!found) throw new Error(`${folder} has no ${name}`);
	return found;
};

/** The SQL type in which a field of a schema is kept, with times as `time`. */
function sqlTypes(schema: z.ZodObject): Record<string, string> {
	const { properties = {} } = z.toJSONSchema(schema, { io: "input" });
	return Object.fromEntries(
		Object.entries(properties).map(([name, property]) => {
			const text = JSON.stringify(property);
			const type = text.includes("date-time")
				? "time"
				: text.includes('"integer"')
					? "BIGINT"
					: text.includes('"number"')
						? "DOUBLE"
						: "STRING";
			return [name, type];
		}),
	);
}

const columns = ({ columns }: Relation, time: string) =>
	Object.fromEntries(columns.map(({ name, type }) => [name, type === time ? "time" : type]));

describe("the DDL has exactly the columns of the contract, in its types", () => {
	test("trades, as the source reads them", () => {
		const source = relation("1_sources", "trades");
		const physical = { ...source, columns: source.columns.filter((column) => !column.metadata) };
		expect(columns(physical, "TIMESTAMP_LTZ(3)")).toEqual(sqlTypes(Trade));
	});

	test.each([
		["bars", Bar],
		["ticks", Tick],
		["hits", Hit],
	])("the stream of %s", (name, schema) => {
		const sink = relation("3_sinks/streams", `streams.${name}`);
		const types = sqlTypes(schema);
		// Times leave as ISO 8601 text.
		for (const [field, type] of Object.entries(types)) if (type === "time") types[field] = "STRING";
		expect(columns(sink, "none")).toEqual(types);
		expect(sink.partitionedBy).toEqual(["symbol"]);
	});

	test.each([
		["bars", Bar, {}],
		["hits", Hit, {}],
		["rejects", Reject, {}],
		[
			"trades",
			Trade,
			{ shard_id: "STRING", sequence_number: "STRING", sub_sequence_number: "BIGINT", arrived_at: "time" },
		],
	])("the lake's %s", (name, schema, more) => {
		const table = relation("3_sinks/lake", `lake.${name}`);
		expect(columns(table, "TIMESTAMP_LTZ(6)")).toEqual({ ...sqlTypes(schema), ...more, day: "DATE" });
		expect(table.partitionedBy).toEqual(["day"]);
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
