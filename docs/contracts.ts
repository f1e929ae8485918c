/** Writes docs/contracts.md from the zod schemas, the SQL DDL and what landing writes: `npm run docs`. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { z } from "zod";
import { Bar, Clock, Hit, Tick, Trade } from "../contracts.ts";
import { latestWriter } from "../landing/dynamodb/latest.ts";
import { root } from "../local/paths.ts";
import { barsTable } from "../local/questdb.ts";
import { parseRelation, relationsIn } from "./ddl.ts";

const KEYS: Record<string, string> = {
	trades: "symbol, event_time, trade_id",
	bars: "symbol, interval, window_start",
	ticks: "symbol, event_time",
	hits: "hit_id",
	rejects: "shard_id, sequence_number, sub_sequence_number",
	counts: "symbol, window_start",
};

type Column = [name: string, type: string, notes: string];

function table(columns: Column[]): string {
	return ["| column | type | |", "|---|---|---|", ...columns.map((row) => `| ${row.join(" | ")} |`)].join("\n");
}

/** The fields of a schema as JSON carries them. */
function fields(schema: z.ZodObject): Column[] {
	const { properties = {}, required = [] } = z.toJSONSchema(schema, { io: "input" });
	return Object.entries(properties).map(([name, property]) => {
		const text = JSON.stringify(property);
		const nullable = text.includes('"null"');
		const type = text.includes("date-time")
			? "ISO 8601, UTC, ms"
			: text.includes('"integer"')
				? "integer"
				: text.includes('"number"')
					? "number"
					: "string";
		const values =
			/"(?:enum":\[[^\]]*\]|const":"[^"]*")/
				.exec(text)?.[0]
				.match(/"[^"]*"/g)
				?.slice(1) ?? [];
		const notes = [
			required.includes(name) ? "" : "optional",
			nullable ? "or null" : "",
			values.map((value) => `\`${value.replaceAll('"', "")}\``).join(", "),
		];
		return [`\`${name}\``, type, notes.filter(Boolean).join("; ")];
	});
}

function stream(name: string, schema: z.ZodObject, text: string): string {
	return `### Stream \`${name}\`\n\n${text} Key: ${KEYS[name]}. Partition key: \`symbol\`.\n\n${table(fields(schema))}\n`;
}

function lakeTables(): string {
	return relationsIn("3_sinks/lake")
		.map(({ name, comment, columns, partitionedBy }) => {
			const rows = columns.map(
				({ name: column, type }): Column => [`\`${column}\``, type, partitions(partitionedBy, column)],
			);
			return `### Lake table \`${name.replace("lake.", "")}\`\n\n${comment}\n\n${table(rows)}\n`;
		})
		.join("\n");
}

/** How a column takes part in the partitions. */
function partitions(by: readonly string[], column: string): string {
	const part = by.find((each) => each === column || each.endsWith(`, ${column})`));
	return part === undefined ? "" : part === column ? "partition" : `partition: ${part}`;
}

/** What landing really writes for a tick in which nothing is missing. */
async function latestColumns(): Promise<Column[]> {
	const tick: Tick = {
		symbol: "SPY",
		event_time: "2013-10-07T13:30:00.000Z",
		open: 1,
		high: 1,
		low: 1,
		close: 1,
		volume: 1,
		trade_count: 1,
		day_open: 1,
		day_high: 1,
		day_low: 1,
		day_volume: 1,
		previous_close: 1,
		day_move_pct: 1,
		emitted_at: "2013-10-07T13:30:01.000Z",
	};
	let item: Record<string, unknown> = {};
	const client = {
		send: async (command: { input: { Item: Record<string, unknown> } }) => {
			item = command.input.Item;
		},
	};
	const write = latestWriter(client as unknown as DynamoDBDocumentClient, "latest");
	await write([{ value: tick }] as Parameters<typeof write>[0]);
	return Object.entries(item).map(([name, value]) => [
		`\`${name}\``,
		typeof value,
		name === "symbol"
			? "partition key"
			: name === "event_time"
				? "a newer one replaces the item, an older one never"
				: "",
	]);
}

/** The whole page. */
export async function contractsPage(): Promise<string> {
	const store = parseRelation(barsTable.replaceAll("\t", "  "));
	const storeRows = store.columns.map(({ name, type }): Column => {
		const key = ["timestamp", "symbol", "interval"].includes(name);
		return [
			`\`${name}\``,
			type,
			key ? `key${name === "timestamp" ? ": the bar's window_start" : ", a tag in line protocol"}` : "",
		];
	});
	const clock = fields(Clock).map(([name, type, notes]): Column => [name, type, notes]);
	return `# Contracts

Every record and row that leaves one part of Tidemark for another. This page is written by \`npm run docs\` from
[contracts.ts](../contracts.ts), the DDL in [sql/](../sql) and the landing functions; a test fails when it is stale.

Times are UTC. Prices are in the symbol's currency, sizes and volumes in shares, percents in percent (1.5 is 1.5 %),
rounded half up to 6 decimals. Streams carry one JSON object a record.

## Streams

${stream("trades", Trade, "What feeds send: one trade, or one bar of interval data (`event_time` is then its start, `price` its close). Unknown fields are kept in the record and ignored.")}
Between them go clocks, to every shard; they move the watermark and are counted nowhere:

${table(clock)}

${stream("bars", Bar, "One closed window of one symbol. `1d` is a trading day from 05:00 UTC.")}
${stream("ticks", Tick, "At most one a symbol and second, with the trading day's values so far.")}
${stream("hits", Hit, "A rolling move that crossed its threshold, or cleared it again. `hit_id` is symbol|lookback|state|direction|event_time.")}
## Lake

Iceberg tables (format 2) in the Glue database of \`infra/config.ts\`, on S3. Rows become visible with Flink's checkpoints,
each exactly once.

${lakeTables()}
## Stores

### Time series, table (measurement) \`bars\`

InfluxDB line protocol; one point a bar, so a bar that is written again replaces itself. Null fields are left out.

${table(storeRows)}

### DynamoDB, the latest price of each symbol

${table(await latestColumns())}
`;
}

if (import.meta.main) writeFileSync(join(root, "docs", "contracts.md"), await contractsPage());
