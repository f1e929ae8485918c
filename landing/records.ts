import type { KinesisStreamRecord } from "aws-lambda";
import type { z } from "zod";
import type { DeadLetter, Position } from "./dead_letters.ts";

/** What a store is given: a record's value. */
export type Valued<T> = { value: T };

/** A record that is what its contract says. */
export type Entry<T> = Valued<T> & { record: KinesisStreamRecord };

/** What became of a record: handled, not to be handled ever (with the reason why), or to be tried again. */
export type Outcome =
	| { status: "handled" }
	| { status: DeadLetter["reason"]; detail: string }
	| { status: "failed"; error: unknown };

const utf8 = new TextDecoder("utf-8", { fatal: true });
const longestDetail = 500;

/**
 * The record's value.
 *
 * @throws an error whose message says what is wrong with the record, field by field
 */
export function parseRecord<T>(schema: z.ZodType<T>, record: KinesisStreamRecord): T {
	let json: unknown;
	try {
		json = JSON.parse(utf8.decode(bytesOf(record)));
	} catch (cause) {
		throw new Error(`not one JSON value in UTF-8: ${messageOf(cause)}`, { cause });
	}
	const parsed = schema.safeParse(json);
	if (parsed.success) return parsed.data;
	const issues = parsed.error.issues.map(({ path, message }) => `${path.join(".") || "record"}: ${message}`);
	throw new Error(issues.join("; "), { cause: parsed.error });
}

/** The dead letter that keeps `record`, with the reason why it was not used. */
export function deadLetter(record: KinesisStreamRecord, reason: DeadLetter["reason"], detail: string): DeadLetter {
	return {
		reason,
		detail: detail.slice(0, longestDetail),
		...payloadOf(bytesOf(record)),
		...positionOf(record),
		arrived_at: new Date(record.kinesis.approximateArrivalTimestamp * 1000).toISOString(),
	};
}

/** Where the record was. */
export function positionOf(record: KinesisStreamRecord): Position {
	return {
		stream: record.eventSourceARN.split("/").at(-1) ?? "",
		shard_id: record.eventID.split(":")[0] ?? "",
		sequence_number: record.kinesis.sequenceNumber,
	};
}

/** An error's message, whatever was thrown. */
export function messageOf(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

function bytesOf(record: KinesisStreamRecord): Buffer {
	return Buffer.from(record.kinesis.data, "base64");
}

function payloadOf(bytes: Buffer): Pick<DeadLetter, "payload" | "payload_base64"> {
	try {
		return { payload: utf8.decode(bytes) };
	} catch {
		return { payload_base64: bytes.toString("base64") };
	}
}
