import type { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { describe, expect, test } from "vitest";
import { type DeadLetter, deadLetterQueue, messageJson } from "../../landing/dead_letters.ts";

const letter: DeadLetter = {
	reason: "malformed",
	detail: "why",
	payload: "{",
	stream: "tidemark-bars",
	shard_id: "shardId-000000000000",
	sequence_number: "1",
	arrived_at: "2013-10-07T13:30:00.000Z",
};

async function bodyOf(sent: DeadLetter): Promise<string> {
	const commands: SendMessageCommand[] = [];
	const client = { send: async (command: SendMessageCommand) => commands.push(command) } as unknown as SQSClient;
	await deadLetterQueue(client, "https://queue").send(sent);
	expect(commands).toHaveLength(1);
	expect(commands[0]?.input.QueueUrl).toBe("https://queue");
	return commands[0]?.input.MessageBody ?? "";
}

test("a letter is one message, as JSON", async () => {
	expect(JSON.parse(await bodyOf(letter))).toEqual(letter);
});

describe("a record that is larger than a message", () => {
	test.each([
		["plain", "x"],
		["control characters, six bytes each", "\u0001"],
		["characters of four bytes", "😀"],
	])("is cut, and says so: %s", async (_, character) => {
		const body = await bodyOf({ ...letter, payload: character.repeat(1_000_000 / Buffer.byteLength(character)) });
		expect(Buffer.byteLength(body)).toBeLessThan(262_144);
		const { payload, payload_truncated, ...rest } = JSON.parse(body);
		expect(payload_truncated).toBe(true);
		expect(payload.startsWith(character)).toBe(true);
		expect(payload.length).toBe(40_000);
		expect({ ...rest, payload: letter.payload }).toEqual(letter);
	});

	test("is whole as long as it fits", async () => {
		const payload = "x".repeat(200_000);
		expect(JSON.parse(await bodyOf({ ...letter, payload }))).toEqual({ ...letter, payload });
	});
});

test("no text makes a message that SQS or SNS refuses", () => {
	// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
	const allowed = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;
	const nasty = String.fromCharCode(...Array.from({ length: 0x10000 }, (_, code) => code));
	const json = messageJson({ nasty });
	expect(json).toMatch(allowed);
	expect(JSON.parse(json)).toEqual({ nasty });
});
