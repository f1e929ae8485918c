/** A stack for the page's tests: a real emulator with what the CDK stacks would make, a real QuestDB, and Flink's REST answers. */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateStreamCommand, KinesisClient, PutRecordsCommand } from "@aws-sdk/client-kinesis";
import { CreateTopicCommand, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import type { Bar, Hit, Interval, Tick } from "../../../contracts.ts";
import { startEmulator } from "../../../local/emulator.ts";
import { choosePorts } from "../../../local/ports.ts";
import type { Child } from "../../../local/process.ts";
import { ask, startQuestDb } from "../../../local/questdb.ts";
import { localCredentials, type Outputs, region, type Stack } from "../../../local/stack.ts";

export const MARKUP = "<img src=x onerror=alert(1)>";

export interface TestStack {
	stack: Pick<Stack, "endpoints" | "outputs"> & { outputs: Outputs };
	/** What the fake Flink says; undefined is "no such gauge". */
	gauges: Record<string, number>;
	put(stream: "BarsStream" | "TicksStream" | "HitsStream", records: unknown[]): Promise<void>;
	store(bars: Bar[]): Promise<void>;
	price(item: Record<string, unknown>): Promise<void>;
	publish(message: unknown): Promise<void>;
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
	mkdirSync(join(dir, "logs"), { recursive: true });
	const ports = await choosePorts({}, { pickFree: true, names: ["aws", "questdb"] });
	const aws = { endpoint: `http://127.0.0.1:${ports.aws}`, region, credentials: localCredentials };
	const kinesis = new KinesisClient(aws);
	const sns = new SNSClient(aws);
	const dynamo = DynamoDBDocumentClient.from(new DynamoDBClient(aws));
	let emulator: Child | undefined;
	let questdb: Child | undefined;
	const gauges: Record<string, number> = {};
	const flink = createServer((request, response) => {
		response.setHeader("content-type", "application/json");
		response.end(JSON.stringify(flinkAnswer(new URL(request.url ?? "/", "http://flink"), gauges)));
	});
	const java = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, "bin", "java") : "java";
	const start = async () => {
		emulator = await startEmulator(dir, ports.aws);
	};
	const startStore = async () => {
		questdb = await startQuestDb(dir, ports.questdb, java);
	};
	await Promise.all([start(), startStore(), new Promise<void>((up) => flink.listen(0, "127.0.0.1", () => up()))]);
	const outputs = await deploy(aws, kinesis, sns);
	const questdbUrl = `http://127.0.0.1:${ports.questdb}`;
	const flinkUrl = `http://127.0.0.1:${(flink.address() as AddressInfo).port}`;
	return {
		stack: { endpoints: { aws: aws.endpoint, flink: flinkUrl, questdb: questdbUrl }, outputs },
		gauges,
		kinesis,
		async put(stream, records) {
			for (let i = 0; i < records.length; i += 500) {
				const Records = records.slice(i, i + 500).map((record) => ({
					Data: Buffer.from(typeof record === "string" ? record : JSON.stringify(record)),
					PartitionKey: (record as { symbol?: string }).symbol ?? "none",
				}));
				await kinesis.send(new PutRecordsCommand({ StreamName: outputs[stream], Records }));
			}
		},
		async store(bars) {
			for (let i = 0; i < bars.length; i += 80) {
				await ask(
					questdbUrl,
					`INSERT INTO bars VALUES ${bars
						.slice(i, i + 80)
						.map(storeRow)
						.join(", ")}`,
				);
			}
			const count = async () => Number((await ask(questdbUrl, "SELECT count() FROM bars")).dataset[0]?.[0]);
			const until = Date.now() + 10_000;
			// The store applies its log a moment after it has taken the rows.
			while ((await count()) < bars.length && Date.now() < until) await sleep(50);
		},
		async price(Item) {
			await dynamo.send(new PutCommand({ TableName: outputs.LatestTable, Item }));
		},
		async publish(message) {
			await sns.send(new PublishCommand({ TopicArn: outputs.AlertsTopicArn, Message: JSON.stringify(message) }));
		},
		startEmulator: start,
		stopEmulator: async () => emulator?.stop(),
		startQuestDb: startStore,
		stopQuestDb: async () => questdb?.stop(),
		async close() {
			for (const client of [kinesis, sns, dynamo]) client.destroy();
			flink.closeAllConnections();
			flink.close();
			await Promise.all([emulator?.stop(), questdb?.stop()]);
			rmSync(dir, { recursive: true, force: true });
		},
	};
}

async function deploy(aws: { endpoint: string }, kinesis: KinesisClient, sns: SNSClient): Promise<Outputs> {
	const names = { BarsStream: "tidemark-bars", TicksStream: "tidemark-ticks", HitsStream: "tidemark-hits" };
	for (const StreamName of Object.values(names)) {
		await kinesis.send(new CreateStreamCommand({ StreamName, ShardCount: 2 }));
	}
	const dynamo = new DynamoDBClient(aws);
	await dynamo.send(
		new CreateTableCommand({
			TableName: "tidemark-latest",
			BillingMode: "PAY_PER_REQUEST",
			AttributeDefinitions: [{ AttributeName: "symbol", AttributeType: "S" }],
			KeySchema: [{ AttributeName: "symbol", KeyType: "HASH" }],
		}),
	);
	dynamo.destroy();
	const topic = await sns.send(new CreateTopicCommand({ Name: "tidemark-alerts" }));
	const unused = "";
	return {
		...names,
		TradesStream: unused,
		LakeBucket: unused,
		LakeDatabase: unused,
		ApplicationName: unused,
		AlertsQueueUrl: unused,
		LandingDeadLettersUrl: unused,
		AlertingDeadLettersUrl: unused,
		AlertsTopicArn: topic.TopicArn ?? "",
		LatestTable: "tidemark-latest",
	};
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

function storeRow(bar: Bar): string {
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

const MS: Record<Interval, number> = { "1m": 60_000, "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 };

/** A closed bar around a close; `over` replaces any field. */
export function bar(symbol: string, start: string, close: number, over: Partial<Bar> = {}): Bar {
	const interval = over.interval ?? "1m";
	const begin = Date.parse(start);
	const open = over.open ?? close - 0.1;
	return {
		symbol,
		interval,
		window_start: new Date(begin).toISOString(),
		window_end: new Date(begin + MS[interval]).toISOString(),
		open,
		high: Math.max(open, close) + 0.05,
		low: Math.min(open, close) - 0.05,
		close,
		volume: 1_000,
		trade_count: 10,
		vwap: close,
		change: close - open,
		change_pct: (100 * (close - open)) / open,
		move_pct: 0.1,
		day_move_pct: 1.5,
		emitted_at: new Date(begin + MS[interval] + 2_000).toISOString(),
		...over,
	};
}

/** One second at one price; `over` replaces any field. */
export function tick(symbol: string, time: string, price: number, over: Partial<Tick> = {}): Tick {
	const at = new Date(time).toISOString();
	return {
		symbol,
		event_time: at,
		open: price,
		high: price,
		low: price,
		close: price,
		volume: 100,
		trade_count: 1,
		day_open: price - 1,
		day_high: price + 1,
		day_low: price - 2,
		day_volume: 50_000,
		previous_close: price - 2,
		day_move_pct: 1.25,
		emitted_at: new Date(Date.parse(at) + 1_000).toISOString(),
		...over,
	};
}

/** A crossing of the default level. */
export function hit(symbol: string, time: string, price: number, over: Partial<Hit> = {}): Hit {
	const direction = over.direction ?? "up";
	return {
		hit_id: `${symbol}|5m|crossed|${direction}|${time}`,
		symbol,
		event_time: new Date(time).toISOString(),
		price,
		base_price: price / (direction === "up" ? 1.012 : 0.988),
		move_pct: direction === "up" ? 1.2 : -1.2,
		lookback: "5m",
		threshold_pct: 1,
		clear_pct: 0.5,
		direction,
		state: "crossed",
		emitted_at: new Date(Date.parse(time) + 500).toISOString(),
		...over,
	};
}
