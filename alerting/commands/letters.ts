/** What can be in a queue of dead letters, and how each is brought back. */
import { z } from "zod";
import type { Position } from "../../landing/dead_letters.ts";

/** A record with what Kinesis needs to take it. */
export interface StreamRecord {
	key: string;
	data: Uint8Array;
}

/** Records that lay beside one another in a shard. */
export interface Stretch {
	stream: string;
	shard: string;
	/** Sequence numbers of the first and the last. */
	from: string;
	to: string;
}

export type Letter =
	/** A record is in it. */
	| { kind: "record"; at: Stretch; why: string; record: StreamRecord }
	/** It says where records are in their stream. */
	| { kind: "position"; at: Stretch; why: string; count: number }
	/** That a group of alerts was complete. */
	| { kind: "group end" }
	| { kind: "unreadable" };

const Sequence = z.string().regex(/^\d+$/);
/** What landing/dead_letters.ts writes. */
const Own = z.object({
	reason: z.string(),
	detail: z.string(),
	payload: z.string().optional(),
	payload_base64: z.base64().optional(),
	payload_truncated: z.literal(true).optional(),
	stream: z.string().min(1),
	shard_id: z.string().min(1),
	sequence_number: Sequence,
}) satisfies z.ZodType<Position>;
/** https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html */
const Batch = z.object({
	requestContext: z.object({ condition: z.string() }).optional(),
	KinesisBatchInfo: z.object({
		shardId: z.string().min(1),
		startSequenceNumber: Sequence,
		endSequenceNumber: Sequence,
		batchSize: z.int().positive(),
		streamArn: z.string().regex(/:stream\/.+$/),
	}),
});
/** What the queue of group ends moves here after some attempts. */
const GroupEnd = z.strictObject({ rule: z.string() });

/** Reads a message's body; whatever nobody here has written is `unreadable`. */
export function readLetter(body: string): Letter {
	const json = parsed(body);
	const own = Own.safeParse(json);
	if (own.success) return ownLetter(own.data);
	const batch = Batch.safeParse(json);
	if (batch.success) {
		const { shardId, startSequenceNumber, endSequenceNumber, batchSize, streamArn } = batch.data.KinesisBatchInfo;
		const stream = streamArn.slice(streamArn.indexOf("/") + 1);
		const at = { stream, shard: shardId, from: startSequenceNumber, to: endSequenceNumber };
		return { kind: "position", at, why: batch.data.requestContext?.condition ?? "", count: batchSize };
	}
	return GroupEnd.safeParse(json).success ? { kind: "group end" } : { kind: "unreadable" };
}

function ownLetter(letter: z.infer<typeof Own>): Letter {
	const { stream, shard_id, sequence_number, payload, payload_base64, payload_truncated } = letter;
	const at = { stream, shard: shard_id, from: sequence_number, to: sequence_number };
	const why = `${letter.reason}: ${letter.detail}`;
	if (!payload_truncated && payload !== undefined)
		return { kind: "record", at, why, record: { key: keyOf(payload) ?? sequence_number, data: Buffer.from(payload) } };
	if (!payload_truncated && payload_base64 !== undefined)
		return { kind: "record", at, why, record: { key: sequence_number, data: Buffer.from(payload_base64, "base64") } };
	return { kind: "position", at, why, count: 1 };
}

/** Results are in their streams by symbol; Kinesis takes up to 256 characters. */
function keyOf(payload: string): string | undefined {
	const symbol = (parsed(payload) as { symbol?: unknown } | null | undefined)?.symbol;
	return typeof symbol === "string" && symbol.length > 0 && symbol.length <= 256 ? symbol : undefined;
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		return undefined;
	}
}
