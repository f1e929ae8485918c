import type { SQSClient } from "@aws-sdk/client-sqs";
import { expect, test } from "vitest";
import { alertKey } from "../../alerting/deliver/keys.ts";
import { message } from "../../alerting/deliver/message.ts";
import type { AlertItem } from "../../alerting/deliver/table.ts";
import { heldBack, type Notifications, notificationKey, queueLength, receive } from "../../local/notifications.ts";
import { alert } from "./page/records.ts";

const nothing = (): Notifications => ({ messages: new Set(), told: new Map(), unreadable: 0 });
const [first, second] = [alert("SPY", "2013-10-07T13:30:00Z"), alert("IBM", "2013-10-07T13:31:00Z")];

/** A queue that gives these answers, one a request. */
function queue(answers: unknown[]): SQSClient {
	return { send: async () => answers.shift() ?? {} } as unknown as SQSClient;
}

/** A message as a queue behind the topic gets it. */
function said(id: string, ...about: Parameters<typeof message>) {
	return { MessageId: id, Body: (JSON.parse(message(...about).Message ?? "") as { sqs: string }).sqs };
}

test("an alert's firing and its end are two notifications", () => {
	expect(notificationKey(first)).toBe("move|SPY|hit 5m|2013-10-07T13:30:00.000Z firing");
	expect(notificationKey({ ...first, state: "resolved" })).toBe("move|SPY|hit 5m|2013-10-07T13:30:00.000Z resolved");
});

test("all messages that are there are received, each once, with all alerts in them", async () => {
	const into = nothing();
	const sqs = queue([
		{ Messages: [said("m1", [first, second], "arn"), said("m2", [{ ...first, state: "resolved" }], "arn")] },
		{ Messages: [said("m1", [first, second], "arn"), said("m3", [second], "arn")] },
	]);
	await receive(sqs, "url", into);
	expect(into).toEqual({
		messages: new Set(["m1", "m2", "m3"]),
		told: new Map([
			[notificationKey(first), 1],
			[notificationKey(second), 2],
			[notificationKey({ ...first, state: "resolved" }), 1],
		]),
		unreadable: 0,
	});
	await receive(sqs, "url", into);
	expect(into.messages.size).toBe(3);
});

test("what is said about a storm tells no alert", async () => {
	const into = nothing();
	const storm = { ...first, alert_id: "storm|*|storm|x", rule: "storm", symbol: "*", series: "storm" };
	const over = { ...storm, state: "resolved" } as const;
	const messages = [said("m1", [storm], "arn", "storm"), said("m2", [over], "arn", "storm_over")];
	await receive(queue([{ Messages: messages }]), "url", into);
	expect(into).toEqual({ messages: new Set(["m1", "m2"]), told: new Map(), unreadable: 0 });
});

test.each([
	"",
	"not JSON",
	"{}",
	'{"kind":"alert","alerts":[]}',
	'{"kind":"other","alerts":[{"alert_id":"a","state":"firing"}]}',
	'{"kind":"alert","alerts":[{"alert_id":"a"}]}',
	'{"hit_id":"SPY|5m|crossed|up|t"}',
])("%j cannot be read", async (Body) => {
	const into = nothing();
	await receive(queue([{ Messages: [{ MessageId: "m1", Body }] }]), "url", into);
	expect(into).toEqual({ messages: new Set(["m1"]), told: new Map(), unreadable: 1 });
});

test("what a storm held back is known from the table, and nothing else that was suppressed", async () => {
	const item = (of: typeof first, more: Partial<AlertItem>): AlertItem => ({
		...alertKey(of),
		alert: of,
		status: "suppressed",
		updated_at: new Date().toISOString(),
		...more,
	});
	const items = [
		item(first, { reason: "storm" }),
		item(second, { reason: "cooldown" }),
		item({ ...second, state: "resolved" }, { status: "sent" }),
	];
	const table = { changedOn: async () => items };
	expect(await heldBack(table, Date.now())).toEqual(new Set([notificationKey(first)]));
});

test("a queue's length has the messages that are out of sight", async () => {
	const attributes = { ApproximateNumberOfMessages: "2", ApproximateNumberOfMessagesNotVisible: "3" };
	expect(await queueLength(queue([{ Attributes: attributes }]), "url")).toBe(5);
	expect(await queueLength(queue([{}]), "url")).toBe(0);
});
