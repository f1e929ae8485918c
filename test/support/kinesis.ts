import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";

type Handler = (event: KinesisStreamEvent, context: Context) => Promise<KinesisStreamBatchResponse>;

/** Settings of an event source mapping, with what `infra/` sets as defaults. */
export type Mapping = {
	batchSize?: number;
	/** Attempts after the first. */
	retryAttempts?: number;
	bisectBatchOnFunctionError?: boolean;
	reportBatchItemFailures?: boolean;
	/** Milliseconds that a call may take, as the context tells it. */
	timeout?: number;
	/** Called after each call of the handler; where it returns true the answer is lost on its way, and the batch comes again. */
	loseAnswer?: (call: number) => boolean;
};

export type Delivery = {
	/** The sequence numbers of each call, in order. */
	calls: string[][];
	/** What the on-failure destination was given: the positions of records that were given up. */
	abandoned: { startSequenceNumber: string; endSequenceNumber: string; batchSize: number; condition: string }[];
};

/** Records of one shard as Lambda passes them on; text is taken as it is, anything else as JSON. */
export function kinesisRecords(
	values: (unknown | string | Buffer)[],
	{ stream = "tidemark-bars", shard = "shardId-000000000000", first = 1 } = {},
): KinesisStreamRecord[] {
	return values.map((value, index) => {
		const data = Buffer.isBuffer(value) ? value : typeof value === "string" ? value : JSON.stringify(value);
		// As long as real ones, of which the first digits are equal.
		const sequenceNumber = `4960${String(first + index).padStart(52, "0")}`;
		return {
			kinesis: {
				kinesisSchemaVersion: "1.0",
				partitionKey: "key",
				sequenceNumber,
				data: Buffer.from(data as string).toString("base64"),
				approximateArrivalTimestamp: 1_381_152_600.123,
			},
			eventSource: "aws:kinesis",
			eventVersion: "1.0",
			eventID: `${shard}:${sequenceNumber}`,
			eventName: "aws:kinesis:record",
			invokeIdentityArn: "arn:aws:iam::000000000000:role/lambda",
			awsRegion: "us-east-1",
			eventSourceARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${stream}`,
		};
	});
}

/**
 * Delivers one shard's records as Lambda's event source mapping does, which the emulator does not: in batches and in order;
 * after a partial failure again from the lowest failed sequence number; after a thrown error in halves, where halving does
 * not count as an attempt; and when the attempts are used up to the on-failure destination, and on with the next batch.
 */
export async function deliver(
	handler: Handler,
	records: KinesisStreamRecord[],
	mapping: Mapping = {},
): Promise<Delivery> {
	const {
		batchSize = 100,
		retryAttempts = 3,
		bisectBatchOnFunctionError = true,
		reportBatchItemFailures = true,
	} = mapping;
	const delivery: Delivery = { calls: [], abandoned: [] };
	const waiting: { batch: KinesisStreamRecord[]; attempt: number }[] = [];
	for (let start = 0; start < records.length; start += batchSize) {
		waiting.push({ batch: records.slice(start, start + batchSize), attempt: 0 });
	}
	for (let next = waiting.shift(); next; next = waiting.shift()) {
		const { batch, attempt } = next;
		const result = await call(handler, batch, mapping, delivery);
		const from = result === "threw" ? 0 : reportBatchItemFailures ? lowestFailure(batch, result) : undefined;
		if (from === undefined) continue;
		const rest = batch.slice(from);
		if (result === "threw" && bisectBatchOnFunctionError && batch.length > 1) {
			const middle = Math.ceil(batch.length / 2);
			waiting.unshift({ batch: batch.slice(0, middle), attempt }, { batch: batch.slice(middle), attempt });
		} else if (from > 0) {
			waiting.unshift({ batch: rest, attempt: 0 });
		} else if (attempt < retryAttempts) {
			waiting.unshift({ batch, attempt: attempt + 1 });
		} else {
			delivery.abandoned.push({
				condition: "RetryAttemptsExhausted",
				startSequenceNumber: sequenceOf(rest[0]),
				endSequenceNumber: sequenceOf(rest.at(-1)),
				batchSize: rest.length,
			});
		}
	}
	return delivery;
}

async function call(handler: Handler, batch: KinesisStreamRecord[], mapping: Mapping, { calls }: Delivery) {
	calls.push(batch.map(sequenceOf));
	try {
		// The event goes over the wire: what the handler does to it does not reach the next delivery.
		const answer = await handler({ Records: structuredClone(batch) }, lambdaContext(mapping.timeout));
		return mapping.loseAnswer?.(calls.length) ? "threw" : answer;
	} catch {
		return "threw";
	}
}

/** The index of the first record to deliver again, undefined for none; an answer that names no record of the batch means all. */
function lowestFailure(batch: KinesisStreamRecord[], answer: KinesisStreamBatchResponse): number | undefined {
	const failures = answer?.batchItemFailures ?? [];
	if (failures.length === 0) return undefined;
	const indexes = failures.map(({ itemIdentifier }) =>
		batch.findIndex((record) => sequenceOf(record) === itemIdentifier),
	);
	return Math.max(Math.min(...indexes), 0);
}

function sequenceOf(record: KinesisStreamRecord | undefined): string {
	return record?.kinesis.sequenceNumber ?? "";
}

/** A Lambda context whose time begins to run now. */
export function lambdaContext(timeout = 30_000): Context {
	const end = Date.now() + timeout;
	return {
		functionName: "tidemark-test",
		functionVersion: "$LATEST",
		invokedFunctionArn: "arn:aws:lambda:us-east-1:000000000000:function:tidemark-test",
		memoryLimitInMB: "512",
		awsRequestId: crypto.randomUUID(),
		logGroupName: "logs",
		logStreamName: "stream",
		callbackWaitsForEmptyEventLoop: true,
		getRemainingTimeInMillis: () => Math.max(0, end - Date.now()),
		done: () => {},
		fail: () => {},
		succeed: () => {},
	};
}
