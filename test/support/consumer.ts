import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import { vi } from "vitest";
import { type ConsumerOptions, streamConsumer } from "../../landing/consumer.ts";
import type { DeadLetter } from "../../landing/dead_letters.ts";

/** A consumer as the Lambdas are made, with its dead letters, its counts and its log lines held for the test to look at. */
export function observedConsumer<T>(
	options: Pick<ConsumerOptions<T>, "schema" | "handle"> & Partial<ConsumerOptions<T>>,
) {
	const letters: DeadLetter[] = [];
	const counts: Record<string, number> = {};
	const logged: unknown[][] = [];
	const metrics = new Metrics({ namespace: "test" });
	vi.spyOn(metrics, "addMetric").mockImplementation((name, _unit, value) => {
		counts[name] = (counts[name] ?? 0) + value;
		return metrics;
	});
	vi.spyOn(metrics, "publishStoredMetrics").mockReturnValue(metrics);
	const logger = new Logger({ logLevel: "SILENT" });
	vi.spyOn(logger, "warn").mockImplementation((...line) => {
		logged.push(line);
	});
	const handler = streamConsumer({
		deadLetters: {
			send: async (letter) => {
				letters.push(letter);
			},
		},
		retryWholeBatch: false,
		logger,
		metrics,
		...options,
	});
	return { handler, letters, counts, logged };
}
