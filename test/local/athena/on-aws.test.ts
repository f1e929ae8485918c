/**
 * The client against the emulator's Athena, which speaks DuckDB's dialect and reads no Iceberg tables: good for the way of a
 * query there and of its rows back. What it does not do (failing, limits, pages) a server of the test's own answers.
 */

import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AthenaClient, CreateWorkGroupCommand } from "@aws-sdk/client-athena";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { emulated } from "../../../infra/emulated.ts";
import { type OnAws, runOnAws } from "../../../local/athena/on-aws.ts";
import { startEmulator } from "../../../local/emulator.ts";
import { choosePorts } from "../../../local/ports.ts";
import type { Child } from "../../../local/process.ts";
import { runSql } from "../../../local/query.ts";
import { memoryLake } from "../../sql/athena/lake.ts";
import { tempDir } from "../support.ts";

/** What the SDK reads from the environment, for a while. */
function useAws(endpoint: string): void {
	const settings: Record<string, string> = {
		AWS_ENDPOINT_URL_ATHENA: endpoint,
		AWS_ACCESS_KEY_ID: "test",
		AWS_SECRET_ACCESS_KEY: "test",
		AWS_REGION: "us-east-1",
		AWS_MAX_ATTEMPTS: "1",
	};
	const before = Object.keys(settings).map((name) => [name, process.env[name]] as const);
	Object.assign(process.env, settings);
	onTestFinished(() => {
		for (const [name, value] of before)
			if (value === undefined) delete process.env[name];
			else process.env[name] = value;
	});
}

const aws: OnAws = { workgroup: "tidemark", database: "default", region: undefined, dollarsPerTb: undefined };

async function run(query: string, more: Partial<Parameters<typeof runOnAws>[1]> = {}) {
	const said: string[] = [];
	const answer = await runOnAws(query, {
		asOf: undefined,
		target: { format: "json", file: undefined },
		aws,
		say: (line) => said.push(line),
		signal: new AbortController().signal,
		...more,
	});
	return { answer, said };
}

describe("the emulator's Athena", () => {
	let emulator: Child;
	let endpoint: string;
	const dir = mkdtempSync(join(tmpdir(), "tidemark-athena-"));
	beforeAll(async () => {
		const ports = await choosePorts({}, { pickFree: true, names: ["aws"] });
		endpoint = `http://127.0.0.1:${ports.aws}`;
		emulator = await startEmulator(dir, ports.aws);
		const s3 = new S3Client({ ...emulated(endpoint), forcePathStyle: true });
		const athena = new AthenaClient(emulated(endpoint));
		await s3.send(new CreateBucketCommand({ Bucket: "results" }));
		const ResultConfiguration = { OutputLocation: "s3://results/results/" };
		await athena.send(new CreateWorkGroupCommand({ Name: aws.workgroup, Configuration: { ResultConfiguration } }));
		s3.destroy();
		athena.destroy();
	});
	afterAll(async () => {
		await emulator?.stop(0);
		rmSync(dir, { recursive: true, force: true });
	});

	test("runs a query; its rows come back with their types, and what was scanned is said", async () => {
		useAws(endpoint);
		const query = "SELECT 'SPY' AS symbol, CAST(NULL AS VARCHAR) AS side, 5 AS n, 2.5E0 AS price";
		const { answer, said } = await run(query);
		expect(JSON.parse(answer)).toEqual([{ symbol: "SPY", side: null, n: 5, price: 2.5 }]);
		expect(said.at(-1)).toMatch(/^\d.* scanned in \d+\.\d s: \$0\.0000\d\d /);
	});

	test("writes Parquet", async () => {
		useAws(endpoint);
		const file = join(tempDir(), "a.parquet");
		const { answer } = await run("SELECT 5 AS n UNION ALL SELECT 6", { target: { format: "parquet", file } });
		expect(answer).toBe(`2 rows written to ${file}`);
		expect((await runSql(await memoryLake(), `SELECT SUM(n) FROM '${file}'`)).rows).toEqual([[11]]);
	});

	test("says in which workgroup it did not take a query", async () => {
		useAws(endpoint);
		await expect(run("SELECT 1", { aws: { ...aws, workgroup: "nowhere" } })).rejects.toThrow(
			/did not take the query in workgroup nowhere \(--workgroup\)/,
		);
	});
});

type Answers = Record<string, (input: Record<string, unknown>, call: number) => unknown>;

/** A server that answers Athena's operations, and what it was asked. */
async function athena(answers: Answers) {
	const asked: { operation: string; input: Record<string, unknown> }[] = [];
	const server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
		const input = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
		const call = asked.filter((each) => each.operation === operation).length;
		asked.push({ operation, input });
		response.setHeader("content-type", "application/x-amz-json-1.1");
		response.end(JSON.stringify(answers[operation]?.(input, call) ?? {}));
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	onTestFinished(() => {
		server.closeAllConnections();
		server.close();
	});
	useAws(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
	return asked;
}

const started = () => ({ QueryExecutionId: "q1" });
const state = (State: string, DataScannedInBytes = 0, StateChangeReason?: string) => ({
	QueryExecution: {
		Status: { State, ...(StateChangeReason ? { StateChangeReason } : {}) },
		Statistics: { DataScannedInBytes, TotalExecutionTimeInMillis: 1500 },
	},
});
const row = (...values: (string | null)[]) => ({
	Data: values.map((value) => (value === null ? {} : { VarCharValue: value })),
});
const page = (rows: unknown[], columns: [string, string][], NextToken?: string) => ({
	ResultSet: {
		Rows: rows,
		ResultSetMetadata: { ColumnInfo: columns.map(([Name, Type]) => ({ Name, Type })) },
	},
	...(NextToken ? { NextToken } : {}),
});

describe("Athena, as a server of the test's own answers for it,", () => {
	test("is followed to the end, and its pages are put together", async () => {
		const columns: [string, string][] = [
			["symbol", "varchar"],
			["price", "double"],
			["event_time", "timestamp(6) with time zone"],
			["day", "date"],
			["amount", "decimal(10,2)"],
			["list", "array(integer)"],
		];
		const asked = await athena({
			StartQueryExecution: started,
			GetQueryExecution: (_, call) => state(["QUEUED", "RUNNING", "SUCCEEDED"][call] ?? "SUCCEEDED", call * 20_000_000),
			GetQueryResults: ({ NextToken }) =>
				NextToken === undefined
					? page(
							[
								row("symbol", "price", "event_time", "day", "amount", "list"),
								row("it's", "1.0E1", "2020-05-14 13:30:00.250000 UTC", "2020-05-14", "2.50", "[1, 2]"),
							],
							columns,
							"more",
						)
					: page([row("symbol", null, null, null, null, null)], columns),
		});
		const { answer, said } = await run("SELECT 1", { aws: { ...aws, workgroup: "w", database: "d" } });
		const nothing = { price: null, event_time: null, day: null, amount: null, list: null };
		expect(JSON.parse(answer)).toEqual([
			{
				symbol: "it's",
				price: 10,
				event_time: "2020-05-14T13:30:00.250Z",
				day: "2020-05-14",
				amount: 2.5,
				list: "[1, 2]",
			},
			{ symbol: "symbol", ...nothing },
		]);
		expect(said.slice(0, 3)).toEqual([
			"queued, 0 bytes scanned",
			"running, 19.1 MB scanned",
			"succeeded, 38.1 MB scanned",
		]);
		expect(said[3]).toMatch(/^38\.1 MB scanned in 1\.5 s: \$0\.000186 /);
		expect(asked[0]?.input).toMatchObject({
			QueryString: "SELECT 1",
			WorkGroup: "w",
			QueryExecutionContext: { Database: "d" },
		});
	});

	test("is given the tables as of a time", async () => {
		const asked = await athena({
			StartQueryExecution: started,
			GetQueryExecution: () => state("SUCCEEDED"),
			GetQueryResults: () => page([row("n"), row("1")], [["n", "bigint"]]),
		});
		await run("SELECT COUNT(*) AS n FROM trades", { asOf: new Date("2020-05-14") });
		expect(asked[0]?.input.QueryString).toBe(
			'WITH "trades" AS (SELECT * FROM "trades" FOR TIMESTAMP AS OF TIMESTAMP \'2020-05-14 00:00:00.000 UTC\')\nSELECT COUNT(*) AS n FROM trades',
		);
	});

	test.each([
		["FAILED", "SYNTAX_ERROR: line 1:8: Column 'x' cannot be resolved", /q1 failed: SYNTAX_ERROR: line 1:8/],
		["CANCELLED", "Bytes scanned limit was exceeded", /was cancelled: Bytes scanned limit.*raise athenaScanLimitMb/],
	])("says why a query was %s", async (ended, reason, message) => {
		await athena({ StartQueryExecution: started, GetQueryExecution: () => state(ended, 5, reason) });
		await expect(run("SELECT x")).rejects.toThrow(message);
	});

	test("is told to stop when we are", async () => {
		const stop = new AbortController();
		const asked = await athena({
			StartQueryExecution: started,
			GetQueryExecution: () => {
				stop.abort();
				return state("RUNNING");
			},
		});
		await expect(run("SELECT 1", { signal: stop.signal })).rejects.toThrow("q1 was told to stop too");
		expect(asked.at(-1)).toEqual({ operation: "StopQueryExecution", input: { QueryExecutionId: "q1" } });
	});

	test("gives an answer without rows its columns", async () => {
		await athena({
			StartQueryExecution: started,
			GetQueryExecution: () => state("SUCCEEDED"),
			GetQueryResults: () =>
				page(
					[row("symbol", "n")],
					[
						["symbol", "varchar"],
						["n", "bigint"],
					],
				),
		});
		const { answer } = await run("SELECT 1", { target: { format: "csv", file: undefined } });
		expect(answer).toBe("symbol,n");
	});
});
