/** A table of the lake whose DDL is edited between two starts of the job that writes it, as DuckDB reads it then. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { viewsAsOf } from "../../local/athena/as-of.ts";
import { type DuckDb, openDuckDb, quote } from "../../local/duckdb.ts";
import { tools } from "../../local/paths.ts";
import { judge } from "../../sql/workbench/plan/verdict.ts";
import { AFTER, BEFORE, edited, readingsSql, type Sql } from "../sql/workbench/plan/readings.ts";
import { openStand, type Stand } from "../sql/workbench/plan/stand.ts";

const FIRST = withTable(
	"sensor STRING, weight INT, share FLOAT, window_end TIMESTAMP_LTZ(6)",
	"sensor, CAST(weight AS INT), CAST(1.5 AS FLOAT), CAST(minute_end AS TIMESTAMP_LTZ(6))",
);
const SECOND = withTable(
	"sensor STRING, note STRING, window_end TIMESTAMP_LTZ(6), heavy BIGINT, share DOUBLE",
	"sensor, 'new', CAST(minute_end AS TIMESTAMP_LTZ(6)), weight + 5000000000, 0.1",
	"'tidemark.renamed.heavy' = 'weight',",
);

let stand: Stand;
let duckdb: DuckDb;
let table: string;
/** The table's snapshots while the job wrote its first columns. */
let before: { id: string; at: Date }[];

beforeAll(async () => {
	stand = await openStand();
	duckdb = await openDuckDb(tools().duckdbExtensions);
	await duckdb.connection.run("SET TimeZone = 'UTC'");
	await duckdb.connection.run("SET unsafe_enable_version_guessing = true");
	table = join(stand.dir, "warehouse", "lake", "minutes");
	const base = await stand.compile(FIRST);
	stand.give("before", BEFORE);
	await stand.start(base);
	await stand.printed("minutes", "[b, 20.0");
	const { savepoint = "" } = await stand.stop({ savepoint: true });
	before = await snapshots();

	stand.give("after", AFTER);
	await stand.start(judge(base, await stand.compile(SECOND)).plan, { savepoint, allowNonRestored: false });
	await stand.printed("minutes", "[end");
	await stand.stop({ savepoint: true });
});

afterAll(async () => {
	duckdb?.close();
	await stand?.end();
});

test("old rows are read with the new columns, beside the new rows", async () => {
	expect(await columns(scan())).toEqual([
		"sensor VARCHAR",
		"note VARCHAR",
		"window_end TIMESTAMP WITH TIME ZONE",
		"heavy BIGINT",
		"share DOUBLE",
	]);
	const read = await rows(`SELECT * EXCLUDE (window_end) FROM ${scan()} ORDER BY sensor, heavy`);
	expect(read.filter(([sensor]) => sensor === "a")).toEqual([
		["a", null, "3", 1.5],
		["a", "new", "5000000001", 0.1],
		["a", "new", "5000000004", 0.1],
	]);
	expect(read.filter(([, note]) => note === null)).toEqual([
		["a", null, "3", 1.5],
		["b", null, "1", 1.5],
	]);
	expect(read.filter(([, note, heavy]) => note === "new" && Number(heavy) > 5_000_000_000)).toHaveLength(
		read.length - 2,
	);
});

test("the snapshot before is read by its id and by its time, with what it had", async () => {
	const [{ id, at }] = before.slice(-1) as [{ id: string; at: Date }];
	const old = [
		["a", 3, 1.5],
		["b", 1, 1.5],
	];
	const byId = scan(`, snapshot_from_id => ${id}`);
	const time = `TIMESTAMP '${at.toISOString().replace("T", " ").replace("Z", "")}'`;
	for (const past of [byId, scan(`, snapshot_from_timestamp => ${time}`)]) {
		expect(await rows(`SELECT sensor, weight, share FROM ${past} ORDER BY sensor`)).toEqual(old);
		expect(await columns(past)).toEqual([
			"sensor VARCHAR",
			"weight INTEGER",
			"share FLOAT",
			"window_end TIMESTAMP WITH TIME ZONE",
		]);
	}
	await viewsAsOf({ connection: duckdb.connection, locations: new Map([["minutes", table]]) }, ["minutes"], at);
	expect(await rows("SELECT sensor, weight, share FROM minutes ORDER BY sensor")).toEqual(old);
});

test("a job whose DDL would lose what was written does not start, and the table stays as it is", async () => {
	const now = await snapshots();
	const lost = withTable("sensor STRING, window_end TIMESTAMP_LTZ(6)", "sensor, CAST(minute_end AS TIMESTAMP_LTZ(6))");
	const started = stand.start(await stand.compile(lost));
	await expect(started).rejects.toThrow(
		/The lake table lake\.minutes .* has the column note \(STRING\) with values in it[\s\S]*column heavy \(BIGINT\)[\s\S]*column share \(DOUBLE\)/,
	);
	expect(await snapshots()).toEqual(now);
	expect(await columns(scan())).toHaveLength(5);
});

/** The readings' job with these columns in its lake table. */
function withTable(columns: string, query: string, options = ""): Sql {
	return edited(readingsSql(), {
		"3_sinks/lake/minutes.sql": [
			["sensor STRING, weight BIGINT, readings BIGINT, window_end TIMESTAMP_LTZ(6)", columns],
			["'tidemark.layer'", `${options} 'tidemark.layer'`],
		],
		"4_job.sql": [
			[
				"INSERT INTO lake.minutes SELECT sensor, weight, readings, CAST(minute_end AS TIMESTAMP_LTZ(6)) FROM",
				`INSERT INTO lake.minutes SELECT ${query} FROM`,
			],
		],
	});
}

const scan = (how = "") => `iceberg_scan(${quote(table)}${how})`;

async function rows(sql: string) {
	return (await duckdb.connection.runAndReadAll(sql)).getRowsJson();
}

async function columns(from: string): Promise<string[]> {
	return (await rows(`SELECT column_name || ' ' || column_type FROM (DESCRIBE SELECT * FROM ${from})`)).map(([text]) =>
		String(text),
	);
}

async function snapshots() {
	const found = await rows(
		`SELECT snapshot_id::VARCHAR, epoch_ms(timestamp_ms)::VARCHAR FROM iceberg_snapshots(${quote(table)}) ORDER BY sequence_number`,
	);
	return found.map(([id, at]) => ({ id: String(id), at: new Date(Number(at)) }));
}
