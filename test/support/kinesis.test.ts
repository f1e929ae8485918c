import { describe, expect, test } from "vitest";
import { deliver, kinesisRecords, lambdaContext } from "./kinesis.ts";

const records = kinesisRecords(["a", "b", "c", "d", "e"]);
const [a, b, c, d, e] = records.map(({ kinesis }) => kinesis.sequenceNumber) as [
	string,
	string,
	string,
	string,
	string,
];
const handled = { batchItemFailures: [] };

describe("the harness delivers as Lambda's event source mapping does", () => {
	test("in batches, in order, once when all is handled", async () => {
		const { calls, abandoned } = await deliver(async () => handled, records, { batchSize: 2 });
		expect(calls).toEqual([[a, b], [c, d], [e]]);
		expect(abandoned).toEqual([]);
	});

	test("again from the lowest failed record on, with what was handled behind it", async () => {
		let failing = true;
		const { calls } = await deliver(async () => {
			const answer = failing ? { batchItemFailures: [{ itemIdentifier: d }, { itemIdentifier: b }] } : handled;
			failing = false;
			return answer;
		}, records);
		expect(calls).toEqual([
			[a, b, c, d, e],
			[b, c, d, e],
		]);
	});

	test("in halves after an error, which uses up no attempt, and gives up one record after the last attempt", async () => {
		const { calls, abandoned } = await deliver(
			async ({ Records }) => {
				if (Records.some(({ kinesis }) => kinesis.sequenceNumber === c)) throw new Error("c");
				return handled;
			},
			records,
			{ retryAttempts: 1 },
		);
		expect(calls).toEqual([[a, b, c, d, e], [a, b, c], [a, b], [c], [c], [d, e]]);
		expect(abandoned).toEqual([
			{ condition: "RetryAttemptsExhausted", startSequenceNumber: c, endSequenceNumber: c, batchSize: 1 },
		]);
	});

	test("as a whole when the failure names no record of the batch", async () => {
		const { calls, abandoned } = await deliver(
			async () => ({ batchItemFailures: [{ itemIdentifier: "" }] }),
			records.slice(0, 2),
			{ retryAttempts: 1 },
		);
		expect(calls).toEqual([
			[a, b],
			[a, b],
		]);
		expect(abandoned).toMatchObject([{ startSequenceNumber: a, endSequenceNumber: b, batchSize: 2 }]);
	});

	test("again when an answer was lost on its way", async () => {
		const { calls } = await deliver(async () => handled, records.slice(0, 1), { loseAnswer: (call) => call === 1 });
		expect(calls).toEqual([[a], [a]]);
	});

	test("takes a partial failure for success where the mapping does not ask for them", async () => {
		const { calls } = await deliver(async () => ({ batchItemFailures: [{ itemIdentifier: a }] }), records, {
			reportBatchItemFailures: false,
		});
		expect(calls).toHaveLength(1);
	});
});

test("a context's time runs out", async () => {
	expect(lambdaContext(0).getRemainingTimeInMillis()).toBe(0);
	expect(lambdaContext(60_000).getRemainingTimeInMillis()).toBeGreaterThan(59_000);
});
