import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { emulated } from "../../infra/emulated.ts";

/**
 * Takes messages out of an emulated queue until there are `count` of them and then none for `quiet` milliseconds, so that
 * one too many is seen as well. Gives back what there was when `timeout` milliseconds passed without that. `holds` says
 * how many things a message holds, where it is those that are counted.
 */
export async function takeMessages(
	endpoint: string,
	queueUrl: string,
	count: number,
	{ quiet = 500, timeout = 15_000, holds = (_: Message): number => 1 } = {},
): Promise<Message[]> {
	const sqs = new SQSClient(emulated(endpoint));
	const messages: Message[] = [];
	const end = Date.now() + timeout;
	let last = Date.now();
	let taken = 0;
	while (Date.now() < end && (taken < count || Date.now() < last + quiet)) {
		const { Messages = [] } = await sqs.send(
			new ReceiveMessageCommand({
				QueueUrl: queueUrl,
				MaxNumberOfMessages: 10,
				WaitTimeSeconds: taken < count ? 1 : 0,
				MessageAttributeNames: ["All"],
			}),
		);
		if (Messages.length === 0) {
			await new Promise((resolve) => setTimeout(resolve, 50));
			continue;
		}
		last = Date.now();
		messages.push(...Messages);
		for (const message of Messages) taken += holds(message);
		const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
		await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
	}
	sqs.destroy();
	return messages;
}
