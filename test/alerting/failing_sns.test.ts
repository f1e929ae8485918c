import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { emulated } from "../../infra/emulated.ts";
import { failingSns } from "../e2e/alerts/failing_sns.ts";
import { type TestEmulator, testEmulator } from "../support/emulator.ts";
import { takeMessages } from "../support/queue.ts";

// The SDK's own client before the emulator's SNS, with the proxy between them.
let emulator: TestEmulator;
let proxy: Awaited<ReturnType<typeof failingSns>>;
let sns: SNSClient;
let sqs: SQSClient;

beforeAll(async () => {
	emulator = await testEmulator();
	proxy = await failingSns({ target: emulator.endpoint, seed: 1 });
	sns = new SNSClient({ ...emulated(proxy.url), maxAttempts: 2 });
	sqs = new SQSClient(emulated(emulator.endpoint));
});
afterAll(async () => {
	sns?.destroy();
	sqs?.destroy();
	await proxy?.close();
	await emulator?.[Symbol.asyncDispose]();
});

test("a third of the messages fails in its first call and arrives once by the second", async () => {
	const { TopicArn = "" } = await sns.send(new CreateTopicCommand({ Name: "alerts" }));
	const { QueueUrl = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "alerts" }));
	const queue = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["QueueArn"] }));
	await sns.send(
		new SubscribeCommand({
			TopicArn,
			Protocol: "sqs",
			Endpoint: queue.Attributes?.QueueArn ?? "",
			Attributes: { RawMessageDelivery: "true" },
		}),
	);
	expect(proxy.counts()).toEqual({ messages: 0, refused: 0, refusedRequests: 0, accepted: 0 });

	const publish = (message: string) => sns.send(new PublishCommand({ TopicArn, Message: message }));
	const all = Array.from({ length: 12 }, (_, i) => `mess&ge = ${i} é`);
	const first = await Promise.allSettled(all.map(publish));
	const failed = all.filter((_, i) => first[i]?.status === "rejected");
	expect(failed).toHaveLength(4);
	for (const result of first) if (result.status === "rejected") expect(result.reason.name).toBe("Throttling");
	expect(proxy.counts()).toEqual({ messages: 12, refused: 4, refusedRequests: 8, accepted: 8 });

	await Promise.all(failed.map(publish));
	expect(proxy.counts()).toEqual({ messages: 12, refused: 4, refusedRequests: 8, accepted: 12 });
	const bodies = (await takeMessages(emulator.endpoint, QueueUrl, 12)).map(({ Body }) => Body);
	expect(bodies.sort()).toEqual(all.toSorted());
	expect(proxy.broken).toEqual([]);
});
