/** Shards split and merged during a replay, and Flink killed in the middle: on a Kinesis that reshards as the real one. */
import { setTimeout as sleep } from "node:timers/promises";
import { CreateDatabaseCommand, GlueClient } from "@aws-sdk/client-glue";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import getPort from "get-port";
import { expect, test } from "vitest";
import { writeProperties } from "../../local/application.ts";
import { drain } from "../../local/drain.ts";
import { startFlink } from "../../local/flink.ts";
import { flinkRest } from "../../local/flink-rest.ts";
import { openLake } from "../../local/lake.ts";
import { root } from "../../local/paths.ts";
import { findPrerequisites } from "../../local/prerequisites.ts";
import type { Child } from "../../local/process.ts";
import { localCredentials, type Outputs, placesIn, region } from "../../local/stack.ts";
import { openFeed, publish } from "../../producer/index.ts";
import { testEmulator } from "../support/emulator.ts";
import { expectSameBars } from "./comparing.ts";
import { type ExpectedBar, expectedOf } from "./expected.ts";
import { tradesBetween, writeCsv } from "./market.ts";
import { reshardingKinesis } from "./resharding_kinesis.ts";

const DATABASE = "resharded";
const BARS =
	"SELECT symbol, interval, window_start, open, high, low, close, volume, trade_count, vwap, move_pct FROM bars";

test("no trade is lost and none doubled when shards split and merge and Flink is killed", async () => {
	await using emulator = await testEmulator();
	const kinesis = await reshardingKinesis(emulator.dir);
	const port = await getPort();
	let flink: Child | undefined;
	try {
		const rows = await tradesBetween("13:30", "13:50");
		const csv = writeCsv(emulator.dir, "trades.csv", rows);
		const expected = await expectedOf(csv);
		for (const stream of ["bars", "ticks", "hits"]) await kinesis.create(stream, 1);
		await kinesis.create("trades", 2);
		const place = { endpoint: emulator.endpoint, region, credentials: localCredentials };
		await new S3Client({ ...place, forcePathStyle: true }).send(new CreateBucketCommand({ Bucket: "lake" }));
		await new GlueClient(place).send(new CreateDatabaseCommand({ DatabaseInput: { Name: DATABASE } }));
		const groups = [
			{ PropertyGroupId: "tidemark.runner", PropertyMap: { "sql.location": `${root}/sql` } },
			{ PropertyGroupId: "tidemark.sql", PropertyMap: sqlProperties(kinesis.url, emulator.endpoint) },
		];
		writeProperties(placesIn(emulator.dir).properties, { checkpointMs: 1000, parallelism: 2, groups });
		const { java } = await findPrerequisites(["jdk"]);
		const start = { dir: emulator.dir, port, java, checkpointMs: 1000, parallelism: 2 };
		flink = (await startFlink(start)).child;

		const progress = { sent: 0 };
		const feed = await openFeed({ kind: "replay", files: [csv], speed: 30 });
		const sending = publish(feed, {
			stream: "trades",
			kinesis: { endpoint: kinesis.url, region },
			close: true,
			onProgress: ({ sent }) => {
				progress.sent = sent;
			},
		});
		sending.catch(() => {});
		const half = async (share: number) => {
			while (progress.sent < rows.length * share) await Promise.race([sleep(100), sending]);
		};
		await half(0.1);
		await kinesis.split("trades");
		await half(0.4);
		await kinesis.merge("trades");
		flink.kill();
		await flink.exited;
		flink = (await startFlink(start)).child;
		await half(0.7);
		await kinesis.split("trades");
		const result = await sending;
		expect(result).toMatchObject({ sent: rows.length, failed: 0 });
		expect(await kinesis.shards("trades"), "2 + 4 by splits + 1 by a merge + 6 by splits").toBe(13);

		const sent = { records: rows.length, clocks: 0, closedAt: Date.parse(result.closedAt as string) };
		const numbers = await drain(flinkRest(`http://127.0.0.1:${port}`), sent, 2000);
		expect(numbers.recordsRead).toBe(rows.length);
		expect(numbers.lateDropped).toEqual({});

		const endpoints = { aws: emulator.endpoint, flink: "", questdb: "" };
		const lake = await openLake({ endpoints, outputs: { LakeDatabase: DATABASE } as Outputs });
		try {
			const read = async <T>(sql: string) => (await lake.connection.runAndReadAll(sql)).getRowObjectsJson() as T[];
			const text = "strftime(window_start, '%Y-%m-%dT%H:%M:%S.%gZ') AS window_start";
			const plain = BARS.replace("window_start", text).replace(
				"volume, trade_count",
				"volume::DOUBLE AS volume, trade_count::DOUBLE AS trade_count",
			);
			await until(
				async () => Number((await read<{ n: string }>("SELECT count(*) AS n FROM bars"))[0]?.n) >= expected.bars.length,
				lake.refresh,
			);
			expect(await read("SELECT * FROM rejects")).toEqual([]);
			expectSameBars(await read<ExpectedBar>(plain), expected.bars);
			const [counts] = await read("SELECT sum(trades)::INT AS trades, sum(duplicates)::INT AS duplicates FROM counts");
			expect(counts).toEqual({ trades: rows.length, duplicates: 0 });
		} finally {
			lake.close();
		}
	} finally {
		flink?.kill();
		await flink?.exited;
		await kinesis.stop();
	}
});

/** The lake's last commit may come a moment after the checkpoint that it belongs to. */
async function until(holds: () => Promise<boolean>, refresh: () => Promise<void>): Promise<void> {
	for (let tries = 0; tries < 100 && !(await holds()); tries++) {
		await sleep(200);
		await refresh();
	}
}

function sqlProperties(kinesis: string, aws: string): Record<string, string> {
	return {
		AWS_REGION: region,
		KINESIS_ENDPOINT: kinesis,
		TRADES_STREAM: "trades",
		BARS_STREAM: "bars",
		TICKS_STREAM: "ticks",
		HITS_STREAM: "hits",
		INITIAL_POSITION: "TRIM_HORIZON",
		INITIAL_TIMESTAMP: "1970-01-01T00:00:00.000Z",
		LATENESS_SECONDS: "2",
		SHARD_IDLE_SECONDS: "5",
		LAKE_WAREHOUSE: "s3://lake/warehouse",
		LAKE_DATABASE: DATABASE,
		GLUE_ENDPOINT: aws,
		S3_ENDPOINT: aws,
		S3_PATH_STYLE: "true",
	};
}
