import { join } from "node:path";
import { CreateDatabaseCommand, CreateTableCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test } from "vitest";
import { viewsAsOf } from "../../local/athena/as-of.ts";
import { startEmulator } from "../../local/emulator.ts";
import { openLake } from "../../local/lake.ts";
import { lakeCounter } from "../../local/lake-counter.ts";
import { toolsDir } from "../../local/paths.ts";
import { choosePorts } from "../../local/ports.ts";
import { processId } from "../../local/process-id.ts";
import { query } from "../../local/query.ts";
import { readRows } from "../../local/rows.ts";
import { localCredentials, type Outputs, region, type Stack, writeStack } from "../../local/stack.ts";
import { withEmulator } from "../../local/wake.ts";
import { tempDir, useState } from "./support.ts";

/** The metadata of an Iceberg table that nothing was written to yet. */
function metadata(columns: Record<string, string>) {
	const fields = Object.entries(columns).map(([name, type], i) => ({ id: i + 1, name, required: false, type }));
	return JSON.stringify({
		"format-version": 2,
		"table-uuid": "9c12d441-03fe-4693-9a96-a0705ddf69c1",
		location: "s3://lake/t",
		"last-sequence-number": 0,
		"last-updated-ms": 1_602_638_573_590,
		"last-column-id": fields.length,
		"current-schema-id": 0,
		schemas: [{ type: "struct", "schema-id": 0, fields }],
		"default-spec-id": 0,
		"partition-specs": [{ "spec-id": 0, fields: [] }],
		"last-partition-id": 999,
		"default-sort-order-id": 0,
		"sort-orders": [{ "order-id": 0, fields: [] }],
		properties: {},
		"current-snapshot-id": -1,
		refs: {},
		snapshots: [],
	});
}

/** A stopped stack whose emulator keeps a lake of empty tables. */
async function keptStack(tables: Record<string, Record<string, string>>): Promise<Stack> {
	const tools = toolsDir();
	const state = tempDir();
	useState(state, tools);
	const dir = join(state, "runs", "r1");
	const { aws } = await choosePorts({}, { pickFree: true, names: ["aws"] });
	const stack: Stack = {
		id: "r1",
		dir,
		...processId(process.pid),
		started: "in an earlier life",
		startedAt: "2026-01-01T00:00:00.000Z",
		endpoints: { aws: `http://127.0.0.1:${aws}`, flink: "", questdb: "" },
		shards: 1,
		outputs: { LakeDatabase: "tidemark" } as Outputs,
		processes: [],
	};
	const emulator = await startEmulator(dir, aws);
	onTestFinished(() => emulator.stop(0));
	const config = { endpoint: stack.endpoints.aws, region, credentials: localCredentials };
	const s3 = new S3Client({ ...config, forcePathStyle: true });
	const glue = new GlueClient(config);
	await s3.send(new CreateBucketCommand({ Bucket: "lake" }));
	await glue.send(new CreateDatabaseCommand({ DatabaseInput: { Name: "tidemark" } }));
	for (const [Name, columns] of Object.entries(tables)) {
		await s3.send(new PutObjectCommand({ Bucket: "lake", Key: `${Name}.metadata.json`, Body: metadata(columns) }));
		const Parameters = { table_type: "ICEBERG", metadata_location: `s3://lake/${Name}.metadata.json` };
		await glue.send(new CreateTableCommand({ DatabaseName: "tidemark", TableInput: { Name, Parameters } }));
	}
	// A table of another kind has no place in the lake.
	await glue.send(new CreateTableCommand({ DatabaseName: "tidemark", TableInput: { Name: "other" } }));
	s3.destroy();
	glue.destroy();
	await emulator.stop(20_000);
	writeStack(stack);
	return stack;
}

describe("the lake of a stack that is down", () => {
	test("is read from its kept state, and the emulator is stopped afterwards", async () => {
		const stack = await keptStack({
			bars: { symbol: "string", close: "double", window_start: "timestamptz" },
			rejects: { reason: "string" },
			counts: { duplicates: "long", trades: "long", window_start: "timestamptz" },
		});
		let used = "";
		await withEmulator(stack, async (awake) => {
			used = awake.endpoints.aws;
			const lake = await openLake(awake);
			expect(lake.tables).toEqual(["bars", "counts", "rejects"]);
			expect(readRows(await lake.connection.runAndReadAll("SELECT * FROM bars"))).toEqual({
				columns: ["symbol", "close", "window_start"],
				rows: [],
			});
			await expect(viewsAsOf(lake, ["bars"], new Date("2020-05-14"))).rejects.toThrow(
				"The table bars has no snapshot yet, so nothing can be read as of 2020-05-14T00:00:00.000Z; leave --as-of out",
			);
			await viewsAsOf(lake, ["candles"], new Date());
			lake.close();
			const counter = lakeCounter(awake);
			expect(await counter.counts()).toEqual({
				duplicates: 0,
				malformed: 0,
				invalid: 0,
				late: 0,
				trades: 0,
				until: null,
			});
			counter.close();
		});
		await expect(fetch(used)).rejects.toThrow();

		expect(await query("SELECT count(*) AS n FROM bars", {})).toBe("n\n─\n0\n(1 row)");
		expect(await query("SELECT count(*) AS n FROM bars", { run: "r1", json: true })).toBe('[\n{"n":0}\n]');
		await expect(query("SELECT * FROM bar", {})).rejects.toThrow("The tables there are: bars, counts, rejects");
	});

	test("is read by two at once, one after the other", async () => {
		await keptStack({ bars: { symbol: "string" } });
		const sql = "SELECT count(*) AS n FROM bars";
		expect(await Promise.all([query(sql, { csv: true }), query(sql, { csv: true })])).toEqual(["n\n0", "n\n0"]);
	});
});
