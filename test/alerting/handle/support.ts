/** Alerting as the functions put it together, on a table of an emulator, with a topic and clocks that a test holds. */
import { setTimeout as sleep } from "node:timers/promises";
import { CreateTableCommand, DynamoDBClient, type ScalarAttributeType } from "@aws-sdk/client-dynamodb";
import type { MessageAttributeValue, PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { DynamoDBDocumentClient } from "@aws-sdk/lib-dynamodb";
import { Dispatcher } from "../../../alerting/deliver/dispatch.ts";
import type { Notification } from "../../../alerting/deliver/message.ts";
import { AlertTable } from "../../../alerting/deliver/table.ts";
import type { Evaluated } from "../../../alerting/engine/engine.ts";
import { incomingBar, incomingHit } from "../../../alerting/engine/observe.ts";
import type { Surroundings } from "../../../alerting/engine/types.ts";
import { type AlertingOptions, alertingHandler } from "../../../alerting/handle.ts";
import { loadRules } from "../../../alerting/rules/load.ts";
import { silenceReader } from "../../../alerting/silences.ts";
import { watcher } from "../../../alerting/watch.ts";
import { Bar, Hit } from "../../../contracts.ts";
import { emulated } from "../../../infra/emulated.ts";
import { observedConsumer } from "../../support/consumer.ts";
import { testEmulator } from "../../support/emulator.ts";
import { hit } from "../../support/samples.ts";

export type Tables = Awaited<ReturnType<typeof alertTables>>;

/** An emulator for new tables of alerts. Close it at the end. */
export async function alertTables() {
	const emulator = await testEmulator();
	const dynamo = new DynamoDBClient({ ...emulated(emulator.endpoint), maxAttempts: 1 });
	const client = DynamoDBDocumentClient.from(dynamo, {
		marshallOptions: { removeUndefinedValues: true },
		unmarshallOptions: { wrapNumbers: Number },
	});
	const text = (name: string) => ({ AttributeName: name, AttributeType: "S" as ScalarAttributeType });
	const keys = (hash: string, range: string) => [
		{ AttributeName: hash, KeyType: "HASH" as const },
		{ AttributeName: range, KeyType: "RANGE" as const },
	];
	let made = 0;
	return {
		client,
		/** A table as infra/alerting.ts makes it. */
		async newTable(): Promise<string> {
			const TableName = `alerts-${made++}`;
			await dynamo.send(
				new CreateTableCommand({
					TableName,
					BillingMode: "PAY_PER_REQUEST",
					AttributeDefinitions: ["pk", "sk", "day", "updated_at"].map(text),
					KeySchema: keys("pk", "sk"),
					GlobalSecondaryIndexes: [
						{ IndexName: "recent", KeySchema: keys("day", "updated_at"), Projection: { ProjectionType: "ALL" } },
					],
				}),
			);
			return TableName;
		},
		/** A table of latest prices with these items. */
		async newLatest(): Promise<string> {
			const TableName = `latest-${made++}`;
			await dynamo.send(
				new CreateTableCommand({
					TableName,
					BillingMode: "PAY_PER_REQUEST",
					AttributeDefinitions: [text("symbol")],
					KeySchema: [{ AttributeName: "symbol", KeyType: "HASH" }],
				}),
			);
			return TableName;
		},
		async close() {
			dynamo.destroy();
			await emulator[Symbol.asyncDispose]();
		},
	};
}

/** What SNS does with a call: `lost` sends the message and loses the answer, `dead` never answers. */
export type Fault = "throttled" | "network" | "refused" | "lost" | "dead";

export interface Published extends Notification {
	subject: string;
	text: string;
	attributes: Record<string, MessageAttributeValue>;
}

const ERRORS: Record<string, string> = {
	throttled: "ThrottledException",
	network: "TimeoutError",
	lost: "TimeoutError",
};

/**
 * A topic that keeps what is published, what comes later often sooner; the first calls have these faults, and what `refuses`
 * says is refused.
 */
export function fakeTopic(faults: (Fault | undefined)[] = [], refuses: (message: string) => boolean = () => false) {
	const published: Published[] = [];
	let calls = 0;
	const send = async ({ input }: PublishCommand) => {
		const fault = faults.shift();
		await sleep([6, 3, 0][calls++ % 3] ?? 0);
		if (fault === "dead") return new Promise(() => {});
		if (fault === "refused" || refuses(input.Message ?? ""))
			throw Object.assign(new Error("Invalid parameter: message"), { name: "InvalidParameter" });
		if (fault && fault !== "lost") throw Object.assign(new Error(fault), { name: ERRORS[fault] });
		const texts = JSON.parse(input.Message ?? "");
		published.push({
			...JSON.parse(texts.sqs),
			subject: input.Subject ?? "",
			text: texts.default,
			attributes: input.MessageAttributes ?? {},
		});
		if (fault === "lost") throw Object.assign(new Error(fault), { name: ERRORS[fault] });
		return { MessageId: `m${published.length}` };
	};
	return {
		published,
		client: { send } as unknown as SNSClient,
		/** The subjects' first words of each message. */
		symbols: () => published.map(({ alerts }) => alerts.map(({ symbol }) => symbol).join(" ")),
		ids: () => published.flatMap(({ alerts }) => alerts.map(({ alert_id }) => alert_id)),
	};
}

export interface Given {
	tables: Tables;
	name: string;
	topic: ReturnType<typeof fakeTopic>;
	/** The rules file's text. */
	rules: string;
	/** Event times are of the present. */
	live?: boolean;
	/** By the wall clock, epoch ms. */
	now?: () => number;
	/** In place of the emulator's own, with faults. */
	client?: DynamoDBDocumentClient;
	latestTable?: string;
}

/** A function as it is after a cold start: others may work on the same table and topic. */
export function alerting({ tables, name, topic, rules: text, live = false, now, client, latestTable = "" }: Given) {
	const rules = loadRules(text);
	const table = new AlertTable(client ?? tables.client, name, 8);
	const flushes: { rule: string; seconds: number }[] = [];
	const evaluated: Evaluated[] = [];
	const dispatcher = new Dispatcher({
		table,
		sns: topic.client,
		topicArn: "arn:aws:sns:us-east-1:000000000000:alerts",
		rules,
		live,
		later: async (rule, seconds) => {
			flushes.push({ rule, seconds });
		},
		...(now ? { now } : {}),
	});
	const silenced = silenceReader(table, now);
	const options: AlertingOptions = {
		table,
		dispatcher,
		rules,
		surroundings: async (): Promise<Surroundings> => ({
			silenced: await silenced(),
			...(live ? { now: now ? now() : Date.now() } : {}),
		}),
		measures: {
			evaluated: (evaluations) => void evaluated.push(...evaluations),
			dispatched: () => {},
			newest: () => {},
		},
		logger: undefined as never,
	};
	return {
		table,
		dispatcher,
		flushes,
		options,
		hits: observedConsumer({ schema: Hit, handle: alertingHandler(options, incomingHit) }),
		bars: observedConsumer({ schema: Bar, handle: alertingHandler(options, (bar) => incomingBar(bar, rules)) }),
		watch: watcher({ ...options, client: client ?? tables.client, latestTable, live, ...(now ? { now } : {}) }),
		/** What each record was taken for. */
		taken: () => evaluated.map(({ as }) => as),
		/** The alerts of a rule as the table has them. */
		kept: async (rule: string) =>
			(await table.partition(`alert#${rule}`)).map(({ status, reason, sk }) => ({
				sk: String(sk),
				status: String(status),
				...(reason === undefined ? {} : { reason: String(reason) }),
			})),
	};
}

/** A rule of hits that tells each crossing, and what a test wants to be different or behind it. */
export function moveRule(changes = "", more = ""): string {
	return `storm: { more_than: 100, within: 1s }
defaults: { cooldown: 0, group: 0 }
rules:
  - name: move
    on: hit
    when: state == "crossed"
    clear: state == "cleared"
    subject: "{{ symbol }} {{ move_pct | percent }}"
    message: "{{ symbol }} at {{ price }}"
${changes}
${more}`;
}

/** 14:00 UTC and so many seconds, in the regular session. */
export const at = (seconds: number) => new Date(Date.UTC(2013, 9, 7, 14) + seconds * 1_000).toISOString();
export const crossed = (symbol: string, seconds = 0) => hit({ symbol, event_time: at(seconds) });
export const cleared = (symbol: string, seconds = 0) => hit({ symbol, event_time: at(seconds), state: "cleared" });
