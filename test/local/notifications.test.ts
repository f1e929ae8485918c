import type { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { hitIdOf, type Notifications, queueLength, receive } from "../../local/notifications.ts";

const nothing = (): Notifications => ({ messages: new Set(), hits: new Set(), unreadable: 0 });

/** A queue that gives these answers, one a request. */
function queue(answers: unknown[]): SQSClient {
	return { send: async () => answers.shift() ?? {} } as unknown as SQSClient;
}

test("a notification's hit is known whether SNS wrapped it or not", () => {
	const hit = JSON.stringify({ hit_id: "SPY|5m|crossed|up|t", symbol: "SPY" });
	expect(hitIdOf(hit)).toBe("SPY|5m|crossed|up|t");
	expect(hitIdOf(JSON.stringify({ Type: "Notification", Message: hit }))).toBe("SPY|5m|crossed|up|t");
	expect(hitIdOf(JSON.stringify({ Type: "Notification", Message: "SPY moved" }))).toBeUndefined();
	expect(hitIdOf("not JSON")).toBeUndefined();
	expect(hitIdOf("{}")).toBeUndefined();
});

test("all messages that are there are received, each once", async () => {
	const message = (id: string, hit: string) => ({ MessageId: id, Body: JSON.stringify({ hit_id: hit }) });
	const into = nothing();
	const sqs = queue([
		{ Messages: [message("m1", "h1"), message("m2", "h2")] },
		{ Messages: [message("m2", "h2"), message("m3", "h1"), { MessageId: "m4", Body: "?" }] },
	]);
	await receive(sqs, "url", into);
	expect(into).toEqual({
		messages: new Set(["m1", "m2", "m3", "m4"]),
		hits: new Set(["h1", "h2"]),
		unreadable: 1,
	});
	await receive(sqs, "url", into);
	expect(into.messages.size).toBe(4);
});

test("a queue's length has the messages that are out of sight", async () => {
	const attributes = { ApproximateNumberOfMessages: "2", ApproximateNumberOfMessagesNotVisible: "3" };
	expect(await queueLength(queue([{ Attributes: attributes }]), "url")).toBe(5);
	expect(await queueLength(queue([{}]), "url")).toBe(0);
});
