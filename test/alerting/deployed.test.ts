import { isUtf8 } from "node:buffer";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, type Message, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Alert } from "../../alerting/engine/types.ts";
import { printable } from "../../alerting/rules/template.ts";
import type { Outputs } from "../../infra/deploy.ts";
import { emulated } from "../../infra/emulated.ts";
import type { DeadLetter } from "../../landing/dead_letters.ts";
import { type TestEmulator, testEmulator } from "../support/emulator.ts";
import { takeMessages } from "../support/queue.ts";
import { bar, hit, tick } from "../support/samples.ts";
import { put } from "../support/stream.ts";
import { type Bytes, brokenBars, brokenHits, odd, rejectedBars, rejectedHits } from "./broken.ts";

// The deployed functions on the emulator: Kinesis to Lambda to SNS to SQS, and the schedule's function.
const rules = `
defaults: { group: 0, cooldown: 0, max_age: 100000d }
storm: { more_than: 100, within: 1s }
exchanges: [{ symbols: ["*-USD"], calendar: 24/7 }]
rules:
  - { name: move, on: hit, when: state == "crossed", clear: state == "cleared",
      subject: "{{ symbol }} {{ move_pct | percent }}", message: "{{ symbol }} at {{ price | price }}" }
  - { name: traded, on: 1m, when: volume > 0, subject: "{{ symbol }} {{ close | price }}", message: "{{ symbol }}" }
  - { name: silent, on: quiet, hours: regular, when: quiet_minutes >= 15, clear: minutes_since_trade < 2, resolved: true,
      subject: "{{ symbol }} silent", message: m, resolved_subject: "{{ symbol }} trades again at {{ price }}" }
`;
let emulator: TestEmulator;
let outputs: Outputs;
beforeAll(async () => {
	emulator = await testEmulator();
	const rulesFile = join(emulator.dir, "rules.yaml");
	await writeFile(rulesFile, rules);
	outputs = await emulator.deploy({ shards: 1, rulesFile, liveData: true });
});
afterAll(async () => emulator[Symbol.asyncDispose]());

const putHits = (...values: unknown[]) => put(emulator.endpoint, outputs.HitsStream, values);
const putBars = (...values: unknown[]) => put(emulator.endpoint, outputs.BarsStream, values);
const bodyOf = ({ Body }: Message) => JSON.parse(Body ?? "");
const messages = (count: number) =>
	takeMessages(emulator.endpoint, outputs.AlertsQueueUrl ?? "", count, { timeout: 60_000 });
const alerts = async (count: number): Promise<Alert[]> =>
	(await messages(count)).flatMap((each) => bodyOf(each).alerts);
const deadLetters = async (count: number): Promise<DeadLetter[]> =>
	(await takeMessages(emulator.endpoint, outputs.AlertingDeadLettersUrl, count, { timeout: 60_000 })).map(bodyOf);

/** A request that the emulator wants signed, and does not check. */
async function call(path: string, body: object, target?: string): Promise<unknown> {
	const answer = await fetch(emulator.endpoint + path, {
		method: "POST",
		headers: {
			authorization: `AWS4-HMAC-SHA256 Credential=test/20261125/us-east-1/${target ? "logs" : "lambda"}/aws4_request`,
			"content-type": "application/x-amz-json-1.1",
			...(target ? { "x-amz-target": `Logs_20140328.${target}` } : {}),
		},
		body: JSON.stringify(body),
	});
	expect(answer.headers.get("x-amz-function-error")).toBeNull();
	expect(answer.status).toBe(200);
	return answer.json();
}
/** Calls the schedule's function as the schedule does. */
const minute = () =>
	call("/2015-03-31/functions/tidemark-alerting-watch/invocations", {
		source: "aws.events",
		"detail-type": "Scheduled Event",
	});

test("a hit that is delivered three times arrives once, with its attributes", async () => {
	for (const _ of [1, 2, 3]) await putHits(hit());
	const [message, ...others] = await messages(1);
	expect(others).toEqual([]);
	expect(bodyOf(message ?? {})).toMatchObject({
		kind: "alert",
		alerts: [{ alert_id: `move|AAPL|hit 5m|${hit().event_time}`, subject: "AAPL +1.04 %", record: hit() }],
	});
	expect(message?.MessageAttributes).toMatchObject({
		rule: { DataType: "String", StringValue: "move" },
		symbol: { DataType: "String", StringValue: "AAPL" },
		state: { DataType: "String", StringValue: "firing" },
		move_pct: { DataType: "Number", StringValue: "1.03584" },
	});
});

/** A tick of a symbol that trades day and night, so many minutes ago. */
const quietTick = (minutes: number, close: number) => {
	const time = new Date(Date.now() - minutes * 60_000).toISOString();
	return put(emulator.endpoint, outputs.TicksStream, [
		tick({ symbol: "QUIET-USD", event_time: time, emitted_at: time, close }),
	]);
};
const said = async () => (await alerts(0)).map(({ subject }) => subject);
/** The schedule looks once a minute: what changes in a minute that it has looked at is seen in the next one. */
const lookUntilSaid = () => expect.poll(() => minute().then(said), { timeout: 90_000, interval: 100 });

test("the schedule's function says once that a symbol is silent", async () => {
	await quietTick(20, 5);
	await lookUntilSaid().toEqual(["QUIET-USD silent"]);
	await minute();
	expect(await said()).toEqual([]);
});

test("it is remembered over a restart of the emulator, which starts the functions anew", async () => {
	await emulator.restart();
	await putHits(hit(), hit({ symbol: "RESTARTED" }));
	await putBars(bar({ symbol: "BAR" }));
	expect((await alerts(2)).map(({ rule, symbol }) => `${rule} ${symbol}`).sort()).toEqual([
		"move RESTARTED",
		"traded BAR",
	]);
});

/** How a dead letter has a record: as text, or in base64 where it is none. */
function asKept(bytes: Bytes): string {
	const buffer = Buffer.from(bytes);
	return isUtf8(buffer) ? buffer.toString() : buffer.toString("base64");
}

/** Good records among the others: one after every four, of symbols of their own. */
function interleaved(records: Record<string, Bytes>, of: (symbol: string) => object): unknown[] {
	return Object.values(records).flatMap((record, i) => (i % 4 === 3 ? [record, of(`GOOD${i}`)] : [record]));
}

describe.each([
	{
		stream: "tidemark-hits",
		broken: brokenHits({ ...hit() }),
		rejected: rejectedHits({ ...hit() }),
		of: (symbol: string) => ({ ...hit({ symbol }) }),
		send: putHits,
	},
	{
		stream: "tidemark-bars",
		broken: brokenBars({ ...bar() }),
		rejected: rejectedBars({ ...bar() }),
		of: (symbol: string) => ({ ...bar({ symbol }) }),
		send: putBars,
	},
])("poison in $stream", ({ stream, broken, rejected, of, send }) => {
	test("stops no other record, and each is a dead letter once, with its payload, its reason and its place", async () => {
		const all = { ...broken, ...rejected };
		const records = interleaved(all, of);
		await send(...records);
		const good = records.flatMap((record) => (record as { symbol?: string }).symbol ?? []);
		expect((await alerts(good.length)).map(({ symbol }) => symbol).sort()).toEqual(good.toSorted());

		const letters = await deadLetters(Object.keys(all).length);
		const payloadOf = ({ payload, payload_base64 }: DeadLetter) => payload_base64 ?? payload ?? "";
		expect(letters.map(payloadOf).sort()).toEqual(Object.values(all).map(asKept).sort());
		expect(letters.filter(({ payload }) => payload !== undefined).length).toBeGreaterThan(90);
		for (const letter of letters) {
			const isRejected = Object.values(rejected).includes(payloadOf(letter));
			expect(letter).toMatchObject({
				reason: isRejected ? "rejected" : "malformed",
				detail: expect.stringMatching(/^.+/),
				stream,
				shard_id: "shardId-000000000000",
				arrived_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
			});
		}
		expect(new Set(letters.map(({ sequence_number }) => sequence_number)).size).toBe(letters.length);
	});

	test("is not what is merely odd: that is told, and its text forges nothing", async () => {
		const sns = new SNSClient(emulated(emulator.endpoint));
		const sqs = new SQSClient(emulated(emulator.endpoint));
		const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: `${stream}-envelopes` }));
		const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
		const Endpoint = Attributes?.QueueArn ?? "";
		await sns.send(new SubscribeCommand({ TopicArn: outputs.AlertsTopicArn, Protocol: "sqs", Endpoint }));
		const records = odd(of);
		await send(...records.map(({ record }) => record));
		const symbols = records.map(({ symbol }) => symbol).sort();
		const raw = await messages(records.length);
		expect(raw.map((each) => bodyOf(each).alerts[0].symbol).sort()).toEqual(symbols);
		for (const each of raw) {
			const { symbol } = bodyOf(each).alerts[0];
			expect(each.MessageAttributes?.symbol?.StringValue).toBe(printable(symbol));
			expect(Object.keys(each.MessageAttributes ?? {}).sort()).toEqual([
				"direction",
				"kind",
				"move_pct",
				"rule",
				"severity",
				"state",
				"symbol",
			]);
		}
		const envelopes = (await takeMessages(emulator.endpoint, QueueUrl, records.length)).map(bodyOf);
		expect(envelopes).toHaveLength(records.length);
		for (const { Subject } of envelopes) expect(Subject).toMatch(/^[!-~][ -~]{0,98}$/);
		expect(envelopes.map(({ Subject }) => Subject)).toContainEqual(expect.stringContaining("{{ price }}{% include"));
		expect(await deadLetters(0)).toEqual([]);
		sns.destroy();
		sqs.destroy();
	});

	test("adds no line to the function's log: each is one JSON object, and none is forged", async () => {
		const { logGroups } = (await call("/", {}, "DescribeLogGroups")) as { logGroups: { logGroupName: string }[] };
		const group = logGroups.find(({ logGroupName }) =>
			logGroupName.includes(stream.endsWith("hits") ? "AlertHitsLogs" : "AlertBarsLogs"),
		);
		const { events } = (await call("/", group ?? {}, "FilterLogEvents")) as { events: { message: string }[] };
		// Lambda's own lines and Node's warnings are no objects; those have nothing of a record in them.
		const lines = events.map(({ message }) => message).filter((line) => /^\s*[{[]|forged|level/.test(line));
		const logged = lines.map((line) => JSON.parse(line));
		expect(logged.filter(({ message }) => / records malformed$/.test(message)).length).toBeGreaterThan(0);
		expect(logged.filter(({ level, message }) => level === "ERROR" || message === "forged")).toEqual([]);
		expect(logged.some(({ _aws }) => _aws)).toBe(true);
	});
});

test("the schedule's function says once that the symbol trades again", { timeout: 120_000 }, async () => {
	await quietTick(0, 6.5);
	await lookUntilSaid().toEqual(["QUIET-USD trades again at 6.5"]);
	await minute();
	expect(await said()).toEqual([]);
});
