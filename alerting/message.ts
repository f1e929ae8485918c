import type { PublishCommandInput } from "@aws-sdk/client-sns";
import type { Hit } from "../contracts.ts";
import { messageJson } from "../landing/dead_letters.ts";

export type Severity = "warning" | "critical";

/** A move of this many times its threshold is critical: the price jumped over the level instead of crossing it. */
const criticalAt = 3;
const longestName = 64;
const longestSubject = 99;

/**
 * The notification of a hit: a subject and text for people, the hit as JSON for queues, functions and web hooks, and
 * attributes for subscription filters.
 */
export function message(hit: Hit, topicArn: string): PublishCommandInput {
	const symbol = printable(hit.symbol);
	const text = textOf(hit);
	const record = messageJson({ ...hit, severity: severityOf(hit) });
	return {
		TopicArn: topicArn,
		Subject: subjectOf(hit),
		MessageStructure: "json",
		Message: messageJson({ default: text, sqs: record, lambda: record, http: record, https: record, firehose: record }),
		MessageAttributes: {
			symbol: { DataType: "String", StringValue: symbol },
			direction: { DataType: "String", StringValue: hit.direction },
			state: { DataType: "String", StringValue: hit.state },
			severity: { DataType: "String", StringValue: severityOf(hit) },
			move_pct: { DataType: "Number", StringValue: filterNumber(hit.move_pct) },
		},
	};
}

function severityOf(hit: Hit): Severity {
	return Math.abs(hit.move_pct) >= criticalAt * hit.threshold_pct ? "critical" : "warning";
}

/** SNS takes fewer than 100 ASCII characters that begin with a letter, a digit or a mark, and no line breaks. */
function subjectOf(hit: Hit): string {
	const symbol = printable(hit.symbol)
		.replace(/[^ -~]/g, "?")
		.trimStart();
	const subject = `${symbol} ${hit.direction} ${percent(hit.move_pct)} in ${printable(hit.lookback)} at ${price(hit.price)}`;
	return subject.replace(/[^ -~]/g, "?").slice(0, longestSubject);
}

function textOf(hit: Hit): string {
	const symbol = printable(hit.symbol);
	return `${symbol} moved ${hit.direction} by ${percent(hit.move_pct)} within ${printable(hit.lookback)}.

Price:      ${price(hit.price)}
Base price: ${price(hit.base_price)}
Move:       ${percent(hit.move_pct)} (threshold ${percent(hit.threshold_pct)})
Lookback:   ${printable(hit.lookback)}
Time:       ${hit.event_time}
`;
}

/** Text from a record in one line: what would start a new line, or hide or turn round what follows, becomes a question mark. */
function printable(text: string): string {
	return text
		.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "?")
		.slice(0, longestName)
		.toWellFormed();
}

/** In percent with two decimals, which rounds for the eye only. */
function percent(value: number): string {
	return `${value.toFixed(2)} %`;
}

/** At most eight significant digits: cents of a large price, and all that a small one has. */
function price(value: number): string {
	return String(Number(value.toPrecision(8)));
}

/** A number as SNS compares it in filters: at most five decimals, within ±10⁹, no exponent and no negative zero. */
function filterNumber(value: number): string {
	const bounded = Math.min(Math.max(value, -1e9), 1e9);
	return bounded
		.toFixed(5)
		.replace(/\.?0+$/, "")
		.replace(/^-0$/, "0");
}
