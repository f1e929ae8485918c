/** The stores, each with the sample bars as landing writes them, or as the lake has them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type DuckDBConnection, DuckDBInstance } from "@duckdb/node-api";
import { Bar } from "../../contracts.ts";
import { lineStore } from "../../landing/influxdb/store.ts";
import { barWriter } from "../../landing/influxdb/writer.ts";
import { barRecord } from "../../landing/live_analytics/record.ts";
import { makeEmptyLake } from "../../local/athena/empty-lake.ts";
import { prepare } from "../../local/athena/here.ts";
import { oneQuery } from "../../local/athena/statement.ts";
import { quote } from "../../local/duckdb.ts";
import type { Lake } from "../../local/lake.ts";
import { LakeCountsCopy } from "../../local/lake-counts.ts";
import { runSql } from "../../local/query.ts";
import { observedConsumer } from "../support/consumer.ts";
import { testInfluxDb } from "../support/influxdb.ts";
import { deliver, kinesisRecords } from "../support/kinesis.ts";
import { postgresSession } from "../support/postgres.ts";
import { testStore } from "../support/questdb.ts";
import type { Row } from "./answers.ts";

/** A store that answers queries; times are epoch ms in every answer. */
export type Answering = AsyncDisposable & { ask: (text: string) => Promise<Row[]> };

/** Writes bars as the landing function does, and fails if it would not land one of them. */
async function land(url: string, bars: readonly Bar[]): Promise<void> {
	const handle = barWriter(lineStore({ url, bucket: "tidemark", org: "tidemark" }));
	const { handler, letters, counts } = observedConsumer({ schema: Bar, handle });
	await deliver(handler, kinesisRecords([...bars]), { batchSize: 5_000 });
	if (letters.length > 0 || counts.handled !== bars.length)
		throw new Error(`Of ${bars.length} bars ${counts.handled} were landed at ${url}: ${JSON.stringify(letters[0])}`);
}

/** QuestDB with bars and with what its stack copies out of the lake, over the protocol and with the user of its plugin. */
export async function questDbWith(
	bars: readonly Bar[],
	lake: Pick<Lake, "connection" | "refresh" | "tables">,
): Promise<Answering> {
	const store = await testStore({ grafana: true });
	await land(store.url, bars);
	await new LakeCountsCopy(store.url).copy(lake);
	await store.applied();
	const asked = await questDbAt(store.postgres ?? 0);
	return {
		ask: asked.ask,
		[Symbol.asyncDispose]: async () => {
			await asked[Symbol.asyncDispose]();
			await store[Symbol.asyncDispose]();
		},
	};
}

/** A QuestDB that runs, asked as its plugin asks it. */
export async function questDbAt(port: number): Promise<Answering> {
	const session = await postgresSession(port, { user: "user", password: "quest" });
	return {
		ask: async (text) => (await session.ask(text)).map(({ time, ...row }) => ({ ...timed(time), ...row })),
		[Symbol.asyncDispose]: () => session.end(),
	};
}

export async function influxDbWith(bars: readonly Bar[]): Promise<Answering> {
	const store = await testInfluxDb();
	await land(store.url, bars);
	return { ask: store.rows, [Symbol.asyncDispose]: () => store[Symbol.asyncDispose]() };
}

/** Timestream's table in DuckDB: the columns are what landing's records have. */
export async function liveAnalyticsWith(bars: readonly Bar[]): Promise<Answering> {
	const duckdb = await openDuckDb();
	const { connection } = duckdb;
	await connection.run("CREATE SCHEMA tidemark");
	await connection.run(`CREATE TABLE tidemark.bars (symbol VARCHAR, "interval" VARCHAR, time TIMESTAMPTZ, "open" DOUBLE,
		high DOUBLE, low DOUBLE, "close" DOUBLE, volume BIGINT, trade_count BIGINT, vwap DOUBLE, move_pct DOUBLE,
		day_move_pct DOUBLE)`);
	await connection.run("CREATE MACRO from_milliseconds(ms) AS make_timestamptz(ms * 1000)");
	const rows = bars.map((bar) => {
		const { Dimensions = [], MeasureValues = [], Time } = barRecord(bar);
		const values = MeasureValues.map(({ Name, Value }) => [Name, Number(Value)]);
		const names = Dimensions.map(({ Name, Value }) => [Name, Value]);
		return Object.fromEntries([...names, ...values, ["time", new Date(Number(Time)).toISOString()]]);
	});
	await insert(connection, "tidemark.bars", rows);
	return { ...duckdb, ask: async (text) => read(await runSql({ connection, tables: [] }, text)) };
}

/** The lake's tables, asked as `tidemark athena` asks them. */
export async function lakeWith(tables: Record<string, readonly object[]>): Promise<Answering & { lake: Lake }> {
	const duckdb = await openDuckDb();
	const { connection } = duckdb;
	const names = await makeEmptyLake(connection);
	for (const [table, rows] of Object.entries(tables)) await insert(connection, table, rows);
	const lake = { connection, tables: names, locations: new Map<string, string>(), close() {}, refresh: async () => {} };
	return {
		...duckdb,
		lake,
		ask: async (text) => {
			const query = oneQuery(text, "the panel's query");
			await prepare(lake, query);
			return read(await runSql(lake, query));
		},
	};
}

async function openDuckDb(): Promise<AsyncDisposable & { connection: DuckDBConnection }> {
	const instance = await DuckDBInstance.create(":memory:");
	const connection = await instance.connect();
	await connection.run("SET TimeZone = 'UTC'");
	return {
		connection,
		[Symbol.asyncDispose]: async () => {
			connection.closeSync();
			instance.closeSync();
		},
	};
}

async function insert(connection: DuckDBConnection, table: string, rows: readonly object[]): Promise<void> {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-grafana-"));
	try {
		const file = join(dir, "rows.json");
		writeFileSync(file, JSON.stringify(rows));
		await connection.run(`INSERT INTO ${table} BY NAME SELECT * FROM read_json(${quote(file)}, sample_size = -1)`);
	} finally {
		rmSync(dir, { recursive: true });
	}
}

/** Rows as objects. */
function read({ columns, rows }: Awaited<ReturnType<typeof runSql>>): Row[] {
	return rows.map((row) => {
		const { time, ...rest } = Object.fromEntries(columns.map((name, index) => [name, row[index]]));
		return { ...timed(time), ...rest };
	});
}

function timed(time: unknown): Row {
	return time === undefined ? {} : { time: typeof time === "string" ? Date.parse(time) : time };
}
