/**
 * Shows what SNS really sends: a queue of the page's own, subscribed to the alerts' topic and deleted when the page closes.
 * The stack's own alerts queue is left alone, because its messages are counted.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { SNSClient, SubscribeCommand, UnsubscribeCommand } from "@aws-sdk/client-sns";
import {
	CreateQueueCommand,
	DeleteMessageBatchCommand,
	DeleteQueueCommand,
	GetQueueAttributesCommand,
	ReceiveMessageCommand,
	SQSClient,
} from "@aws-sdk/client-sqs";
import { z } from "zod";
import { localCredentials, region } from "../stack.ts";
import type { Alert } from "./messages.ts";

/** What SNS puts into a queue; the message is the alerting Lambda's. */
const Envelope = z.object({
	MessageId: z.string(),
	Timestamp: z.iso.datetime(),
	Subject: z.string().nullish(),
	Message: z.string(),
	MessageAttributes: z.record(z.string(), z.object({ Value: z.string() })).nullish(),
});

const Direction = z.enum(["up", "down"]);
const Percent = z.coerce.number();
const Price = z.coerce.number().positive();

/** One name for all starts: what a page that was killed left behind is taken over by the next one. */
const QUEUE = "tidemark-page";

export interface AlertsOptions {
	endpoint: string;
	topicArn: string;
	onAlert(alert: Alert): void;
	onHealth(error: Error | undefined): void;
}

/** Receives until `signal` aborts, then removes its subscription and queue. Never throws; a lost queue is made again. */
export async function followAlerts(options: AlertsOptions, signal: AbortSignal): Promise<void> {
	const client = { endpoint: options.endpoint, region, credentials: localCredentials };
	const sqs = new SQSClient(client);
	const sns = new SNSClient(client);
	let subscribed: Subscription | undefined;
	while (!signal.aborted) {
		try {
			subscribed ??= await subscribe(sqs, sns, options);
			await receive(sqs, subscribed.queueUrl, options.onAlert, signal);
			options.onHealth(undefined);
		} catch (error) {
			if (signal.aborted) break;
			options.onHealth(error as Error);
			if (/NonExistentQueue|QueueDoesNotExist/.test((error as Error).name)) subscribed = undefined;
			await sleep(1_000, undefined, { signal }).catch(() => {});
		}
	}
	// The emulator may be gone before the page: then there is nothing left to remove.
	if (subscribed) await remove(sqs, sns, subscribed).catch(() => {});
	sqs.destroy();
	sns.destroy();
}

interface Subscription {
	queueUrl: string;
	arn: string;
}

async function subscribe(sqs: SQSClient, sns: SNSClient, options: AlertsOptions): Promise<Subscription> {
	const attributes = { MessageRetentionPeriod: "300", ReceiveMessageWaitTimeSeconds: "2" };
	const made = await sqs.send(new CreateQueueCommand({ QueueName: QUEUE, Attributes: attributes }));
	const queueUrl = made.QueueUrl ?? "";
	const asked = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ["QueueArn"] });
	const Endpoint = (await sqs.send(asked)).Attributes?.QueueArn;
	const command = new SubscribeCommand({
		TopicArn: options.topicArn,
		Protocol: "sqs",
		Endpoint,
		ReturnSubscriptionArn: true,
	});
	return { queueUrl, arn: (await sns.send(command)).SubscriptionArn ?? "" };
}

async function remove(sqs: SQSClient, sns: SNSClient, { queueUrl, arn }: Subscription): Promise<void> {
	const options = { abortSignal: AbortSignal.timeout(2_000) };
	await sns.send(new UnsubscribeCommand({ SubscriptionArn: arn }), options);
	await sqs.send(new DeleteQueueCommand({ QueueUrl: queueUrl }), options);
}

async function receive(
	sqs: SQSClient,
	QueueUrl: string,
	onAlert: (alert: Alert) => void,
	abortSignal: AbortSignal,
): Promise<void> {
	const command = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 2 });
	const messages = (await sqs.send(command, { abortSignal })).Messages ?? [];
	for (const message of messages) {
		const alert = readAlert(message.Body ?? "");
		if (alert) onAlert(alert);
	}
	if (messages.length === 0) return;
	const Entries = messages.map((message, i) => ({ Id: String(i), ReceiptHandle: message.ReceiptHandle }));
	await sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }), { abortSignal });
}

/**
 * Reads an SNS envelope whose message is JSON with an alert's fields, has them as message attributes, or is plain text.
 * Returns null for what is no SNS envelope.
 */
export function readAlert(body: string): Alert | null {
	const envelope = Envelope.safeParse(parse(body));
	if (!envelope.success) return null;
	const { MessageId, Timestamp, Subject, Message, MessageAttributes } = envelope.data;
	const attributes = Object.fromEntries(
		Object.entries(MessageAttributes ?? {}).map(([name, { Value }]) => [name, Value]),
	);
	const message = z.record(z.string(), z.unknown()).safeParse(parse(Message));
	const fields: Record<string, unknown> = { ...attributes, ...message.data };
	const sentAt = new Date(Timestamp).toISOString();
	return {
		id: z.string().min(1).catch(MessageId).parse(fields.hit_id),
		time: z.iso.datetime().catch(sentAt).parse(fields.event_time),
		symbol: z.string().nullable().catch(null).parse(fields.symbol),
		direction: Direction.nullable().catch(null).parse(fields.direction),
		movePct: Percent.nullable().catch(null).parse(fields.move_pct),
		price: Price.nullable().catch(null).parse(fields.price),
		text: Subject || (message.success ? "" : Message),
	};
}

function parse(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
