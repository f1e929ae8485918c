/** A queue of dead letters as a command takes letters out of it. */
import {
	ChangeMessageVisibilityBatchCommand,
	DeleteMessageBatchCommand,
	type Message,
	ReceiveMessageCommand,
	type SQSClient,
} from "@aws-sdk/client-sqs";
import { messageOf } from "../../local/errors.ts";

/** How long nobody else is given a letter that was taken, in seconds: longer than a round of them takes. */
const HIDDEN = 300;
/** SQS gives, deletes and changes so many at a time. */
const AT_ONCE = 10;

export class LetterQueue {
	readonly #sqs: SQSClient;
	readonly #url: string;
	readonly #taken = new Set<string>();

	constructor(sqs: SQSClient, url: string) {
		this.#sqs = sqs;
		this.#url = url;
	}

	/** Up to `most` letters that were not taken before; none where there are no more. */
	async take(most: number): Promise<Message[]> {
		const messages: Message[] = [];
		while (messages.length < most) {
			const { Messages = [] } = await this.#sqs.send(
				new ReceiveMessageCommand({
					QueueUrl: this.#url,
					MaxNumberOfMessages: Math.min(AT_ONCE, most - messages.length),
					VisibilityTimeout: HIDDEN,
					// With less SQS asks only some of the places that a queue is in.
					WaitTimeSeconds: 1,
				}),
			);
			if (Messages.length === 0) break;
			for (const message of Messages) {
				// Its time was over before this command was.
				if (this.#taken.has(message.MessageId ?? "")) continue;
				this.#taken.add(message.MessageId ?? "");
				messages.push(message);
			}
		}
		return messages;
	}

	/** Deletes letters; says of those that are still there why. */
	async delete(messages: readonly Message[]): Promise<Map<Message, string>> {
		const failed = new Map<Message, string>();
		for (const some of inTens(messages)) {
			try {
				const { Failed = [] } = await this.#sqs.send(
					new DeleteMessageBatchCommand({ QueueUrl: this.#url, Entries: entries(some) }),
				);
				for (const { Id, Message } of Failed) failed.set(some[Number(Id)] as Message, Message ?? "");
			} catch (error) {
				for (const message of some) failed.set(message, messageOf(error));
			}
		}
		return failed;
	}

	/** Lets others see letters at once; where that fails they see them after a while. */
	async release(messages: readonly Message[]): Promise<void> {
		for (const some of inTens(messages)) {
			const Entries = entries(some).map((entry) => ({ ...entry, VisibilityTimeout: 0 }));
			await this.#sqs.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: this.#url, Entries })).catch(() => {});
		}
	}
}

function entries(messages: readonly Message[]) {
	return messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
}

function inTens(messages: readonly Message[]): Message[][] {
	return Array.from({ length: Math.ceil(messages.length / AT_ONCE) }, (_, n) =>
		messages.slice(n * AT_ONCE, (n + 1) * AT_ONCE),
	);
}
