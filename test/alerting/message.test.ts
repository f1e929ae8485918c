import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { message } from "../../alerting/message.ts";
import type { Hit } from "../../contracts.ts";
import { hit } from "../support/samples.ts";

const topic = "arn:aws:sns:us-east-1:000000000000:alerts";
const attributes = (of: Hit) =>
	Object.fromEntries(
		Object.entries(message(of, topic).MessageAttributes ?? {}).map(([name, { DataType, StringValue }]) => [
			name,
			[DataType, StringValue],
		]),
	);
const texts = (of: Hit): Record<string, string> => JSON.parse(message(of, topic).Message ?? "");

test("people get the point in the subject and all of it in the text", () => {
	expect(message(hit(), topic)).toMatchObject({ TopicArn: topic, Subject: "AAPL up 1.04 % in 5m at 491.6" });
	expect(texts(hit()).default).toBe(`AAPL moved up by 1.04 % within 5m.

Price:      491.6
Base price: 486.56
Move:       1.04 % (threshold 1.00 %)
Lookback:   5m
Time:       2013-10-07T13:30:05.250Z
`);
});

test("programs get the hit as JSON", () => {
	const { default: _text, ...others } = texts(hit());
	expect(message(hit(), topic).MessageStructure).toBe("json");
	expect(Object.keys(others).sort()).toEqual(["firehose", "http", "https", "lambda", "sqs"]);
	for (const json of Object.values(others)) expect(JSON.parse(json)).toEqual({ ...hit(), severity: "warning" });
});

test("subscriptions can filter by attributes", () => {
	expect(attributes(hit({ direction: "down", move_pct: -1.0358449 }))).toEqual({
		symbol: ["String", "AAPL"],
		direction: ["String", "down"],
		state: ["String", "crossed"],
		severity: ["String", "warning"],
		move_pct: ["Number", "-1.03584"],
	});
});

test.each([
	[1, 1, "warning"],
	[2.99, 1, "warning"],
	[3, 1, "critical"],
	[-3.5, 1, "critical"],
	[-3.5, 2, "warning"],
])("a move of %d %% at a threshold of %d %% is %s", (move_pct, threshold_pct, severity) => {
	expect(attributes(hit({ move_pct, threshold_pct })).severity).toEqual(["String", severity]);
});

test.each([
	[0, "0"],
	[-0.000001, "0"],
	[2, "2"],
	[100, "100"],
	[-0.00001, "-0.00001"],
	[1.123456, "1.12346"],
	[1e-7, "0"],
	[1e21, "1000000000"],
	[-1e300, "-1000000000"],
])("a filter compares %d as %s", (move_pct, text) => {
	expect(attributes(hit({ move_pct })).move_pct).toEqual(["Number", text]);
});

test.each([
	[0.00001234, "0.00001234"],
	[1234.5600000000002, "1234.56"],
	[100_000, "100000"],
])("a price of %d reads %s", (price, text) => {
	expect(texts(hit({ price })).default).toContain(`Price:      ${text}\n`);
});

describe("text from a record", () => {
	const nasty = 'A"\r\nBcc: all@example.com\nPrice:      1\u2028\u0000\u001b[2J\u202e\ud800{}';

	test("can start no header and no line of its own", () => {
		const { Subject = "", MessageAttributes } = message(hit({ symbol: nasty, lookback: nasty }), topic);
		expect(Subject).toMatch(/^[ -~]{1,99}$/);
		expect(Subject).toMatch(/^A"\?\?Bcc: all@example.com\?Price: /);
		expect(MessageAttributes?.symbol?.StringValue).toMatch(/^[^\p{C}\p{Zl}\p{Zp}]{1,64}$/u);
		expect(texts(hit({ symbol: nasty, lookback: nasty })).default?.match(/^Price:/gm)).toHaveLength(1);
	});

	test("reaches programs as it is, inside JSON", () => {
		expect(JSON.parse(texts(hit({ symbol: nasty })).sqs ?? "").symbol).toBe(nasty);
	});

	test("of any kind makes a message that SNS takes", () => {
		const anything = fc.string({ minLength: 1, maxLength: 200, unit: "binary" });
		fc.assert(
			fc.property(
				anything,
				anything,
				fc.double({ noNaN: true, noDefaultInfinity: true }),
				(symbol, lookback, move_pct) => {
					const { Subject = "", MessageAttributes = {} } = message(hit({ symbol, lookback, move_pct }), topic);
					expect(Subject).toMatch(/^[!-~][ -~]{0,98}$/);
					for (const { StringValue } of Object.values(MessageAttributes)) expect(StringValue).toMatch(/^[^\p{Cc}]+$/u);
					expect(MessageAttributes.move_pct?.StringValue).toMatch(/^-?\d{1,10}(\.\d{1,5})?$/);
				},
			),
		);
	});
});
