import { BatchProcessorSync, EventType, processPartialResponseSync } from "@aws-lambda-powertools/batch";
import type { Logger } from "@aws-lambda-powertools/logger";
import { type Metrics, MetricUnit } from "@aws-lambda-powertools/metrics";
import type { Context, KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from "aws-lambda";
import type { z } from "zod";
import type { DeadLetters } from "./dead_letters.ts";
import { deadLetter, type Entry, messageOf, type Outcome, parseRecord, positionOf } from "./records.ts";

export type ConsumerOptions<T> = {
	/** The contract of the stream's records. */
	schema: z.ZodType<T>;
	/**
	 * Handles the batch's good records and says, in their order, what became of each. It is given records again that it
	 * has already handled whenever an earlier one in their batch failed.
	 */
	handle: (entries: Entry<T>[], context: Context) => Promise<Outcome[]>;
	deadLetters: DeadLetters;
	/**
	 * Fails the whole batch if one record failed: for an event source that takes a partial failure for success, as the
	 * emulator's, where that record would be lost.
	 */
	retryWholeBatch: boolean;
	logger: Logger;
	metrics: Metrics;
};

/** How many dead letters are on their way at a time. */
const lettersAtOnce = 10;

/**
 * A Lambda handler for a Kinesis stream. Each record is handled, or kept as a dead letter, or reported as failed, and no
 * record's failure touches another's outcome.
 *
 * Kinesis delivers again everything from the first failed record on. So dead letters are sent last, in the stream's
 * order, and only up to the first failure: the ones behind it come again anyway, and each is sent once.
 */
export function streamConsumer<T>(options: ConsumerOptions<T>) {
	const { deadLetters, retryWholeBatch, logger } = options;
	return async (event: KinesisStreamEvent, context: Context): Promise<KinesisStreamBatchResponse> => {
		const outcomes = await handleGoodRecords(options, event.Records, context);
		await sendDeadLetters(deadLetters, outcomes, retryWholeBatch);
		report(options, outcomes);
		const response = processPartialResponseSync(
			event,
			(record: KinesisStreamRecord) => {
				const outcome = outcomes.get(record);
				if (outcome?.status === "failed") throw outcome.error;
			},
			new BatchProcessorSync(EventType.KinesisDataStreams, { logger }),
			{ context },
		);
		if (retryWholeBatch && response.batchItemFailures.length > 0) {
			throw new Error(
				`${response.batchItemFailures.length} of ${event.Records.length} records failed; the whole batch has to come again.`,
			);
		}
		return response;
	};
}

async function handleGoodRecords<T>(
	{ schema, handle }: ConsumerOptions<T>,
	records: KinesisStreamRecord[],
	context: Context,
): Promise<Map<KinesisStreamRecord, Outcome>> {
	const outcomes = new Map<KinesisStreamRecord, Outcome>();
	const good: Entry<T>[] = [];
	for (const record of records) {
		try {
			good.push({ record, value: parseRecord(schema, record) });
			outcomes.set(record, { status: "handled" });
		} catch (error) {
			outcomes.set(record, { status: "malformed", detail: messageOf(error) });
		}
	}
	const results = await handle(good, context).catch((error): Outcome[] =>
		good.map(() => ({ status: "failed", error })),
	);
	for (const [index, { record }] of good.entries()) {
		outcomes.set(record, results[index] ?? { status: "failed", error: new Error("The handler left this record out.") });
	}
	return outcomes;
}

/** Sends the letters that will not come again; where sending fails, the record has failed. */
async function sendDeadLetters(
	deadLetters: DeadLetters,
	outcomes: Map<KinesisStreamRecord, Outcome>,
	retryWholeBatch: boolean,
): Promise<void> {
	const all = [...outcomes];
	const firstFailure = all.findIndex(([, { status }]) => status === "failed");
	if (retryWholeBatch && firstFailure >= 0) return;
	const due = (firstFailure < 0 ? all : all.slice(0, firstFailure)).flatMap(([record, outcome]) =>
		"detail" in outcome ? [{ record, letter: deadLetter(record, outcome.status, outcome.detail) }] : [],
	);
	for (let start = 0; start < due.length; start += lettersAtOnce) {
		const some = due.slice(start, start + lettersAtOnce);
		const sent = await Promise.allSettled(some.map(({ letter }) => deadLetters.send(letter)));
		const faults = sent.flatMap((result, index) => {
			const record = some[index]?.record;
			return result.status === "rejected" && record ? [{ record, error: result.reason }] : [];
		});
		for (const { record, error } of faults) outcomes.set(record, { status: "failed", error });
		if (faults.length > 0) return;
	}
}

/** Counts what became of the records, and logs one line for what needs a look: no payloads, no events. */
function report<T>({ logger, metrics }: ConsumerOptions<T>, outcomes: Map<KinesisStreamRecord, Outcome>): void {
	for (const status of ["handled", "malformed", "rejected", "failed"] as const) {
		const these = [...outcomes].filter(([, outcome]) => outcome.status === status);
		metrics.addMetric(status, MetricUnit.Count, these.length);
		const [record, outcome] = these[0] ?? [];
		if (!record || !outcome || outcome.status === "handled") continue;
		logger.warn(`${these.length} of ${outcomes.size} records ${status}`, {
			first: positionOf(record),
			because: "detail" in outcome ? outcome.detail : messageOf(outcome.error),
		});
	}
	metrics.publishStoredMetrics();
}
