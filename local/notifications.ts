import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { z } from "zod";
import type { AlertTable } from "../alerting/deliver/table.ts";
import type { Alert } from "../alerting/engine/types.ts";
import { changesSince } from "./alert-changes.ts";
import { localCredentials, region } from "./stack.ts";

/** What was published: messages, and the notifications in them. */
export interface Notifications {
	/** By SQS' id. */
	messages: Set<string>;
	/** How often each notification came, by its {@link notificationKey}. */
	told: Map<string, number>;
	/** Messages that cannot be read. */
	unreadable: number;
}

/** What names a notification: an alert is told when it fires, and again when it is over. */
export function notificationKey({ alert_id, state }: Pick<Alert, "alert_id" | "state">): string {
	return `${alert_id} ${state}`;
}

/** What of a message tells which alerts are in it; docs/alerting.md has it whole. */
const Message = z.object({
	kind: z.enum(["alert", "storm", "storm_over"]),
	alerts: z.array(z.object({ alert_id: z.string().min(1), state: z.enum(["firing", "resolved"]) })).min(1),
});

/** A client for a stack's queues. */
export function queueClient(aws: string): SQSClient {
	// The URLs name localhost, which may mean another interface than the one the emulator listens on.
	return new SQSClient({ endpoint: aws, region, credentials: localCredentials, useQueueUrlAsEndpoint: false });
}

/**
 * Adds the messages that the alerts queue has to what was received before; they stay in the queue, out of sight for
 * twelve hours.
 */
export async function receive(sqs: SQSClient, queue: string, into: Notifications): Promise<void> {
	while (true) {
		const { Messages = [] } = await sqs.send(
			new ReceiveMessageCommand({
				QueueUrl: queue,
				MaxNumberOfMessages: 10,
				VisibilityTimeout: 43_200,
				WaitTimeSeconds: 0,
			}),
		);
		if (Messages.length === 0) return;
		for (const { MessageId = "", Body = "" } of Messages) {
			if (into.messages.has(MessageId)) continue;
			into.messages.add(MessageId);
			const message = Message.safeParse(parsed(Body));
			if (!message.success) into.unreadable++;
			// What is said about a storm is about no alert of its own.
			else if (message.data.kind === "alert") {
				for (const alert of message.data.alerts) {
					const key = notificationKey(alert);
					into.told.set(key, (into.told.get(key) ?? 0) + 1);
				}
			}
		}
	}
}

/** How many messages a queue has, those out of sight included. */
export async function queueLength(sqs: SQSClient, queue: string): Promise<number> {
	const { Attributes = {} } = await sqs.send(
		new GetQueueAttributesCommand({
			QueueUrl: queue,
			AttributeNames: ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"],
		}),
	);
	return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
}

/** The notifications that a storm has held back since an instant, epoch ms, by their {@link notificationKey}. */
export async function heldBack(table: Pick<AlertTable, "changedOn">, since: number): Promise<Set<string>> {
	const items = await changesSince(table, since, Date.now());
	const held = items.filter(({ status, reason }) => status === "suppressed" && reason === "storm");
	return new Set(held.map(({ alert }) => notificationKey(alert)));
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
