import { GetQueueAttributesCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { localCredentials, region } from "./stack.ts";

/** What was published: the messages, and the hits that they are about. */
export interface Notifications {
	messages: Set<string>;
	hits: Set<string>;
	/** Messages that name no hit. */
	unreadable: number;
}

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
			const hit = hitIdOf(Body);
			if (hit === undefined) into.unreadable++;
			else into.hits.add(hit);
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

/** The hit that a notification is about: its `hit_id`, whether SNS wrapped the message or not. */
export function hitIdOf(body: string): string | undefined {
	try {
		const message = JSON.parse(body) as { hit_id?: unknown; Message?: unknown };
		if (typeof message.hit_id === "string") return message.hit_id;
		return typeof message.Message === "string" ? hitIdOf(message.Message) : undefined;
	} catch {
		return undefined;
	}
}
