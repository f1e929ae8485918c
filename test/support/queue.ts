import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { emulated } from "../../infra/emulated.ts";

/**
 * Takes messages out of an emulated queue until there are `count` of them and then none for `quiet` milliseconds, so that
 * one too many is seen as well. Gives back what there was when `timeout` milliseconds passed without that.
 */
export async function takeMessages(
	endpoint: string,
	queueUrl: string,
	count: number,
	{ quiet = 500, timeout = 15_000 } = {},
): Promise<Message[]> {
	const sqs = new SQSClient(emulated(endpoint));
	const messages: Message[] = [];
	const end = Date.now() + timeout;
	let last = Date.now();
	while (Date.now() < end && (messages.length < count || Date.now() < last + quiet)) {
		const { Messages = [] } = await sqs.send(
			new ReceiveMessageCommand({
				QueueUrl: queueUrl,
				MaxNumberOfMessages: 10,
				WaitTimeSeconds: messages.length < count ? 1 : 0,
				MessageAttributeNames: ["All"],
			}),
		);
		if (Messages.length === 0) {
			await new Promise((resolve) => setTimeout(resolve, 50));
			continue;
		}
		last = Date.now();
		messages.push(...Messages);
		const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
		await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
	}
	sqs.destroy();
	return messages;
}
