import { describe, expect, test } from "vitest";
import { message } from "../../../alerting/message.ts";
import { readAlert } from "../../../local/page/alerts.ts";
import { hit } from "./records.ts";

const crossing = hit("AAA", "2013-10-07T13:30:00.123Z", 101.2, { direction: "down" });

function envelope(over: Record<string, unknown>): string {
	return JSON.stringify({
		Type: "Notification",
		MessageId: "m-1",
		TopicArn: "arn:aws:sns:us-east-1:000000000000:alerts",
		Timestamp: "2026-11-22T15:00:00.000Z",
		Message: "text",
		...over,
	});
}

describe("an alert", () => {
	test("is read from what the alerting Lambda gives to queues", () => {
		const sent = message(crossing, "arn");
		const { sqs } = JSON.parse(sent.Message ?? "") as { sqs: string };
		expect(readAlert(envelope({ Subject: sent.Subject, Message: sqs }))).toEqual({
			id: crossing.hit_id,
			time: "2013-10-07T13:30:00.123Z",
			symbol: "AAA",
			direction: "down",
			movePct: -1.2,
			price: 101.2,
			text: sent.Subject,
		});
	});

	test("of plain text has what its attributes say", () => {
		const MessageAttributes = {
			symbol: { Type: "String", Value: "AAA" },
			direction: { Type: "String", Value: "up" },
			move_pct: { Type: "Number", Value: "1.25" },
		};
		expect(readAlert(envelope({ Message: "AAA moved", MessageAttributes }))).toEqual({
			id: "m-1",
			time: "2026-11-22T15:00:00.000Z",
			symbol: "AAA",
			direction: "up",
			movePct: 1.25,
			price: null,
			text: "AAA moved",
		});
	});

	test("of text alone is shown as that text, with SNS' time", () => {
		expect(readAlert(envelope({ Message: "disk is full" }))).toMatchObject({
			symbol: null,
			direction: null,
			movePct: null,
			time: "2026-11-22T15:00:00.000Z",
			text: "disk is full",
		});
	});

	test("with fields of the wrong kind keeps the good ones", () => {
		const Message = JSON.stringify({
			symbol: "AAA",
			direction: "sideways",
			price: -1,
			move_pct: "much",
			event_time: "now",
		});
		expect(readAlert(envelope({ Message }))).toMatchObject({
			symbol: "AAA",
			direction: null,
			price: null,
			movePct: null,
			time: "2026-11-22T15:00:00.000Z",
		});
	});

	test.each(["", "no JSON", "[]", '{"Message":"without the rest"}'])("is not made of %j", (body) => {
		expect(readAlert(body)).toBeNull();
	});
});
