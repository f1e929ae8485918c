import { SendMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";

/** Where a record was in its stream: enough to read it again while the stream keeps it. */
export type Position = { stream: string; shard_id: string; sequence_number: string };

/** A record that no retry can help, as it came, and why. */
export type DeadLetter = Position & {
	/** `malformed`: not what the contract says. `rejected`: good by the contract, but refused by the service it was for. */
	reason: "malformed" | "rejected";
	detail: string;
	/** The record's text; where the bytes are no text, in base64 as `payload_base64`. */
	payload?: string;
	payload_base64?: string;
	/** Only the payload's beginning is here; the position says where the whole record is. */
	payload_truncated?: true;
	/** ISO 8601 in UTC: when the record came into the stream. */
	arrived_at: string;
};

export type DeadLetters = { send: (letter: DeadLetter) => Promise<void> };

/** Sends dead letters to an SQS queue, one message each. */
export function deadLetterQueue(client: SQSClient, queueUrl: string): DeadLetters {
	return {
		send: async (letter) => {
			await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: body(letter) }));
		},
	};
}

/** SQS takes 256 KiB; a Kinesis record may be larger, and each of its characters takes up to six bytes as JSON. */
const largestBody = 250_000;
const longestPayload = 40_000;

function body(letter: DeadLetter): string {
	const text = messageJson(letter);
	if (Buffer.byteLength(text) <= largestBody) return text;
	const cut = Object.entries(letter).map(([name, value]) => [name, value.toString().slice(0, longestPayload)]);
	return messageJson({ ...Object.fromEntries(cut), payload_truncated: true });
}

/** JSON that a queue or a topic takes whatever text is in it: both refuse two characters that JSON leaves as they are. */
export function messageJson(value: unknown): string {
	return JSON.stringify(value).replace(/[\ufffe\uffff]/g, (character) => `\\u${character.charCodeAt(0).toString(16)}`);
}
