/** A stack for the page's tests: a real emulator with what the CDK stacks would make, a real QuestDB, and Flink's REST answers. */
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, type KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { alertKey, seriesKey, textOf } from "../../../alerting/deliver/keys.ts";
import { AlertTable } from "../../../alerting/deliver/table.ts";
import { newSeries } from "../../../alerting/engine/engine.ts";
import type { Alert, Reason } from "../../../alerting/engine/types.ts";
import type { Bar } from "../../../contracts.ts";
import { startEmulator } from "../../../local/emulator.ts";
import { choosePorts } from "../../../local/ports.ts";
import type { Child } from "../../../local/process.ts";
import { ask } from "../../../local/questdb.ts";
import { localCredentials, type Outputs, region, type Stack } from "../../../local/stack.ts";
import { kinesisClient } from "../../../producer/client.ts";
import { testStore } from "../../support/questdb.ts";

export interface TestStack {
	stack: Pick<Stack, "endpoints" | "outputs"> & { outputs: Outputs };
	/** What the fake Flink says; undefined is "no such gauge". */
	gauges: Record<string, number>;
	/** Puts records, or text as it is, into a stream of the outputs or of any other name. */
	put(stream: string, records: unknown[]): Promise<void>;
	store(bars: Bar[]): Promise<void>;
	price(item: Record<string, unknown>): Promise<void>;
	/** The table of alerts, to write them as the alerting functions do. */
	alerts: AlertTable;
	/** Makes another such table. */
	alertsTable(name: string): Promise<AlertTable>;
	/** Writes an alert that waits, or that is suppressed with a reason. */
	alert(alert: Alert, reason?: Reason): Promise<void>;
	/** Sends one that waits, as far as the table is concerned. */
	sent(alert: Alert): Promise<void>;
	kinesis: KinesisClient;
	stopEmulator(): Promise<void>;
	/** On the same port, with the state it had. */
	startEmulator(): Promise<void>;
	stopQuestDb(): Promise<void>;
	startQuestDb(): Promise<void>;
	close(): Promise<void>;
}

/** Starts the parts on free ports in a directory of their own. */
export async function startTestStack(): Promise<TestStack> {
	const dir = mkdtempSync(join(tmpdir(), "tidemark-page-"));
	const ports = await choosePorts({}, { pickFree: true, names: ["aws"] });
	const aws = { endpoint: `http://127.0.0.1:${ports.aws}`, region, credentials: localCredentials };
	const kinesis = kinesisClient(aws);
	const client = new DynamoDBClient(aws);
	const dynamo = DynamoDBDocumentClient.from(client);
	let emulator: Child | undefined;
	const gauges: Record<string, number> = {};
	const flink = createServer((request, response) => {
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify(flinkAnswer(new URL(request.url ?? "/", "http://flink"), gauges)));
	});
	const start = async () => {
		emulator = await startEmulator(dir, ports.aws);
	};
	flink.listen(0, "127.0.0.1");
	const [store] = await Promise.all([testStore(), start(), once(flink, "listening")]);
	const outputs = await deploy(kinesis, client);
	const alertsTable = async (name: string) => {
		await createAlertsTable(client, name);
		return new AlertTable(dynamo, name, 8);
	};
	const alerts = await alertsTable(outputs.AlertsTable);
	const flinkUrl = `http://127.0.0.1:${(flink.address() as AddressInfo).port}`;
	return {
		stack: { endpoints: { aws: aws.endpoint, flink: flinkUrl, questdb: store.url }, outputs },
		gauges,
		kinesis,
		async put(stream, records) {
			for (let i = 0; i < records.length; i += 500) {
				const Records = records.slice(i, i + 500).map((record) => ({
					Data: Buffer.from(typeof record === "string" ? record : JSON.stringify(record)),
					PartitionKey: (record as { symbol?: string }).symbol ?? "none",
				}));
				await kinesis.send(new PutRecordsCommand({ StreamName: outputs[stream as keyof Outputs] ?? stream, Records }));
			}
		},
		async store(bars) {
			for (let i = 0; i < bars.length; i += 80) {
				await ask(
					store.url,
					`INSERT INTO bars VALUES ${bars
						.slice(i, i + 80)
						.map(storeRow)
						.join(", ")}`,
				);
			}
			await store.rows("SELECT count() FROM bars");
		},
		async price(Item) {
			await dynamo.send(new PutCommand({ TableName: outputs.LatestTable, Item }));
		},
		alerts,
		alertsTable,
		async alert(alert, reason) {
			const stored = (await alerts.series([alert])).get(textOf(seriesKey(alert.symbol, alert.series)));
			const { version } = stored ?? { version: 0 };
			const told = { alert, ...(reason === undefined ? {} : { reason }) };
			await alerts.commit(alert, { state: newSeries, version, outbox: [] }, [told]);
		},
		async sent(alert) {
			const key = textOf(alertKey(alert));
			await alerts.claim(key, Date.now() + 60_000, Date.now());
			await alerts.settle(key, { status: "sent", message_id: "m" });
		},
		startEmulator: start,
		stopEmulator: async () => emulator?.stop(),
		startQuestDb: store.start,
		stopQuestDb: store.stop,
		async close() {
			for (const each of [kinesis, client]) each.destroy();
			flink.closeAllConnections();
			flink.close();
			await Promise.all([emulator?.stop(), store[Symbol.asyncDispose]()]);
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

async function deploy(kinesis: KinesisClient, dynamo: DynamoDBClient): Promise<Outputs> {
	const names = { BarsStream: "tidemark-bars", TicksStream: "tidemark-ticks", HitsStream: "tidemark-hits" };
	for (const StreamName of Object.values(names)) {
		await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
	}
	await dynamo.send(
		new CreateTableCommand({
			TableName: "tidemark-latest",
			BillingMode: "PAY_PER_REQUEST",
			AttributeDefinitions: [{ AttributeName: "symbol", AttributeType: "S" }],
			KeySchema: [{ AttributeName: "symbol", KeyType: "HASH" }],
		}),
	);
	const unused = "";
	return {
		...names,
		TradesStream: unused,
		LakeBucket: unused,
		LakeDatabase: unused,
		ApplicationName: unused,
		AlertsQueueUrl: unused,
		AlertsTopicArn: unused,
		LandingDeadLettersUrl: unused,
		AlertingDeadLettersUrl: unused,
		AlertsTable: "tidemark-alerts",
		LatestTable: "tidemark-latest",
	};
}

/** As infra/alerting.ts makes it. */
async function createAlertsTable(dynamo: DynamoDBClient, TableName: string): Promise<void> {
	const keys = (hash: string, range: string) => [
		{ AttributeName: hash, KeyType: "HASH" as const },
		{ AttributeName: range, KeyType: "RANGE" as const },
	];
	await dynamo.send(
		new CreateTableCommand({
			TableName,
			BillingMode: "PAY_PER_REQUEST",
			AttributeDefinitions: ["pk", "sk", "day", "updated_at"].map((AttributeName) => ({
				AttributeName,
				AttributeType: "S",
			})),
			KeySchema: keys("pk", "sk"),
			GlobalSecondaryIndexes: [
				{ IndexName: "recent", KeySchema: keys("day", "updated_at"), Projection: { ProjectionType: "ALL" } },
			],
		}),
	);
}

/** What Flink's REST interface answers for one running job with one vertex that has these gauges. */
function flinkAnswer(url: URL, gauges: Record<string, number>): unknown {
	if (url.pathname === "/jobs/overview")
		return { jobs: [{ jid: "j", name: "tidemark", state: "RUNNING", "start-time": 1 }] };
	if (url.pathname === "/jobs/j") return { jid: "j", vertices: [{ id: "v", name: "Source: trades" }] };
	const wanted = url.searchParams.get("get")?.split(",");
	return Object.entries(gauges)
		.filter(([id]) => !wanted || wanted.includes(id))
		.map(([id, value]) => (wanted ? { id, sum: value, min: value, max: value } : { id }));
}

/** A bar as a row of `INSERT INTO bars VALUES`. */
export function storeRow(bar: Bar): string {
	const text = (value: string) => `'${value.replaceAll("'", "''")}'`;
	const number = (value: number | null) => (value === null ? "NULL" : String(value));
	const { open, high, low, close, volume, trade_count, vwap, change, change_pct, move_pct, day_move_pct } = bar;
	const numbers = [open, high, low, close, volume, trade_count, vwap, change, change_pct, move_pct, day_move_pct];
	return `(${[
		text(bar.window_start),
		text(bar.symbol),
		text(bar.interval),
		Date.parse(bar.window_end),
		...numbers.map(number),
		Date.parse(bar.emitted_at),
	].join(", ")})`;
}
