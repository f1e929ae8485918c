/** What SNS is given: a subject and text for people, JSON for programs, attributes for subscription filters. */
import type { MessageAttributeValue, PublishCommandInput } from "@aws-sdk/client-sns";
import { messageJson } from "../../landing/dead_letters.ts";
import { asSubject } from "../engine/alert.ts";
import type { Alert, Severity } from "../engine/types.ts";
import { printable } from "../rules/template.ts";

/** The JSON that queues, functions and web hooks get. */
export interface Notification {
	kind: "alert" | "storm" | "storm_over";
	alerts: Alert[];
}

const SEVERITIES: Severity[] = ["info", "warning", "critical"];
/** SQS and SNS take 256 KiB; each JSON of the five is the same text, and the whole is one message. */
const LARGEST = 40_000;
const LISTED = 50;
/** Of a rule's name, a symbol, a series and a time. */
const LONGEST_ID = 400;

/**
 * The message of one or more alerts of one rule.
 *
 * @throws nothing: text that SNS would refuse is made harmless, and what is too long is left out of the alerts' records
 */
export function message(alerts: Alert[], topicArn: string, kind: Notification["kind"] = "alert"): PublishCommandInput {
	const json = notificationJson(kind, alerts);
	const text = alerts.length === 1 ? bodyOf(alerts[0] as Alert) : listOf(alerts);
	return {
		TopicArn: topicArn,
		Subject: subjectOf(alerts),
		MessageStructure: "json",
		Message: messageJson({
			default: text,
			sms: subjectOf(alerts),
			sqs: json,
			lambda: json,
			http: json,
			https: json,
			firehose: json,
		}),
		MessageAttributes: attributesOf(alerts, kind),
	};
}

function notificationJson(kind: Notification["kind"], alerts: Alert[]): string {
	const whole = messageJson({ kind, alerts } satisfies Notification);
	if (Buffer.byteLength(whole) <= LARGEST) return whole;
	return messageJson({ kind, alerts: alerts.map((alert) => ({ ...alert, text: "", record: {} })) });
}

function subjectOf(alerts: Alert[]): string {
	const [first] = alerts as [Alert, ...Alert[]];
	if (alerts.length === 1) {
		const over = first.state === "resolved" && first.series !== "storm";
		return over ? asSubject(`Over: ${first.subject}`) : first.subject;
	}
	const symbols = [...new Set(alerts.map(({ symbol }) => printable(symbol)))];
	return asSubject(`${alerts.length} x ${first.rule}: ${symbols.join(", ")}`);
}

/** What, how much, since when, and where to look. */
function bodyOf(alert: Alert): string {
	const { text, rule, severity, state, since, event_time, alert_id, link, late } = alert;
	const lines = [
		text,
		"",
		`Rule:   ${rule} (${severity}), ${state}`,
		`Since:  ${since}`,
		...(event_time === since ? [] : [`At:     ${event_time}`]),
		...(late ? ["Note:   its record came after newer ones"] : []),
		`Id:     ${printable(alert_id, LONGEST_ID)}`,
		...(link === null ? [] : [`Look:   ${link}`]),
	];
	return `${lines.join("\n")}\n`;
}

function listOf(alerts: Alert[]): string {
	const lines = alerts
		.slice(0, LISTED)
		.map(
			({ event_time, subject, state, link }) =>
				`${event_time}  ${state === "resolved" ? "over: " : ""}${subject}${link === null ? "" : `\n  ${link}`}`,
		);
	return `${alerts.length} alerts of the rule ${alerts[0]?.rule}:\n\n${lines.join("\n")}\n`;
}

function attributesOf(alerts: Alert[], kind: Notification["kind"]): Record<string, MessageAttributeValue> {
	const severity = SEVERITIES.findLast((each) => alerts.some((alert) => alert.severity === each)) ?? "warning";
	const moves = alerts.flatMap(({ move_pct }) => move_pct ?? []);
	const largest = moves.toSorted((a, b) => Math.abs(b) - Math.abs(a))[0];
	const directions = [...new Set(alerts.flatMap(({ direction }) => direction ?? []))];
	return {
		kind: text(kind),
		rule: text(alerts[0]?.rule ?? ""),
		severity: text(severity),
		state: texts([...new Set(alerts.map(({ state }) => state))]),
		symbol: texts([...new Set(alerts.map(({ symbol }) => printable(symbol) || "?"))]),
		...(directions.length === 0 ? {} : { direction: texts(directions) }),
		...(largest === undefined ? {} : { move_pct: { DataType: "Number", StringValue: filterNumber(largest) } }),
	};
}

function text(value: string): MessageAttributeValue {
	return { DataType: "String", StringValue: value };
}

/** One value as text, several as a list, which filters look into. */
function texts(values: string[]): MessageAttributeValue {
	return values.length === 1
		? text(values[0] as string)
		: { DataType: "String.Array", StringValue: messageJson(values) };
}

/** A number as SNS compares it in filters: at most five decimals, within ±10⁹, no exponent and no negative zero. */
function filterNumber(value: number): string {
	const bounded = Math.min(Math.max(value, -1e9), 1e9);
	return bounded
		.toFixed(5)
		.replace(/\.?0+$/, "")
		.replace(/^-0$/, "0");
}
