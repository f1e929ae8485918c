import { setTimeout as sleep } from "node:timers/promises";
import { type KinesisClient, PutRecordsCommand, type PutRecordsCommandOutput } from "@aws-sdk/client-kinesis";
import type { Part } from "./flight.ts";

/**
 * What goes into one request at most. PutRecords takes 500 records and 5 MiB; of large ones smaller requests side by side
 * are faster, because the service works on the first while the next is being written.
 */
export const REQUEST_RECORDS = 500;
export const REQUEST_BYTES = 300 * 1024;

/** Where a record is. */
export interface Taken {
	readonly shardId: string;
	readonly sequenceNumber: string;
}

export interface Delivering {
	readonly client: Pick<KinesisClient, "send">;
	readonly stream: string;
	/** How long to go on without any record being taken before giving up. */
	readonly giveUpMs: () => number;
	/** A record was taken. */
	readonly onAck: (part: Part, taken: Taken) => void;
	/** Records were refused, or nothing answered. */
	readonly onRefused?: (parts: readonly Part[], reason: unknown) => void;
	/** Refused records will be sent again. */
	readonly onRetry?: (parts: readonly Part[], reason: unknown) => void;
}

export interface Delivery {
	/** What was given up; empty if all is delivered. */
	readonly failed: readonly Part[];
	/** Why. */
	readonly reason?: unknown;
}

const [FIRST_WAIT_MS, LONGEST_WAIT_MS] = [50, 2000];
/** A request that is not answered by then has failed; whether its records were taken nobody knows. */
const REQUEST_MS = 30_000;

/**
 * Sends records with PutRecords, side by side where they need more than one request, and again those that failed, and only
 * those, until all are taken: exponential backoff with full jitter. It gives up at an error that another try cannot mend,
 * such as a stream that is not there, or when nothing was taken for `giveUpMs`.
 */
export async function deliver(parts: readonly Part[], how: Delivering): Promise<Delivery> {
	let pending = parts;
	let lastProgress = Date.now();
	for (let tries = 0; ; tries++) {
		const outcomes = await Promise.all(requestsOf(pending).map((request) => put(request, how)));
		const failed = outcomes.flatMap((outcome) => outcome.failed);
		const reason = outcomes.find((outcome) => outcome.reason !== undefined)?.reason;
		if (failed.length === 0) return { failed };
		if (failed.length < pending.length) {
			lastProgress = Date.now();
			tries = 0;
		}
		how.onRefused?.(failed, reason);
		if (isPermanent(reason) || Date.now() - lastProgress >= how.giveUpMs()) return { failed, reason };
		how.onRetry?.(failed, reason);
		pending = failed;
		await sleep(Math.random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** tries));
	}
}

async function put(request: readonly Part[], { client, stream, onAck }: Delivering): Promise<Delivery> {
	let answer: PutRecordsCommandOutput;
	try {
		answer = await client.send(
			new PutRecordsCommand({ StreamName: stream, Records: request.map(({ entry }) => entry) }),
			{ abortSignal: AbortSignal.timeout(REQUEST_MS) },
		);
	} catch (reason) {
		return { failed: request, reason };
	}
	const failed: Part[] = [];
	let reason: unknown;
	for (const [at, part] of request.entries()) {
		const { ShardId, SequenceNumber = "", ErrorCode, ErrorMessage } = answer.Records?.[at] ?? {};
		if (ShardId && !ErrorCode) {
			onAck(part, { shardId: ShardId, sequenceNumber: SequenceNumber });
		} else {
			failed.push(part);
			const what = ErrorMessage ?? "the record was not taken";
			reason ??= Object.assign(new Error(`${ErrorCode ?? "No answer"}: ${what}`), { code: ErrorCode });
		}
	}
	return { failed, reason };
}

function requestsOf(parts: readonly Part[]): Part[][] {
	const requests: Part[][] = [];
	let [current, bytes]: [Part[], number] = [[], 0];
	for (const part of parts) {
		if (current.length === REQUEST_RECORDS || (current.length > 0 && bytes + part.bytes > REQUEST_BYTES)) {
			requests.push(current);
			[current, bytes] = [[], 0];
		}
		current.push(part);
		bytes += part.bytes;
	}
	if (current.length > 0) requests.push(current);
	return requests;
}

// Refused for now: throttled, or the stream is being made or changed, or credentials are renewed soon.
const PASSING = /Throughput|Throttl|LimitExceeded|ResourceInUse|Timeout|Unavailable|InternalFailure|Expired/;

/** Whether another try cannot mend an error: the service answered, and it will not answer otherwise. */
export function isPermanent(reason: unknown): boolean {
	const { name = "", $metadata } = Object(reason) as { name?: string; $metadata?: { httpStatusCode?: number } };
	const status = $metadata?.httpStatusCode;
	// Without a status nothing answered, or a single record failed inside a request: both may pass.
	return status !== undefined && status >= 400 && status < 500 && status !== 429 && !PASSING.test(name);
}

/** Whether Kinesis refused because there was too much for a shard, or too many requests. */
export function isThrottling(reason: unknown): boolean {
	const { name = "", code = "" } = Object(reason) as { name?: string; code?: string };
	return /ProvisionedThroughput|Throttl|LimitExceeded/.test(`${name} ${code}`);
}
